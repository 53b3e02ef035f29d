"""Accounts as the checks of them need them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tui_ops.model.facts import Fields
from tui_ops.practices.security.checks.base import NotReadable, Read, Scene
from tui_ops.practices.security.checks.plain import OncePerReading, flag, listed, number, takes, word

ACCOUNTS = "accounts"
GROUP = "group "
"""How the items of groups begin."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a host's own files."""

    name: str
    """As passwd has it; a second one of a name is told apart in ``item`` alone."""
    item: str
    uid: int
    fields: Fields

    @property
    def may_log_in(self) -> bool:
        """Return whether its shell is one to work with."""
        return flag(self.fields, "login")

    @property
    def is_system(self) -> bool:
        """Return whether its number is one of programs, root's left out."""
        return flag(self.fields, "system")

    @property
    def is_person(self) -> bool:
        """Return whether it can be somebody's: it may log in, and its number is one of people."""
        return self.may_log_in and not self.is_system and self.uid != 0

    @property
    def state(self) -> str:
        """Return the state of its password: ``set``, ``locked``, ``none``, ``empty``; empty where shadow lacks it."""
        return word(self.fields, "password")

    @property
    def groups(self) -> list[str]:
        """Return its groups, its own one too."""
        return listed(self.fields, "groups")


def accounts_of(read: Read) -> list[Account]:
    """Return the accounts, by name.

    Raises:
        NotReadable: not all of them were read.
    """
    return _made(read)


def _make(read: Read) -> list[Account]:
    if read.cut:
        raise NotReadable(f"accounts: {read.cut} are beyond the limit of what is read")
    if "" in read.unread:
        # Whoever is not among those that were read may be root by another name.
        raise NotReadable("not all of passwd was read")
    read.looked("root")
    accounts = []
    for item in sorted(read.items):
        fields = read.items[item]
        uid = number(fields, "uid")
        if uid is not None and not item.startswith(GROUP):
            accounts.append(Account(item.partition(" (")[0], item, uid, fields))
    return accounts


_made = OncePerReading(_make)


def with_passwords(scene: Scene) -> list[Account]:
    """Return the accounts, where the states of their passwords are known.

    Raises:
        NotReadable: they are not.
    """
    read = scene.read(ACCOUNTS)
    if "password" in read.unread_fields:
        raise NotReadable(takes(read), (ACCOUNTS,))
    return accounts_of(read)


def day(said: str) -> date | None:
    """Return a day such as ``2026-01-31``; None where it is none."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def today(scene: Scene) -> date:
    """Return the present day, in UTC."""
    return datetime.fromtimestamp(scene.now, UTC).date()
