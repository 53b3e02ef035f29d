"""What a probe says of its host before the first tick."""

from dataclasses import dataclass
from functools import lru_cache

from tui_ops.model.clean import clean

LINES_LIMIT = 20
"""Lines of a hello: three times as many as the probe writes."""

TEXT_LIMIT = 120
"""Characters of one fact: the longest CPU and system names have some sixty."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who a host says it is. Every text is cleaned, and empty where the host does not tell."""

    os: str = ""
    """The distribution with its version, such as ``Debian GNU/Linux 12 (bookworm)``."""
    kernel: str = ""
    """The kernel's release, such as ``6.1.0-18-amd64``."""
    system: str = ""
    """The kernel's name: ``Linux``, ``FreeBSD``, ``Darwin``."""
    arch: str = ""
    """The machine type, such as ``x86_64``."""
    hostname: str = ""
    cpu: str = ""
    """The CPU's model."""
    has_timeout: bool = False
    """Whether the host can bound a command's time itself."""
    sources: tuple[str, ...] = ()
    """Paths below /proc that a tick will carry."""


def parse_hello(body: bytes) -> Hello:
    """Read the body of the ``ready`` frame. Bytes of any kind give a hello; unknown lines are left out."""
    texts: dict[str, str] = {}
    for line in body.split(b"\n", LINES_LIMIT)[:LINES_LIMIT]:
        word, _, text = line.partition(b" ")
        texts.setdefault(clean(word, TEXT_LIMIT), clean(text.strip(), TEXT_LIMIT * 4))
    uname = texts.get("uname", "").split()
    system = _short(uname[0]) if len(uname) > 2 else ""
    # Others than Linux often have no file that names the distribution: then the system itself is its name.
    unnamed = f"{system} {uname[1]}" if system not in ("", "Linux") else ""
    return Hello(
        os=_unquoted(texts.get("os", "")) or _short(unnamed),
        system=system,
        kernel=_short(uname[1]) if len(uname) > 2 else "",
        arch=_short(uname[-1]) if len(uname) > 2 else "",
        hostname=_short(texts.get("hostname", "")),
        cpu=_short(texts.get("cpu", "")),
        has_timeout=texts.get("timeout") == "yes",
        sources=_sources(texts.get("files", "")),
    )


@lru_cache(maxsize=256)
def _sources(text: str) -> tuple[str, ...]:
    """Return paths; hosts of one kind share theirs, of which a fleet has thousands."""
    return tuple(_short(path) for path in text.split())


def _unquoted(text: str) -> str:
    for quote in ('"', "'"):
        if len(text) >= 2 and text[0] == quote == text[-1]:
            return _short(text[1:-1])
    return _short(text)


def _short(text: str) -> str:
    return clean(text, TEXT_LIMIT)
