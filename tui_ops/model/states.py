"""What a host is, as an operator tells it apart: each state asks for another next step."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a judged value is, by the Nagios convention."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class HostState(StrEnum):
    """The states of a host. The value is the word that is shown and stored."""

    PENDING = "pending"
    """Nothing was tried yet."""
    UP = "up"
    """It answers, with fresh readings."""
    STALE = "stale"
    """It was up, but the last reading is older than 1.5 periods."""
    NOT_REPORTING = "not reporting"
    """SSH answers, the probe is silent."""
    DOWN = "down"
    """Its address refuses or does not answer."""
    UNREACHABLE = "unreachable"
    """What leads to it (a jump host) is not up, so nothing is known about it."""
    AUTH_FAILED = "auth failed"
    """It refused the login; latched, so that nobody gets banned."""
    KEY_UNKNOWN = "host key unknown"
    """It offers a host key that no operator has trusted yet."""
    KEY_CHANGED = "host key changed"
    """It offers another host key than the trusted one: a security matter, no connection."""
    NAME_ERROR = "name error"
    """Its name has no address."""
    JUMP_FULL = "jump full"
    """The jump host is up but refuses further forwards."""
    MAINTENANCE = "maintenance"
    """An operator said that work goes on here; alerts are held."""


class Look(StrEnum):
    """The colour role of a state; a theme gives each role its colour, never the state."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class StateSign:
    """How a state is drawn and what an operator does about it."""

    glyph: str
    """One cell wide in every font; never the only sign (a word stands beside it)."""
    ascii: str
    """Its twin where the terminal is not UTF-8."""
    look: Look
    rank: int
    """Order of triage: the lowest is looked at first."""
    summary: str
    """The group it is counted under in the header."""
    advice: str
    """What to do next; empty where nothing is to be done."""


STATE_SIGNS: dict[HostState, StateSign] = {
    HostState.KEY_CHANGED: StateSign(
        "✖",
        "X",
        Look.BAD,
        0,
        "failed",
        "compare the fingerprints, then trust the new key or take the host off the network",
    ),
    HostState.DOWN: StateSign("✖", "X", Look.BAD, 1, "failed", "check power, network and sshd of the host"),
    HostState.AUTH_FAILED: StateSign(
        "✖",
        "X",
        Look.BAD,
        2,
        "failed",
        "check user, key and agent; the login is tried again after 15 minutes or with R",
    ),
    HostState.NAME_ERROR: StateSign("✖", "X", Look.BAD, 3, "failed", "give the host an address in the inventory"),
    HostState.NOT_REPORTING: StateSign(
        "✖",
        "X",
        Look.BAD,
        4,
        "failed",
        "log in and look at load, memory and hung disks",
    ),
    HostState.KEY_UNKNOWN: StateSign(
        "?",
        "?",
        Look.WARN,
        6,
        "unknown key",
        "compare the fingerprint and trust it: y, or tui-ops trust HOST",
    ),
    HostState.JUMP_FULL: StateSign(
        "◌",
        "o",
        Look.WARN,
        7,
        "unreachable",
        "raise the descriptor limit of the jump host's sshd",
    ),
    HostState.UNREACHABLE: StateSign("◌", "o", Look.MUTED, 8, "unreachable", "look at the jump host first"),
    HostState.STALE: StateSign("?", "?", Look.WARN, 9, "stale", "wait one period, or read now with R"),
    HostState.PENDING: StateSign("…", ".", Look.MUTED, 10, "pending", ""),
    HostState.MAINTENANCE: StateSign("◆", "m", Look.HELD, 11, "maintenance", ""),
    HostState.UP: StateSign("●", "*", Look.GOOD, 12, "up", ""),
}
"""One row a state. Rank 5 is free on purpose: a host that is up with a warning stands there."""

WARN_SIGN = StateSign("▲", "!", Look.WARN, 5, "warn", "")
"""A host that is up, with a reading that asks for attention."""

CRITICAL_SIGN = StateSign("▲", "!", Look.BAD, 5, "warn", "")
"""A host that is up, with a reading that can't wait."""


def sign_of(state: HostState, severity: Severity = Severity.OK) -> StateSign:
    """Return how a host is drawn, given its state and the judgement of its readings."""
    if state is HostState.UP and severity is Severity.WARNING:
        return WARN_SIGN
    if state is HostState.UP and severity is Severity.CRITICAL:
        return CRITICAL_SIGN
    return STATE_SIGNS[state]
