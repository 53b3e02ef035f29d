"""Keys that let people in as the checks of them need them, and from where else sshd takes some."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Field, Fields
from tui_ops.practices.security.checks.base import NotForThis, NotReadable, Read, Scene
from tui_ops.practices.security.checks.plain import flag, listed, names, starting, takes, word
from tui_ops.practices.security.checks.sshd import Sshd, sshd_of
from tui_ops.practices.security.checks.sshdothers import OTHER_ITEM

KEYS, SSHD = "authkeys", "sshdconf"

FILES = "sshd_config"
"""The item that tells which files of sshd count."""

ANY = "*"
"""The account of an authority whose certificates let in as whomever they name."""

USUAL_FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2", "none")
"""Where the topic of keys looks, as AuthorizedKeysFile names it."""

_PRINCIPALS = ("authorizedprincipalsfile", "authorizedprincipalscommand")

ELSEWHERE = "keys_elsewhere"
"""The parameter that names files and programs for which somebody sees to the keys that sshd takes from there."""

NOT_ELSEWHERE: Field = []
"""It by itself."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What lets people in and stands in none of the files that are read."""

    places: tuple[str, ...] = ()
    """Files and programs from which sshd takes keys, those left out that somebody looks after."""
    authorities: tuple[str, ...] = ()
    """Files of authorities that sshd trusts, of which no key was read."""
    why: str = ""
    """Why it can't be said whether there are more; empty where it can."""
    principals: tuple[str, ...] = ()
    """What tells whom a certificate lets in as: files and programs; without one, it does so itself."""

    @property
    def need(self) -> str:
        """Return what is not read, and what to do, in words; empty where nothing is missing."""
        if self.places:
            said = names(self.places)
            return (
                f"sshd takes keys from elsewhere too: {said}. See to them there, then say so with security: parameters:"
                f" {ELSEWHERE}: [{said}]"
            )
        if self.authorities:
            return (
                f"sshd trusts the authorities in {names(self.authorities)}, and no key of them was read: let everybody"
                " read the file, which holds no secret, or name it under files: in the inventory"
            )
        return f"whether sshd takes keys from elsewhere is not known: {self.why}" if self.why else ""

    @property
    def unread(self) -> list[str]:
        """Return the beginnings of objects that could not be looked at: a key from elsewhere may be anybody's, also one
        that stood in a file before."""
        return [""] if self.places or self.why else [f"{ANY} "] if self.authorities else []


def elsewhere(scene: Scene) -> Elsewhere:
    """Return what lets people in beside what is read of the host's keys."""
    read = scene.reads.get(SSHD)
    if read is None:
        return Elsewhere()
    try:
        sshd = sshd_of(scene)
    except NotForThis:
        return Elsewhere()
    except NotReadable as error:
        return Elsewhere(why=error.message)
    fine = frozenset(scene.words(ELSEWHERE))
    places = dict.fromkeys(one for said in _all(sshd) for one in _places(said) if one not in fine)
    keys = scene.reads.get(KEYS)
    known = {file for fields in _trusted(keys) for file in listed(fields, "files")}
    named = dict.fromkeys(said["trustedusercakeys"] for said in _all(sshd) if said.get("trustedusercakeys"))
    authorities = tuple(one for one in named if one.lower() != "none" and one not in known)
    principals = dict.fromkeys(one for said in _all(sshd) for name in _PRINCIPALS for one in _first(said.get(name, "")))
    return Elsewhere(tuple(places), authorities, _why(read, sshd), tuple(principals))


def _why(read: Read, sshd: Sshd) -> str:
    """Return what of sshd's settings was not read, in words; empty where all was that could name further keys."""
    if sshd.blocks_known:
        return ""
    # Some hosts hide what others run, and no line of root shows it: the checks of sshd say so, and these go on.
    is_hidden = OTHER_ITEM.rstrip() in read.unread
    files = read.items.get(FILES)
    return "" if is_hidden and files is not None and not listed(files, "left") else sshd.need


def why_keys(read: Read, others: Elsewhere) -> str:
    """Return why not all keys were looked at, in words; empty where nothing says why.

    Args:
        read: the topic of keys.
        others: what stands elsewhere.
    """
    takes_root = bool(read.needs) and any(one != f"{ANY} " for one in read.unread)
    return "; ".join(one for one in (takes(read) if takes_root else "", others.need) if one)


def _all(sshd: Sshd) -> list[Mapping[str, str]]:
    return [sshd.settings, *(said for _, said in sshd.blocks)]


def _places(said: Mapping[str, str]) -> list[str]:
    """Return the files that the topic does not look at, and the program that tells of keys."""
    files = [one for one in said.get("authorizedkeysfile", "").split() if one.removeprefix("%h/") not in USUAL_FILES]
    return [*files, *_first(said.get("authorizedkeyscommand", ""))]


def _first(value: str) -> list[str]:
    """Return the file or the program that a setting names; nothing for ``none``."""
    words = value.split()
    return words[:1] if words and words[0].lower() != "none" else []


def _trusted(read: Read | None) -> list[Fields]:
    return [fields for _, fields in starting(read, f"{ANY} ")] if read is not None else []


def trusted(read: Read | None) -> int:
    """Return how many authorities let in whomever their certificates name; 0, too, where that is not known."""
    return len(_trusted(read))


def is_authority(fields: Mapping[str, object]) -> bool:
    """Return whether a key is one of an authority: it lets in whoever holds a certificate by it."""
    return flag(fields, "authority")


def called(item: str, fields: Mapping[str, object]) -> str:
    """Return what a key is, in words: ``a key of anna``.

    Args:
        item: its name, where it tells no account.
        fields: of it.
    """
    account = word(fields, "account")
    if account == ANY:
        return "an authority that lets in whomever its certificates name"
    return (
        f"an authority of certificates for {account or item}" if is_authority(fields) else f"a key of {account or item}"
    )
