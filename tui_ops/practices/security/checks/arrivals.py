"""The checks of who has come in, and by what: keys that are new, sources that are new, guesses that ended in a login.

None of them is in a benchmark; each goes by what a host was like when it was first read, or when somebody took it as
it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tui_ops.model.clean import clean
from tui_ops.model.facts import Field
from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.accountplans import KEY
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotReadable, Remedy, Scene
from tui_ops.practices.security.checks.keysread import (
    ANY,
    ELSEWHERE,
    KEYS,
    NOT_ELSEWHERE,
    SSHD,
    elsewhere,
    is_authority,
    why_keys,
)
from tui_ops.practices.security.checks.plain import BY_HAND, known_words, names, settled, takes, word
from tui_ops.practices.security.logins import GUESSES, SourceRow, has_got_in, name_of

LOGINS = "logins"

ROWS_LIMIT = 2_000
"""Rows of one host that are looked at."""


def _keys(scene: Scene) -> Judgement:
    read = scene.read(KEYS)
    baseline = known_words(scene, "baseline.keys")
    if baseline is None:
        raise NotReadable("no baseline of keys yet: it is set by the first reading of all of them", (KEYS,))
    fine = set(baseline)
    seen = []
    for name, fields in sorted(read.items.items()):
        if name in fine:
            continue
        account = word(fields, "account")
        said = f"{word(fields, 'type')} {word(fields, 'comment')}".strip()
        text = f"a new key lets somebody in as {account}: {clean(said, 120)}"
        if is_authority(fields):
            whom = "whomever they name" if account == ANY else account
            text = f"certificates by a new authority let people in as {whom}: {clean(said, 120)}"
        data: dict[str, Field] = {"account": account, "fingerprint": word(fields, "fingerprint")}
        if is_authority(fields):
            # The same key may stand there by itself too, and that may be meant.
            data |= BY_HAND
        seen.append(Seen(name, text, FindingSeverity.CRITICAL if account in ("root", ANY) else None, data=data))
    others = elsewhere(scene)
    unread = [*read.unread, *(("",) if read.cut else ()), *others.unread]
    return settled(
        f"{len(read.items)} keys, all of them known", f"new: {names([one.object for one in seen])}", seen, unread,
        why_keys(read, others) or takes(read), (KEYS, SSHD),
    )  # fmt: skip


def rows_known(scene: Scene) -> list[SourceRow] | None:
    """Return the sources of logins that are remembered of a host; None where nothing is known of them."""
    told = scene.known.get("logins")
    if not isinstance(told, Sequence) or isinstance(told, str | bytes):
        return None
    return list(_rows(told))


def _rows(told: Sequence[object]) -> Iterator[SourceRow]:
    for one in told[:ROWS_LIMIT]:
        if not isinstance(one, Mapping):
            continue
        numbers = [one.get(name) for name in ("first_at", "last_at", "good", "failed", "failed_day")]
        if all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
            first, last, good, failed, day = (float(str(number)) for number in numbers)
            yield SourceRow(word(one, "source"), word(one, "account"), first, last, int(good), int(failed), int(day))


def _known(scene: Scene) -> tuple[list[SourceRow], set[str]]:
    rows, baseline = rows_known(scene), known_words(scene, "baseline.sources")
    read = scene.read(LOGINS)
    read.looked("accepted")
    if rows is None or baseline is None:
        raise NotReadable("no baseline of logins yet: it is set by the first reading of them", (LOGINS,))
    return rows, set(baseline)


def _sources(scene: Scene) -> Judgement:
    rows, fine = _known(scene)
    new: dict[str, SourceRow] = {}
    for row in rows:
        if row.account and row.good and name_of(row) not in fine:
            earlier = new.get(name_of(row))
            new[name_of(row)] = row if earlier is None or row.first_at < earlier.first_at else earlier
    seen = [
        Seen(
            name, f"{row.account} came in from {row.source} for the first time, {_when(row.first_at)}",
            data={"account": row.account, "source": row.source},
        )
        for name, row in sorted(new.items())
    ]  # fmt: skip
    return settled(
        "nobody came in from where nobody had come from", f"new: {names([one.object for one in seen])}", seen
    )  # fmt: skip


def _guessed(scene: Scene) -> Judgement:
    rows, fine = _known(scene)
    seen = []
    for row in rows:
        if not has_got_in(row) or name_of(row) in fine:
            continue
        who = sorted({one.account for one in rows if one.account and one.source == row.source and one.good})
        said = f"from {row.source}: at least {row.failed} tries, then a login by password as {names(who) or 'somebody'}"
        seen.append(Seen(name_of(row), said, data={"source": row.source, "exposed": True}))
    guessing = sum(1 for row in rows if not row.account and row.failed_day >= GUESSES)
    well = f"{guessing} addresses guess, and none got in" if guessing else "nobody guesses"
    return settled(well, f"{len(seen)} addresses guessed until they got in", seen)


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if 0 < at < 2**33 else "at a time that is not told"


CHECKS_OF_ARRIVALS: tuple[Check, ...] = (
    Check(
        "key-new", "no key lets anybody in that was not meant to", (KEYS, SSHD), _keys, FindingSeverity.HIGH,
        FindingKind.ACCESS, Controls((), ("8.2.2",), ("AC-2", "IA-5"), ("5.17", "5.18")),
        Remedy(
            "Ask whose it is; take it into the baseline, or remove it and see how it came there.",
            KEY.plan,
            KEY.values,
            by_hand="whom a key that vouches for others has let in already, has to be found out first",
        ),
        parameters={ELSEWHERE: NOT_ELSEWHERE}, root=True,
    ),
    Check(
        "login-source", "people log in from where they have before", (LOGINS,), _sources, FindingSeverity.LOW,
        FindingKind.ACCESS, Controls((), ("10.2.1",), ("AC-7", "SI-4"), ("8.15", "8.16")),
        Remedy(
            "Ask whoever it was; take the source into the baseline, or change the password and the keys.",
            by_hand="whether it was its owner, only he can say",
        ),
        root=True,
    ),
    Check(
        "login-guessed", "nobody got in by guessing", (LOGINS,), _guessed, FindingSeverity.CRITICAL,
        FindingKind.ACCESS, Controls((), ("8.3.4",), ("AC-7", "SI-4"), ("8.5", "8.16")),
        Remedy(
            "Shut the account and end its sessions first, then ask who it was; take it into the baseline only if it was"
            " its owner.",
            by_hand="what he did there is evidence, and the account may be one that a service or this desk needs; "
            "usermod -L -e 1 ACCOUNT shuts it",
        ),
        root=True,
    ),
)  # fmt: skip
"""Beyond the reference's table."""
