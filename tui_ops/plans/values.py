"""What a single value of a plan may be: functions from text to a checked value, which say what would be right."""

import base64
import binascii
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_ops.inventory import fields
from tui_ops.inventory.errors import did_you_mean, quoted
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.address import AddressError, compile_pattern
from tui_ops.model.clean import clean
from tui_ops.model.plans import Value

WORDS_MAX, WORD_LIMIT = 200, 4096
"""Words of a command and characters of each: far more than a person writes, far less than a kernel takes."""

TEXT_LIMIT = 1000
"""Characters of other single values: addresses, patterns, what a file must contain."""

CONTENT_LIMIT = 100_000
"""Bytes of a file's content or of a script: what a person reads through before approving it, and one message to a host
carries."""

MANUAL_LIMIT = 2000
"""Characters of what a person is told to do: a screen of text."""

PATH_LIMIT = 1000
"""Characters of a path; Linux takes 4,096."""

GROUPS_MAX = 32
"""Groups of an account, and tags of a playbook."""

KEY_LIMIT = 8000
"""Characters of a public key's line: the longest RSA keys take 3,000, options come before them."""

WAIT_RANGE_S = (1.0, 6 * 3600.0)
"""A longer wait is a change of its own, at its own time."""

WITHIN_RANGE_S = (0.0, 3600.0)
"""How long an answer is waited for; what is not there within an hour is not coming."""

REBOOT_RANGE_S = (10.0, 2 * 3600.0)
"""Until a host has to be back: large servers test their memory for half an hour."""

TIMES_RANGE = (1, 20)
"""Good answers in a row."""

TextCheck = Callable[[str], str]
"""From a text to a checked text."""

NumberCheck = Callable[[str], int]
"""From a text to a checked whole number."""

_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_:~@/-]{0,199}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+~:^_-]{0,119}", re.ASCII)
_UNIT = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@.:\\-]{0,254}", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_OWNER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,9}", re.ASCII)
_MODE = re.compile(r"[0-7]{3,4}", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_KEY = re.compile(
    r"(?:.* )?(?P<type>(?:ssh|ecdsa|sk)-[a-z0-9@.-]{1,60}) (?P<body>[A-Za-z0-9+/]+={0,2})(?: .*)?", re.ASCII
)
_HOST_WORD = re.compile(r"\{(?:host|address)\}", re.ASCII)


def text(given: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text of several lines at most, byte for byte.

    Raises:
        Wrong: it is empty, too long, or can't be handed to a program.
    """
    if not given:
        raise Wrong("nothing is written here", "write a text, or leave the line out")
    return carried(given, limit)


def word(given: str) -> str:
    """Return one word of a command, which may be empty."""
    return carried(given, WORD_LIMIT)


def line(given: str) -> str:
    """Return one line of visible characters."""
    if not given or clean(given, TEXT_LIMIT) != given:
        hint = f"write one line of at most {TEXT_LIMIT} visible characters"
        raise Wrong(f"{quoted(given)} is empty, too long, or can't be shown", hint)
    return given


def content(given: str) -> str:
    """Return a file's content; it may be empty."""
    return _sized(given, "the content")


def script(given: str) -> str:
    """Return a script's text."""
    if not given.strip():
        raise Wrong("the script is empty", "write 'script: |' and its lines below it, indented")
    return _sized(given, "the script")


def manual(given: str) -> str:
    """Return what a person has to do."""
    return text(given, MANUAL_LIMIT)


def _sized(given: str, what: str) -> str:
    carried(given, CONTENT_LIMIT)
    if len(given.encode()) > CONTENT_LIMIT:
        raise Wrong(f"{what} is longer than {CONTENT_LIMIT // 1000} kB", "bring a larger file in a package")
    return given


def carried(given: str, limit: int) -> str:
    """Return a text that can be handed to a program as it is.

    Args:
        given: the text.
        limit: the most characters.
    """
    if len(given) > limit:
        raise Wrong(f"this has {len(given):,} characters", f"{limit:,} are the most")
    if "\0" in given:
        raise Wrong("the character NUL can't be handed to a program", "leave it out")
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise Wrong("this holds half a character", "leave it out") from error
    return given


def path(given: str) -> str:
    """Return the absolute path of a file; any visible character may be in it."""
    parts = given.split("/")
    if not given.startswith("/") or given.endswith("/") or clean(given, PATH_LIMIT) != given:
        hint = f"write an absolute path of at most {PATH_LIMIT} visible characters, without '/' at its end"
        raise Wrong(f"{quoted(given)} can't be a file's path", hint)
    if ".." in parts or "." in parts:
        raise Wrong(f"{quoted(given)} leads through '.' or '..'", "write the path itself")
    return given


def package(given: str) -> str:
    """Return a package's name."""
    return _fitting(given, _PACKAGE, "a package's name", "write it as the package manager lists it, such as nginx")


def version(given: str) -> str:
    """Return a package's version."""
    return _fitting(given, _VERSION, "a version", "write it as the package manager lists it, such as 1.26.3-1~deb12u1")


def unit(given: str) -> str:
    """Return a unit's name."""
    return _fitting(given, _UNIT, "a unit's name", "write it as systemctl lists it, such as nginx or backup.timer")


def account(given: str) -> str:
    """Return the name of an account or a group."""
    return _fitting(
        given, _ACCOUNT, "a name of an account or group", "use letters, digits, '_', '.' and '-', at most 32"
    )


def owner(given: str) -> str:
    """Return who owns a file: a name or a number."""
    return _fitting(given, _OWNER, "an owner", "write the name of an account or group, or its number")


def tag(given: str) -> str:
    """Return a tag of a playbook."""
    return _fitting(given, _TAG, "a tag", "use letters, digits, '_', '.', ':' and '-', beginning with no '-'")


def mode(given: str) -> str:
    """Return a file's mode, four octal digits."""
    return _fitting(given, _MODE, "a mode", "write three or four octal digits in quotes, such as '0644'").rjust(4, "0")


def sha256(given: str) -> str:
    """Return a digest, lower case."""
    return _fitting(given, _SHA256, "a SHA-256", "write the 64 digits that sha256sum prints").lower()


def _fitting(given: str, pattern: re.Pattern[str], what: str, hint: str) -> str:
    if not pattern.fullmatch(given):
        raise Wrong(f"{quoted(given)} can't be {what}", hint)
    return given


def comment(given: str) -> str:
    """Return an account's comment."""
    if ":" in given:
        raise Wrong("a comment can't hold ':'", "the file of accounts parts its fields by it")
    return line(given)


def public_key(given: str) -> str:
    """Return a public key's line, options before it and a comment behind it kept."""
    found = _KEY.fullmatch(given.strip())
    if found is None or len(given) > KEY_LIMIT or clean(given, KEY_LIMIT) != given:
        raise Wrong(f"{quoted(given)} can't be a public key", "write one line as in a file that ends with '.pub'")
    try:
        inside = base64.b64decode(found["body"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong("the key is cut short", "copy the whole line") from error
    kind = found["type"].encode()
    if not inside.startswith(len(kind).to_bytes(4, "big") + kind):
        raise Wrong(f"the key is not of the type that it says, {quoted(found['type'])}", "copy the whole line")
    return given.strip()


def url(given: str) -> str:
    """Return an address for HTTP; ``{host}`` and ``{address}`` in it stand for the host's."""
    hint = "write http:// or https:// and an address, such as https://{host}/health"
    shown = _HOST_WORD.sub("host", given)
    try:
        parts = urlsplit(shown)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or clean(given, TEXT_LIMIT) != given or " " in given:
        raise Wrong(f"{quoted(given)} can't be asked", hint)
    if parts.username or parts.password:
        raise Wrong(
            "an account or a password does not belong into an address", "every reader of the plan would have it"
        )
    return given


def pattern(given: str) -> str:
    """Return a regular expression that takes no time to hold against a line."""
    try:
        compile_pattern(given)
    except AddressError as error:
        raise Wrong(error.message, error.hint) from error
    return given


def port(given: str) -> int:
    """Return a TCP port."""
    return fields.port(given)


def yes_or_no(given: str) -> bool:
    """Return what ``yes`` or ``no`` says."""
    return fields.yes_or_no(given)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a function that reads a whole number within these bounds."""

    def read(given: str) -> int:
        if not _WHOLE.fullmatch(given) or not least <= int(given) <= most:
            raise Wrong(f"{quoted(given)} can't be used here", f"write a whole number from {least} to {most}")
        return int(given)

    return read


def duration(allowed_s: tuple[float, float], in_words: str) -> Callable[[str], float]:
    """Return a function that reads a duration within these bounds, in seconds."""

    def read(given: str) -> float:
        return fields.duration(given, allowed_s, in_words)

    return read


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of a few words; a form offers them."""

    words: tuple[str, ...]
    what: str

    def __call__(self, given: str) -> str:
        """Return the word."""
        if given not in self.words:
            near = did_you_mean(given, self.words) or f"it is one of: {', '.join(self.words)}"
            raise Wrong(f"{quoted(given)} is no {self.what}", near)
        return given


def one_of(words: Collection[str], what: str) -> OneOf:
    """Return what reads one of these words."""
    return OneOf(tuple(words), what)


def shown(value: Value) -> str:
    """Return a value as people read it in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)
