"""Who is called and how, and the door that takes alerts: whether what they need can be read."""

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_ops.cli.context import Context, counted, shown
from tui_ops.cli.doctoring.remark import Remark, bad, look, ok
from tui_ops.inventory.errors import InventoryError
from tui_ops.model.doors import TOKEN_LEAST
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.fleet import Fleet, SecretRef

if TYPE_CHECKING:
    from tui_ops.model.oncall import OnCallSpec

PATIENCE_S = 30.0
"""All secrets together may take so long: a password manager that asks somebody takes 10 s of it for each."""


def check_told(context: Context) -> Iterator[Remark]:
    """Read the secrets of the ways to people, of the mail server and of the door, and look who has no way.

    What is read is neither shown nor kept.
    """
    fleet = _fleet(context)
    if fleet is None:
        return
    deadline = time.monotonic() + PATIENCE_S
    known, wanted = fleet.oncall, list(_secrets(fleet))
    found: list[Remark] = []
    for subject, whose, secret, least in wanted:
        if time.monotonic() > deadline:
            found.append(look(subject, f"{whose} and those after it were not read: it took too long", "try it again"))
            break
        remark = _read(context, subject, whose, secret, least)
        if remark is not None:
            found.append(remark)
    found += _without_a_way(known)
    yield from found
    wrong = {one.subject for one in found}
    if known.contacts and "on call" not in wrong:
        ways = sum(len(one.ways) for one in known.contacts)
        said = f"{counted(ways, 'way')} to {_people(len(known.contacts))}, their secrets can be read"
        yield ok("on call", f"{said}; tui-ops do oncall.test tries one")
    if fleet.door is not None and "door" not in wrong:
        yield ok("door", f"its token can be read; {fleet.door.host} port {fleet.door.port}")


def _fleet(context: Context) -> Fleet | None:
    """Return the inventory; None where there is none, or one that another check complains of."""
    from tui_ops.inventory import load

    try:
        return load(context.inventory) if context.inventory is not None else None
    except TuiOpsError:
        return None


def _secrets(fleet: Fleet) -> Iterator[tuple[str, str, SecretRef, int]]:
    """Give each secret with what it is for, whose it is, and how many characters it has to have."""
    for contact in fleet.oncall.contacts:
        for way in contact.ways:
            if isinstance(way.url, SecretRef):
                yield "on call", f"{contact.person}'s way {way.name}", way.url, 1
    mail = fleet.oncall.mail
    if mail is not None and mail.password is not None:
        yield "on call", "the password of the mail server", mail.password, 1
    if fleet.door is not None:
        yield "door", "its token", fleet.door.token, TOKEN_LEAST


def _read(context: Context, subject: str, whose: str, secret: SecretRef, least: int) -> Remark | None:
    from tui_ops.inventory import resolve_secret

    try:
        length = len(resolve_secret(secret))
    except InventoryError as error:
        mistake = error.mistakes[0]
        said, advice = f"{shown(whose, 80)}: {shown(str(mistake))}", shown(mistake.hint) or "tui-ops check"
        if _is_the_engines_own(context, secret):
            return look(subject, said, f"the engine reads it with an environment and account of its own: {advice}")
        return bad(subject, said, advice)
    if length < least:
        return bad(subject, f"{shown(whose, 80)} has less than {least} characters", "write a longer one")
    return None


def _is_the_engines_own(context: Context, secret: SecretRef) -> bool:
    """Whether the engine may well have what this process has not: another environment, another account."""
    if secret.kind == "env":
        return True
    try:
        return context.state.root.stat().st_uid != os.geteuid()
    except (OSError, TuiOpsError):
        return False


def _without_a_way(known: "OnCallSpec") -> Iterator[Remark]:
    """Name who takes turns and can't be reached."""
    reached = {one.person for one in known.contacts if one.ways}
    turns = dict.fromkeys(person for rotation in known.rotations for person in rotation.people)
    missing = [shown(person, 40) for person in turns if person not in reached]
    if missing:
        said = f"{', '.join(missing[:3])}{' and more' if len(missing) > 3 else ''} take turns and can't be reached"
        yield bad("on call", said, "name a way below 'oncall: contacts:', docs/oncall.md")


def _people(many: int) -> str:
    return "1 person" if many == 1 else f"{many} people"
