"""Checks as the inventory says them: what is asked of an address, or which plugin is run, how often, and what is well.

A target may hold ``{name}`` and ``{address}`` where its check stands for every host of a list; :func:`ask_of` puts a
host's own in. It is put into single arguments, never into a line that a shell reads.
"""

import ipaddress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

from tui_ops.model.clean import clean
from tui_ops.model.fleet import LOCAL_ADDRESS, Place, SecretRef
from tui_ops.model.thresholds import Range

PERIOD_S, TIMEOUT_S, RETRY_S, ATTEMPTS = 60.0, 10.0, 30.0, 3
"""A minute between two runs, ten seconds for one, half a minute until a bad result is tried again, and three bad ones
in a row until it counts: short enough to be told within two minutes, long enough that one lost packet wakes nobody."""

PLACEHOLDERS = ("{name}", "{address}")
"""What stands for a host in a target."""

LOOPBACK = "127.0.0.1"
"""Where checks of the machine itself look: its address in the inventory is the word ``local``."""

SECTION_PREFIX = "check:"
"""Before a check's name where its results are kept beside the sections of a host."""

REASON_LIMIT = 200
"""Characters of what a check says: what a row and a header can show."""

DEFAULT_PORTS = {"http": 80, "https": 443}
TLS_PORT = 443


class CheckKind(StrEnum):
    """What a check does. The value is its key in the inventory."""

    HTTP = "http"
    TCP = "tcp"
    DNS = "dns"
    TLS = "tls"
    ICMP = "icmp"
    PLUGIN = "plugin"


class TargetError(ValueError):
    """A target that can't be asked; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class HttpWish:
    """What is asked for by HTTP, and which answer is well."""

    method: str = "GET"
    headers: tuple[tuple[str, "str | SecretRef"], ...] = ()
    verify: bool = True
    """Whether a certificate that can't be trusted is a failure."""
    ca: str = ""
    """Path of a file of authorities that are trusted in place of the system's."""
    expect: tuple[tuple[int, int], ...] = ((200, 399),)
    """Status codes that are well, as ranges with both ends."""
    contains: str = ""
    matches: str = ""
    """A regular expression for the text of the answer."""


@dataclass(frozen=True, slots=True)
class DnsWish:
    """What is asked of a name server, and which answer is well."""

    type: str = "A"
    expect: tuple[str, ...] = ()
    """Values that must be among the answers."""
    server: str = ""
    """``ADDRESS`` or ``ADDRESS:PORT``; empty for the servers of this machine."""


@dataclass(frozen=True, slots=True)
class TlsWish:
    """What a server's certificate is held against."""

    name: str = ""
    """The name that it must be valid for; empty for the target's own."""
    ca: str = ""
    """As :attr:`HttpWish.ca`."""


@dataclass(frozen=True, slots=True)
class IcmpWish:
    """How many echoes may be lost, in percent."""

    loss_warn: Range | None = None
    loss_crit: Range | None = None


@dataclass(frozen=True, slots=True)
class PluginWish:
    """Where a plugin runs."""

    on: str = "engine"
    """``engine`` or ``host``."""


Wish = HttpWish | DnsWish | TlsWish | IcmpWish | PluginWish | None
"""What only one kind knows; a TCP check wishes nothing."""


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One check of the inventory, for one host of it, for many, or for none."""

    name: str
    kind: CheckKind
    target: tuple[str, ...]
    """One text; of a plugin its words."""
    wish: Wish = None
    hosts: tuple[str, ...] = ()
    """Names of the hosts that it exists for; none where it belongs to no host."""
    warn: Range | None = None
    crit: Range | None = None
    """For the number of its kind: seconds, days left of a certificate, milliseconds of an echo."""
    period_s: float = PERIOD_S
    timeout_s: float = TIMEOUT_S
    attempts: int = ATTEMPTS
    """Bad results in a row until it counts."""
    retry_s: float = RETRY_S
    """Between two attempts before that."""
    place: Place = field(default=Place("", 0, 0), compare=False)

    @property
    def section(self) -> str:
        """Where its results are kept."""
        return SECTION_PREFIX + self.name


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def reason_of(name: str, text: str) -> str:
    """Return what stands as the reason of a host whose check is bad."""
    return clean(f"{name}: {text}", REASON_LIMIT)


def ask_of(spec: CheckSpec, name: str = "", address: str = "") -> CheckSpec:
    """Return a check with a host's name and address in the place of the placeholders.

    Args:
        spec: the check.
        name: of the host.
        address: of the host; that of this machine becomes loopback.
    """
    address = LOOPBACK if address == LOCAL_ADDRESS else address
    bracketed = f"[{address}]" if ":" in address and spec.kind in _WITH_PORT else address
    known = {"{name}": name, "{address}": bracketed}
    return replace(spec, target=tuple(_filled(word, known) for word in spec.target))


_WITH_PORT = (CheckKind.HTTP, CheckKind.TCP, CheckKind.TLS)
"""Kinds whose target may go on after the address, so that an IPv6 address needs its brackets."""


def _filled(word: str, known: dict[str, str]) -> str:
    """Return a word with every placeholder replaced once; what is put in is not looked at again."""
    pieces: list[str] = []
    rest = word
    while rest:
        found = [(rest.find(one), one) for one in known if one in rest]
        if not found:
            break
        at, one = min(found)
        pieces += [rest[:at], known[one]]
        rest = rest[at + len(one) :]
    return "".join([*pieces, rest])


def has_placeholder(spec: CheckSpec) -> bool:
    """Return whether a check needs a host."""
    return any(one in word for one in PLACEHOLDERS for word in spec.target)


def address_of(text: str, port: int | None = None) -> Address:
    """Return the host and port that a text names: ``web-1:443``, ``[fe80::1]:22``.

    Args:
        text: of the target.
        port: taken where the text has none; None where it must have one.

    Raises:
        TargetError: it names none.
    """
    host, bracket, rest = text[1:].partition("]") if text.startswith("[") else (text, "", "")
    if not bracket and text.count(":") == 1:
        host, _, number = text.partition(":")
        rest = f":{number}"
    elif not bracket and text.count(":") > 1:
        raise TargetError("put an IPv6 address in brackets: [2001:db8::1]:443")
    if not is_host(host):
        raise TargetError("write a name or an address, then ':' and the port")
    if not rest and port is not None:
        return Address(host, port)
    number = rest.removeprefix(":")
    if not rest.startswith(":") or not (number.isascii() and number.isdecimal()) or not 1 <= int(number[:6]) <= 65535:
        raise TargetError("write HOST:PORT, the port from 1 to 65535")
    return Address(host, int(number))


def is_host(text: str) -> bool:
    """Return whether a text can be a host's name or address."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        fine = text.replace("-", "").replace(".", "").replace("_", "")
        return bool(fine) and fine.isalnum() and len(text) <= 253 and text[0] not in "-."
    return True


def url_address(url: str) -> Address:
    """Return where an HTTP check connects to.

    Raises:
        TargetError: the text is no URL that can be asked.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError("write http://HOST[:PORT]/PATH or https://…") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not is_host(parts.hostname):
        raise TargetError("write http://HOST[:PORT]/PATH or https://…")
    if parts.username is not None or parts.password is not None:
        raise TargetError("a name and a password do not belong into the address: use 'headers' with a secret")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise TargetError("write blanks and signs that can't be seen as %20 and the like")
    return Address(parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)


def check_target(spec: CheckSpec) -> None:
    """Raise where the target of a check, placeholders filled, can't be asked.

    Raises:
        TargetError: with what would be right.
    """
    text = spec.target[0] if spec.target else ""
    if spec.kind is CheckKind.HTTP:
        url_address(text)
    elif spec.kind is CheckKind.TCP:
        address_of(text)
    elif spec.kind is CheckKind.TLS:
        address_of(text, TLS_PORT)
    elif spec.kind is CheckKind.ICMP and not is_host(text):
        raise TargetError("write a name or an address, without a port")
    elif spec.kind is CheckKind.DNS and not _is_domain(text):
        raise TargetError("write a name such as www.example.org")
    elif spec.kind is CheckKind.PLUGIN:
        _check_plugin(spec.target)


def _is_domain(text: str) -> bool:
    name = text.removesuffix(".")
    return 0 < len(name) <= 253 and all(0 < len(part) <= 63 and _is_label(part) for part in name.split("."))


def _is_label(part: str) -> bool:
    return part.replace("-", "").replace("_", "").isalnum() or part == "*" or not part.strip("_-")


def _check_plugin(words: tuple[str, ...]) -> None:
    if not words or not words[0]:
        raise TargetError("write a plugin and its options: [check_http, -H, example.org]")
    if any("\0" in word for word in words):
        raise TargetError("a word can't hold a zero byte")
    name = words[0]
    if name.startswith("/"):
        return
    if "/" in name or not name.replace("_", "").replace("-", "").replace(".", "").isalnum() or name[0] in "-.":
        raise TargetError("write an absolute path, or the name of a plugin such as check_http")
