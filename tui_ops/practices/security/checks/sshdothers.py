"""The sshds of a host that read another file than the usual one: what each is set to, and where it listens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui_ops.model.facts import Fields
from tui_ops.model.filepaths import is_sshd_file
from tui_ops.model.sshdline import split_setting
from tui_ops.practices.security.checks.base import Read
from tui_ops.practices.security.checks.plain import flag, listed, names, starting, takes, word

TOPIC = "sshdconf"

MATCH = "match "
"""How the items of Match blocks begin."""

OTHER = "-f "
"""How the criteria begin that stand for an sshd which reads another file, with all that it is set to."""

OTHER_ITEM = f"sshd_config {OTHER}"
"""How its items begin; those of its Match blocks have these behind the file."""

OTHER_BLOCK = f" {MATCH}"

KEPT_FILE = "sshd_config file "
"""How the items begin that tell mode and owner of its file, and of keys that lie elsewhere than usual."""

STARTED_NEED = "words with which sshd was started"
"""What a host is said to need that does not tell them."""

NOT_READ = (
    "root reads such a file only directly in /etc/ssh, with sshd or config in its name and not that of a key: move it "
    "there, or have this sshd judged by what it offers from outside alone"
)
"""Why it is not known what a file says that lies elsewhere or is called otherwise, and what to do."""

CUT_OFF = (
    "with which words sshd was started was not told to its end: too many processes call themselves one, or with too "
    "many words; end those that are none, and R reads it again"
)
"""Why not all sshds of a host are known, though no privilege is missing."""

ALIASES: Mapping[str, str] = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
}
"""Older names of settings."""


@dataclass(frozen=True, slots=True)
class Other:
    """An sshd that reads another file, or that was built for another place of it."""

    criteria: str
    """``-f FILE``; the words with which it was started where it names no file."""
    settings: Mapping[str, str]
    """By name in small letters, as far as they are set."""
    is_effective: bool
    """Whether sshd itself said it."""
    is_read: bool
    """Whether it is known what it does for everybody."""
    ports: tuple[str, ...]
    """Where others than the host reach it, as far as that is known."""
    missing: str
    """What was not read and what to do, in words; empty where all was."""
    file: str
    """That it reads; empty where its words name none."""

    @property
    def how(self) -> str:
        """Return by what it is judged, in words."""
        return f"as sshd -T {self.criteria} says" if self.is_effective else "as its file has it"


def others_of(read: Read | None) -> list[Other]:
    """Return the sshds of a host that read another file; none where its settings were never read."""
    return [_other(name, fields) for name, fields in _items(read)] if read is not None else []


def _items(read: Read) -> Iterator[tuple[str, Fields]]:
    for rest, fields in starting(read, OTHER_ITEM):
        if OTHER_BLOCK not in rest:
            yield rest, fields


def _other(rest: str, fields: Fields) -> Other:
    left, is_effective = listed(fields, "left"), flag(fields, "effective")
    return Other(
        f"{OTHER}{rest}", said_in(fields), is_effective, is_effective or not left, tuple(listed(fields, "ports")),
        _missing(word(fields, "file"), fields) if left else "", word(fields, "file"),
    )  # fmt: skip


def _missing(file: str, fields: Fields) -> str:
    text = f"another sshd runs, {word(fields, 'started')}: {names(listed(fields, 'left'))} was not read"
    if flag(fields, "effective"):
        return text
    if is_open := word(fields, "open"):
        return f"{text}, and root is not asked for it: {is_open}"
    return text if is_sshd_file(file) else f"{text}: {NOT_READ}"


def said_in(fields: Fields) -> dict[str, str]:
    """Return the settings that the lines of an item set, by their present names in small letters."""
    said: dict[str, str] = {}
    for line in listed(fields, "value"):
        key, value = split_setting(line)
        said.setdefault(ALIASES.get(key, key), value)
    return said


def unread_others(read: Read) -> str:
    """Return which sshd reads another file that was not read whole, and what would make it known; empty for none."""
    if missing := next((other.missing for other in others_of(read) if other.missing), ""):
        return missing
    if knows_others(read):
        return ""
    return f"with which words sshd was started: {takes(read)}" if read.needs else CUT_OFF


def knows_others(read: Read) -> bool:
    """Return whether the host told with which words its sshds were started.

    Where root is not asked nothing of the topic counts as looked at, and so the need is looked for by its words.
    """
    return STARTED_NEED not in read.needs and (read.knows(OTHER_ITEM) or "" in read.unread)
