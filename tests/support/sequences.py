"""What a program has written to a terminal, cut into control sequences and text; and in which modes that leaves it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""
      \x1b\[(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])
    | \x1b\].*?(?:\x07|\x1b\\)
    | \x1b[P^_X].*?\x1b\\
    | (?P<escape>\x1b[ -/]*[0-Z\\^-~])
    | (?P<control>[\x00-\x1a\x1c-\x1f\x7f])
    | (?P<text>[^\x00-\x1f\x7f]+)
    | (?P<broken>\x1b)
    """,
    re.VERBOSE | re.DOTALL,
)

_BACK = {"39": "3", "49": "4", "22": "1", "24": "4", "25": "5", "27": "7"}
"""What takes back a colour or a weight, and how that begins: underline and a background are both 4, and go together."""

_RESETS = {"0", *_BACK}


@dataclass(frozen=True)
class Csi:
    """A control sequence: ``ESC [ ? 25 h``."""

    params: str
    between: str
    final: str

    def __str__(self) -> str:
        return f"CSI {self.params}{self.between}{self.final}"

    @property
    def mode(self) -> int | None:
        """The private mode that is set or reset."""
        found = re.fullmatch(r"\?(\d+)", self.params)
        return int(found[1]) if found and self.final in "hl" and not self.between else None

    @property
    def rendition(self) -> list[str] | None:
        """The parameters of SGR, those of a colour in one: ``['1', '38;5;250']``."""
        if self.final != "m" or self.between or not re.fullmatch(r"[\d;]*", self.params):
            return None
        return re.findall(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+", self.params or "0")


@dataclass(frozen=True)
class Other:
    """A string (OSC, DCS), a two-character escape, a control character, or a broken sequence."""

    data: bytes


def tokens(written: bytes) -> Iterator[Csi | Other | str]:
    """Yield control sequences, other controls, and texts."""
    for found in _TOKEN.finditer(written):
        if found["final"]:
            yield Csi(found["params"].decode(), found["between"].decode(), found["final"].decode())
        elif found["text"]:
            yield found["text"].decode(errors="replace")
        else:
            yield Other(found.group())


def renditions(written: bytes) -> set[str]:
    """Return every parameter of SGR that was sent."""
    return {one for token in tokens(written) if isinstance(token, Csi) for one in token.rendition or ()}


def modes_set(written: bytes) -> set[int]:
    """Return the private modes that were set at any time."""
    return {token.mode for token in tokens(written) if isinstance(token, Csi) and token.final == "h" and token.mode}


def left_behind(written: bytes) -> set[str]:
    """Return the modes that are not as they were: set and not reset, or reset and not set again."""
    usual = {7: "h", 25: "h"}
    now: dict[int, str] = {}
    keyboards = 0
    style: set[str] = set()
    for token in tokens(written):
        if not isinstance(token, Csi):
            continue
        if token.mode is not None:
            now[token.mode] = token.final
        elif token.final == "u" and token.params.startswith(">"):
            keyboards += 1
        elif token.final == "u" and token.params.startswith("<"):
            keyboards -= 1
        elif token.rendition is not None:
            for one in token.rendition:
                style = {was for was in style if one != "0" and was[0] != _BACK.get(one)} | ({one} - _RESETS)
    left = {f"?{mode}{state}" for mode, state in now.items() if state != usual.get(mode, "l")}
    return left | ({f"keyboard {keyboards}"} if keyboards else set()) | {f"SGR {one}" for one in style}


def texts(written: bytes) -> str:
    """Return the texts alone."""
    return "".join(token for token in tokens(written) if isinstance(token, str))
