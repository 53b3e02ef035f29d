"""Accounts as the checks of them need them, and what of them no file of the host holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tui_ops.model.facts import Field, Fields
from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Judgement, NotReadable, Read, Scene
from tui_ops.practices.security.checks.plain import OncePerReading, flag, listed, names, number, settled, takes, word

ACCOUNTS = "accounts"
GROUP = "group "
"""How the items of groups begin."""

DIRECTORY = "directory "
"""How the topic begins what it says of a source that was not read: ``directory sss passwd``."""

PASSWD, GROUPS, SHADOW, SUDO_RULES = "passwd", "group", "shadow", "sudoers"
"""What a source may tell of, as nsswitch.conf calls it."""

DIRECTORIES = "directories"
"""The parameter that names sources which somebody looks after elsewhere: of these nothing is missed."""

NO_DIRECTORIES: Field = []
"""It by itself."""

_CALLED = {
    "sss": "sssd", "nis": "NIS", "winbind": "Samba", "ldap": "nslcd or nss_ldap", "oslogin": "OS Login of the cloud",
    "systemd": "userdb or systemd-homed",
    "compat": "the lines of passwd or group that begin with +",
}  # fmt: skip
_TELLS = {PASSWD: "accounts", GROUPS: "groups", SHADOW: "passwords", SUDO_RULES: "rules of sudo"}


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


def directories(read: Read | None, scene: Scene, *databases: str) -> list[str]:
    """Return the sources that were not read and may tell of more than the host's files, as beginnings of objects.

    No finding is about what stands there, so that one about the files closes as ever.

    Args:
        read: the topic of accounts; None where it is not known.
        scene: whose parameter names those that somebody looks after elsewhere.
        databases: what the check is about.
    """
    fine = frozenset(scene.words(DIRECTORIES))
    found = []
    for one in read.unread if read is not None else ():
        source, _, database = one.removeprefix(DIRECTORY).partition(" ")
        if one.startswith(DIRECTORY) and source not in fine and (database in databases or not database):
            found.append(one)
    return found


def why_directories(unread: Sequence[str]) -> str:
    """Return what is not read of sources, and what to do, in words.

    Args:
        unread: as :func:`directories` returns it.
    """
    sources: dict[str, None] = {}
    told: dict[str, None] = {}
    for one in unread:
        source, _, database = one.removeprefix(DIRECTORY).partition(" ")
        if source:
            sources[source] = told[_TELLS.get(database, "accounts")] = None
    if not sources:
        return "nsswitch.conf was not read whole: R reads it again"
    said = names([f"{one} ({_CALLED[one]})" if one in _CALLED else one for one in sources])
    return (
        f"the host's files are well; it also takes {' and '.join(told)} from {said}, which is not read: look after"
        f" them there, then say so with security: parameters: {DIRECTORIES}: [{', '.join(sources)}]"
    )


def settled_here(scene: Scene, databases: Sequence[str], well: str, wrong: str, seen: Sequence[Seen]) -> Judgement:
    """Return what a judge has come to that looked at all the host's files have: no pass where a directory tells more.

    Args:
        scene: of the host.
        databases: what the check is about.
        well: one line, where nothing is wrong.
        wrong: one line, where more than one thing is.
        seen: what is wrong.

    Raises:
        NotReadable: nothing wrong was seen, and a directory was not read.
    """
    unread = directories(scene.reads.get(ACCOUNTS), scene, *databases)
    return settled(well, wrong, seen, unread, why_directories(unread))


def day(said: str) -> date | None:
    """Return a day such as ``2026-01-31``; None where it is none."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def today(scene: Scene) -> date:
    """Return the present day, in UTC."""
    return datetime.fromtimestamp(scene.now, UTC).date()
