"""From where a host takes its accounts, by nsswitch.conf(5): which of the sources named there are no files of the host.

A source counts only where something of it answers on the host: distributions name ``sss`` before anybody has set up an
sssd, and packages name ``winbind`` when they are installed. One that is not known here counts always.

Parts: ``switch``, lines of nsswitch.conf; ``used``, the words of :data:`EVIDENCE` for which something is there;
``backend``, command lines of sssd's backends.
"""

import re
from collections.abc import Iterator, Mapping

from tui_ops.collectors.facts.body import Body, text, words

UNREAD = "directory "
"""How that begins which nobody looked at: ``directory sss passwd``."""

DATABASES = ("passwd", "group", "shadow", "sudoers")

LOCAL = frozenset({"files", "altfiles", "usrfiles", "mymachines"})
"""Sources that are files of the host, or made of them: what the image of a system brings."""

COMPAT = "compat"
"""The files, and for their lines with ``+`` what ``passwd_compat`` names, NIS by itself: nss(5)."""

EVIDENCE: Mapping[str, frozenset[str]] = {
    "sss": frozenset({"sss"}), "ldap": frozenset({"ldap"}), "winbind": frozenset({"winbind"}),
    "nis": frozenset({"nis"}), "extrausers": frozenset({"extrausers"}), "db": frozenset({"db"}),
    "systemd": frozenset({"userdb"}),
}  # fmt: skip
"""By source, the words of the section of which one has to be there. What systemd tells by itself are accounts of
services while they run; records of userdb and homes of systemd-homed are people's."""

_EVIDENCE_SUDO: Mapping[str, frozenset[str]] = {
    "sss": frozenset({"sss-sudo"}),
    "ldap": frozenset({"ldap", "ldap-sudo"}),
}
"""The same for the rules of sudo, which sudo asks for itself: sssd has a door of its own for them."""

_IMPLICIT = "implicit_files"
"""The domain by which sssd on RHEL 8 and its kin shows the host's own files, without any directory."""

SOURCES_LIMIT = 32
"""Sources that are told of one host, each database counted; where there are more, all of it counts as unread."""

LINE_LIMIT, SWITCH_BYTES = 2_000, 6_000
"""Characters of one line, and bytes of all that the probe sends: nobody's nsswitch.conf has a tenth of it."""

NAME_LIMIT = 40
"""Characters of a source's name."""

_LINE = re.compile(r"(passwd|group|shadow|sudoers|initgroups)\s*:(.*)", re.ASCII)
_TOKEN = re.compile(r"\[[^\]]*\]?|[^\s\[\]]+")
_ACTION = re.compile(r"(!?)\s*([a-z]+)\s*=\s*([a-z]+)", re.ASCII)
_STATES = ("success", "notfound", "unavail", "tryagain")
_DOMAIN = re.compile(r"--domain[ =](\S+)")


def unread_sources(found: Body) -> list[str]:
    """Return which sources tell of accounts, groups, passwords or rules of sudo and are no files, as beginnings of what
    was not looked at.

    Args:
        found: the body, with the parts above and the lines of ``passwd`` and ``group``.
    """
    found.doubt("switch", SWITCH_BYTES)
    is_there = any(found.of("switch")) or "switch" in found.broken | found.refused
    if is_there and not found.is_whole("switch"):
        return [UNREAD]
    written = list(_written(found))
    used = frozenset(text(line, NAME_LIMIT) for line in found.of("used"))
    if _is_of_files_alone(found):
        used -= {"sss", "sss-sudo"}
    told: dict[str, None] = {}
    for database in DATABASES:
        has_plus = any(line.startswith(b"+") for line in found.of(database)) if database != "sudoers" else False
        lines = [said for name, said in written if name == database]
        # Without a line it is the files; an older C library takes lines with + then, too.
        for said in lines or [COMPAT]:
            for source in _reached(said, database, used, has_plus):
                told[f"{UNREAD}{source} {database}"] = None
    return list(told) if len(told) <= SOURCES_LIMIT else [UNREAD]


def _written(found: Body) -> Iterator[tuple[str, str]]:
    """Yield database and sources of each line; what is asked for the groups of one account counts as groups."""
    for line in found.of("switch"):
        parsed = _LINE.match(words(line, LINE_LIMIT))
        if parsed:
            yield "group" if parsed[1] == "initgroups" else parsed[1], parsed[2]


def _is_of_files_alone(found: Body) -> bool:
    """Return whether sssd runs and shows the host's own files, and nothing else."""
    domains = [_DOMAIN.search(text(line)) for line in found.of("backend")]
    return (
        found.is_whole("backend") and bool(domains) and all(one is not None and one[1] == _IMPLICIT for one in domains)
    )


def _reached(said: str, database: str, used: frozenset[str], has_plus: bool) -> list[str]:
    """Return the sources of a line that are asked for an account which no earlier one knows, and are no files.

    Args:
        said: the line behind its colon: names, each with ``[STATUS=action]`` behind it as it may be.
        database: of which it is.
        used: words of what is there.
        has_plus: whether the file has lines that call in others.
    """
    found: list[str] = []
    answer, is_note = "", False
    for token in _TOKEN.findall(said):
        if token.startswith("["):
            # By itself a search goes on from a source that knows nothing, or is not there.
            if answer and _action(token, answer) == "return":
                break
            continue
        # Newer C libraries take what stands behind such a sign within a line for sources, older ones do not.
        is_note = is_note or token.startswith("#")
        source = token.removeprefix("cache_")
        is_told = source != COMPAT and source not in LOCAL and _is_used(source, database, used, is_note)
        # What is made of files always answers, and so does systemd.
        is_there = is_told or source in (*LOCAL, COMPAT, "systemd")
        answer = "notfound" if is_there else "unavail"
        if is_told or (source == COMPAT and has_plus):
            found.append(text(source, NAME_LIMIT))
    return list(dict.fromkeys(found))


def _is_used(source: str, database: str, used: frozenset[str], is_note: bool) -> bool:
    """Return whether something of a source answers; of one that nobody here knows, unless it may be part of a note."""
    evidence = (_EVIDENCE_SUDO if database == "sudoers" else EVIDENCE).get(source)
    return bool(evidence & used) if evidence is not None else not is_note


def _action(bracket: str, answer: str) -> str:
    """Return what is done after an answer, by ``[!UNAVAIL=return]``; empty where the bracket says nothing of it."""
    done = ""
    for is_not, state, action in _ACTION.findall(bracket.lower()):
        if state in _STATES and (state == answer) is not bool(is_not):
            done = action
    return done
