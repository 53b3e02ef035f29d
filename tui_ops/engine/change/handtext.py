"""What is said to the runner on a host: its text, its orders, and what its answers mean."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tui_ops.collectors.errors import ProbeError
from tui_ops.model.orders import Order, Seen
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.commands import COMMAND_SCRIPT

PAYLOAD_LIMIT = 200 * 1024
"""Bytes of all the files of one order: twice what a plan may hold in one step, and less than a channel lets wait."""

LINES_LIMIT = 4096
"""Bytes of a step's words up to which its host reads them line by line, with no program of its own for it: a shell asks
the kernel for each byte, and beyond this that takes longer than to begin one."""

READ_LIMIT = 512 * 1024
"""Bytes that are asked for at once of what a step wrote: half of what a frame may have."""

DRY = "dry-"
"""Before the name of a step's folder where it is only tried."""

_MARKER = re.compile(r"[0-9a-f]{16,64}", re.ASCII)
_TOKEN = re.compile(r"[a-z0-9]{8,40}", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_END = re.compile(r"(-|stopped) (\S{1,64})(?: ([0-9]{1,3}) ([0-9.]{0,20}) ([0-9.]{0,20}))?", re.ASCII)

STATES = {
    "never": Seen.NEVER,
    "claimed": Seen.RUNNING,
    "running": Seen.RUNNING,
    "over": Seen.OVER,
    "lost": Seen.LOST,
}


@lru_cache(maxsize=1)
def text() -> str:
    """Return the runner's text: one function definition, which does nothing until it is called."""
    folder = files("tui_ops.probes")
    parts = {
        name: folder.joinpath(f"run{name}.sh").read_text("utf-8").rstrip("\n")
        for name in ("begin", "", "keeper", "step")
    }
    runner = parts[""]
    for name in ("keeper", "step"):
        runner = runner.replace(f"'# @{name}'", shlex.quote(parts[name]), 1)
    return parts["begin"].replace("'# @run'", shlex.quote(runner), 1) + "\n"


def script(marker: str, token: str, known: bool) -> bytes:
    """Return what is written on the stdin of ``/bin/sh``; nothing more may be sent before READY was seen.

    Args:
        marker: hexadecimal digits, random, a new one for each channel.
        token: of the run: names its folder on the host.
        known: whether the folder must be there already.

    Raises:
        ValueError: for another marker or token, since they become part of a command line.
    """
    if not _MARKER.fullmatch(marker) or not _TOKEN.fullmatch(token):
        raise ValueError(f"{marker!r} or {token!r} can't be part of a command line")
    return f"{text()}tui_ops_begin {marker} {token} {'known' if known else 'new'} go\n".encode()


def folder_of(step: Step, attempt: int) -> str:
    """Return the name of an attempt's folder in the run's folder, ``steps-2-1``."""
    return f"{step.key}-{attempt}"


def words_file(words: tuple[str, ...]) -> bytes:
    """Return words as the step's shell reads them: before each, on a line, how many line ends it holds; a dot is last.

    Raises:
        ValueError: a word holds NUL, which no program can be given.
    """
    parts = []
    for word in words:
        given = word.encode("utf-8", "surrogateescape")
        if b"\0" in given:
            raise ValueError("a word can't hold the character NUL")
        parts.append(b"%d\n%s\n" % (given.count(b"\n"), given))
    return b"".join([*parts, b".\n"])


def ask_do(number: int, name: str, order: Order) -> bytes:
    """Return the order that does a step, its files behind it.

    Args:
        number: comes back with the frame.
        name: of the attempt's folder.
        order: what it is.

    Raises:
        ValueError: its files are too large, or have names that the runner would refuse.
    """
    given = {**order.payloads, "words": words_file(order.words)}
    if order.script != COMMAND_SCRIPT:  # Which the step's shell knows: a file less for most steps.
        given["script"] = f"{order.script}\n".encode()
    if (size := sum(map(len, given.values()))) > PAYLOAD_LIMIT:
        raise ValueError(f"a step may carry {PAYLOAD_LIMIT // 1024} kB, and this one has {size // 1024}")
    become = "yes" if order.become else "no"
    seconds = max(1, round(order.timeout_s))
    return _line("do", number, name, become, seconds, len(given)) + _files(given) + b"done\n"


def _files(given: Mapping[str, bytes]) -> bytes:
    return b"".join(_file(_checked(name).encode(), body) for name, body in given.items())


def _file(name: bytes, body: bytes) -> bytes:
    if name == b"words" and len(body) <= LINES_LIMIT:
        return b"%s %d lines\n%s" % (name, body.count(b"\n"), body)
    return b"%s %d\n%s" % (name, len(body), body)


def ask(word: str, number: int, name: str, *more: str | int) -> bytes:
    """Return any other order.

    Args:
        word: ``look``, ``stop``, ``read``, ``size`` or ``forget``.
        number: comes back with the frame.
        name: of the attempt's folder.
        more: for ``stop`` whether root does it; for ``read`` offset and bytes.
    """
    return _line(word, number, name, *more)


def _line(word: str, number: int, name: str, *more: str | int) -> bytes:
    return " ".join([word, str(number), _checked(name), *map(str, more)]).encode() + b"\n"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't be the name of a file of a step")
    return name


@dataclass(frozen=True, slots=True)
class RunHello:
    """What a runner says of its host."""

    folder: str
    """Where the run's state lies; empty where the host gives no place for it, or it is gone."""
    boot: str
    """What this boot of the host is known by."""
    uid: int
    bounded: bool
    """Whether the host itself ends a step that takes too long."""
    up_s: float = 0.0
    """Seconds since it booted; 0 where it does not tell."""


def parse_hello(body: bytes) -> RunHello:
    """Return what a runner's first frame says.

    Raises:
        ProbeError: it lacks something.
    """
    said = dict(line.partition(" ")[::2] for line in body.decode("utf-8", "surrogateescape").splitlines())
    try:
        return RunHello(
            said["folder"], said["boot"][:64], int(said["uid"]),
            not said["means"].startswith("none"), float(said["up"]),
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise ProbeError(
            "what the runner says of the host is not whole", "look at what its login shell prints"
        ) from error


@dataclass(frozen=True, slots=True)
class Found:
    """What a runner says of one attempt."""

    seen: Seen
    boot: str = ""
    """During which it was begun."""
    code: int | None = None
    seconds: float = 0.0
    ended_up_s: float = 0.0
    """When it ended, in seconds since its host booted; 0 where it does not tell."""
    stopped: bool = False
    """Whether we ended it."""
    output: bytes = b""
    """The end of it."""


def parse_found(name: str, body: bytes) -> Found:
    """Return what a frame says of an attempt.

    Args:
        name: of the frame.
        body: of the frame, foreign.

    Raises:
        ProbeError: it is no such answer.
    """
    head, _, output = body.partition(b"\n")
    said = _END.fullmatch(head.decode("ascii", "replace").strip())
    if name not in STATES or said is None:
        raise ProbeError("the runner's answer about a step can't be read", "look at the run's folder on the host")
    seen = STATES[name]
    if seen is Seen.OVER and said[3] is None:
        seen = Seen.LOST
    return Found(
        seen,
        said[2] if said[2] != "-" else "",
        int(said[3]) if said[3] else None,
        max(0.0, _number(said[5]) - _number(said[4])),
        _number(said[5]),
        said[1] == "stopped",
        output,
    )


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
