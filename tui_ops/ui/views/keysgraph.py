"""The view of keys: each fingerprint with the people, accounts and hosts that it joins."""

from collections.abc import Sequence
from typing import Any

from tui_ops.model.address import Value
from tui_ops.model.states import Look as SignLook
from tui_ops.model.states import StateSign
from tui_ops.model.units import format_age
from tui_ops.practices.security.checks.keysread import ANY
from tui_ops.practices.security.exposure import KeyUse
from tui_ops.store.views.rows import HostRow
from tui_ops.ui.cells import safe
from tui_ops.ui.desk import Desk
from tui_ops.ui.feed import Feed
from tui_ops.ui.paint import EMPTY, Ink, Line, line
from tui_ops.ui.panels import LABEL, Pen, counted, labelled, moment, wrapped
from tui_ops.ui.views.exposed import ExposedPane, title
from tui_ops.ui.views.incidents import told_fact
from tui_ops.ui.views.items import Item, number_fact, text_fact

PLACES_SHOWN = 200
"""Lines of hosts beside a key."""

SIZED = ("ssh-rsa", "ssh-dss", "ecdsa", "rsa", "dsa")
"""Beginnings of types of which there are keys of several sizes."""

ANYBODY = "anybody"
"""Stands for :data:`ANY` in words."""

WEAK = StateSign("✖", "X", SignLook.BAD, 0, "weak", "")
NOBODYS = StateSign("▲", "!", SignLook.WARN, 1, "nobody's", "")
KNOWN = StateSign("●", "*", SignLook.GOOD, 2, "known", "")
PLAIN = StateSign("·", "-", SignLook.MUTED, 3, "", "")
"""Where the inventory names no owner of any key."""


def sign_of_key(key: KeyUse, owners_told: bool) -> StateSign:
    """Return how a key is drawn.

    Args:
        key: which.
        owners_told: whether the inventory says of any key whose it is.
    """
    if key.is_weak:
        return WEAK
    if owners_told:
        return KNOWN if key.person else NOBODYS
    return PLAIN


class KeysPane(ExposedPane):
    """The keys that let people in."""

    name = "authkeys"
    one = "key"
    triage = "state, hosts"
    trouble_word = "weak or nobody's"
    well = "every key is strong, and the inventory says whose it is"
    nothing = "no key lets anybody in, as far as it was read: root reads those of all accounts"
    columns_of = (
        text_fact("who", "WHOSE", 12, 30, ink=Ink.TEXT),
        number_fact("hosts", "HOSTS", 5, lambda value: f"{value:.0f}"),
        told_fact("accounts", "ACCOUNTS", 9, 30),
        told_fact("type", "TYPE", 8, 12, 1),
        text_fact("key", "FINGERPRINT", 15, 50, 2),
        number_fact("used", "USED", 4, format_age, 3),
        text_fact("on", "ON", 10, 50, 4),
    )  # fmt: skip
    also = ("host", "account", "person", "comment", "weak", "root", "authority", "bits")
    owners_told = False
    """Whether the inventory says of any key whose it is: only then one that is nobody's stands out."""

    def read(self, feed: Feed, desk: Desk) -> Sequence[Any]:
        """Return the lines."""
        del desk
        keys = feed.reading(self.lookout.keys)
        self.owners_told = any(key.person for key in keys)
        return self.lines_of(keys)

    def item(self, key: KeyUse) -> Item:
        """Return the line of a key."""
        told = self.owners_told
        sign = sign_of_key(key, told)
        rows = [row for name in sorted(key.hosts) if (row := self.desk.fleet.named(name)) is not None]
        accounts = sorted(key.accounts, key=lambda name: (name != ANY, name != "root", name))
        # The others have one size each.
        size = f"{key.bits}" if key.bits and key.type.startswith(SIZED) else ""
        kind = f"{key.type.removeprefix('ssh-')} {size}".strip()
        facts: dict[str, Value] = {
            "who": key.person or ", ".join(sorted(key.comments)) or "no name", "hosts": float(len(key.hosts)),
            "accounts": ", ".join(ANYBODY if name == ANY else name for name in accounts),
            "type": f"CA {kind}" if key.is_authority else kind,
            "key": key.fingerprint, "on": ", ".join(sorted(key.hosts)), "host": tuple(sorted(key.hosts)),
            "account": tuple(accounts), "person": key.person, "comment": tuple(sorted(key.comments)),
            "weak": float(key.is_weak), "root": float(key.reaches_root), "authority": float(key.is_authority),
            "bits": float(key.bits or 0),
        }  # fmt: skip
        if key.used_at is not None:
            facts["used"] = max(0.0, self.desk.present.at - key.used_at)
        words = " ".join((key.fingerprint, key.person, *sorted(key.comments), *accounts, *sorted(key.hosts)))
        return Item(
            key.fingerprint, sign, facts, None, tuple(rows), sign.rank < KNOWN.rank, (-len(key.hosts), key.fingerprint),
            words=words,
            inks={"accounts": Ink.WARN if key.reaches_root else Ink.DIM, "type": Ink.BAD if key.is_weak else Ink.DIM},
        )  # fmt: skip

    def host_here(self) -> HostRow | None:
        """Return None: a key is not one host."""
        return None

    def opens(self) -> str:
        """Return nothing: all stands beside the line."""
        return ""

    def told(self, pen: Pen, found: object = None, height: int = 0) -> list[Line]:
        """Return a key with every account that it opens."""
        del found
        item = self.items.here
        key = self.known.get(item.key) if item is not None else None
        if item is None or key is None:
            return []
        lines = title(item, str(item.facts["who"]), pen)
        lines += fingerprint_lines(key.fingerprint, pen)
        lines.append(labelled("Type", (safe(str(item.facts["type"])), item.inks["type"]),
                              ("  too weak by now" if key.is_weak else "", Ink.BAD)))  # fmt: skip
        said = key.person or "not told: key_owners in the inventory"
        lines.append(labelled("Owner", (safe(said), Ink.TEXT if key.person else Ink.DIM)))
        if key.comments:
            lines.append(labelled("Comment", safe(", ".join(sorted(key.comments)))))
        lines.append(labelled("Seen", moment(key.seen_at, pen.present)))
        if key.used_at is not None:
            lines.append(labelled("Used", moment(key.used_at, pen.present), (f"  {safe(key.used_where)}", Ink.DIM)))
        else:
            lines.append(labelled("Used", ("not in the last day", Ink.DIM)))
        if key.is_authority:
            said = "it signs for others: whoever holds a certificate by it may log in, and no host tells who that is"
            lines += [EMPTY, *wrapped(said, pen.width, Ink.WARN)]
        lines += [EMPTY, line((f"Opens {counted(len(key.places), 'account')} on {counted(len(key.hosts), 'host')}",
                               Ink.DIM))]  # fmt: skip
        for host, account, options in sorted(key.places)[:PLACES_SHOWN]:
            ink = Ink.WARN if account in ("root", ANY) else Ink.TEXT
            who = ANYBODY if account == ANY else account
            lines.append(line((f"  {safe(who)}", ink), (f" @ {safe(host)}", Ink.TEXT), (f"  {safe(options)}", Ink.DIM)))
        return lines[: height or None]


def fingerprint_lines(fingerprint: str, pen: Pen) -> list[Line]:
    """Return a fingerprint whole: people compare it from end to end, so where it has no room it goes on below."""
    whole, room = safe(fingerprint), max(20, pen.width - LABEL)
    parts = [whole[start : start + room] for start in range(0, len(whole), room)] or [""]
    return [labelled("Key" if index == 0 else "", (part, Ink.TEXT)) for index, part in enumerate(parts)]
