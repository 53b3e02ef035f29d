"""The check of a system's age: whether its makers still mend what is found in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib.resources import files

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.plain import word

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Support:
    """Until when a release is mended."""

    until: date
    extended: date | None = None
    takes: str = ""
    """What has to stand in an address of the host's sources for the longer time."""


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, object]]:
    """Return the table of systems, as the file that is shipped has it."""
    import yaml

    text = files("tui_ops.practices.security").joinpath("data/support.yaml").read_text("utf-8")
    found = yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


def support_of(system: str, version: str) -> Support | None:
    """Return until when a release is mended; None where the table does not have it."""
    entry = table().get(system)
    if not isinstance(entry, Mapping):
        return None
    parts = version.split(".")
    name = parts[0] if entry.get("match") == "major" else ".".join(parts[:2])
    releases = entry.get("releases")
    found = releases.get(name) if isinstance(releases, Mapping) else None
    if not isinstance(found, Mapping) or not isinstance(found.get("until"), date):
        return None
    return Support(found["until"], found.get("extended"), str(entry.get("with") or ""))


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def _judge(scene: Scene) -> Judgement:
    system = scene.read("patches").items.get("system")
    if system is None:
        raise NotReadable("the host does not say which system it is")
    name, version = word(system, "id"), word(system, "version")
    rolling = table().get("rolling")
    if name in (rolling or ()):
        raise NotForThis(f"{name} has no releases: its packages are always the newest")
    ends, how = _ends(scene, name, version, system)
    left = (ends - datetime.fromtimestamp(min(scene.now, 2.0**33), UTC).date()).days
    warn = int(scene.number("support_warn_days"))
    shown = f"{name} {version}".strip()
    if left < 0:
        return failed(f"{shown} has had no fixes since {ends}{how}", Seen("", f"{shown}: no fixes since {ends}{how}"))
    if left <= warn:
        text = f"{shown} gets fixes until {ends}{how}: {left} days"
        return failed(text, Seen("", text, FindingSeverity.MEDIUM))
    return passed(f"{shown} gets fixes until {ends}{how}")


def _ends(scene: Scene, name: str, version: str, system: Fields) -> tuple[date, str]:
    """Return until when, and a word of what for."""
    own = _day(word(system, "support_end"))
    if own is not None:
        return own, ""
    found = support_of(name, version)
    if found is None:
        raise NotReadable(f"nothing is known of {name or 'the system'} {version}".rstrip())
    if found.extended is None:
        return found.until, ""
    if not found.takes:
        return found.extended, " (long-term support)"
    sources = scene.reads.get("repositories")
    addresses = [
        word(fields, "address") for fields in (sources.items.values() if sources else ()) if fields.get("enabled")
    ]
    if any(found.takes in address for address in addresses):
        return found.extended, " (extended support)"
    return found.until, ""


CHECKS_OF_SUPPORT: tuple[Check, ...] = (
    Check(
        "os-support",
        "the system still gets fixes from its makers",
        ("patches", "repositories"),
        _judge,
        FindingSeverity.HIGH,
        applies="systems that have releases",
        controls=Controls(pci=("6.3.3",), nist=("MA-6", "SA-13(a)"), iso=("8.8",)),
        remedy=Remedy(
            "Move the host to a release that is supported, or take the extended support of this one.",
            by_hand="a new release is a project, with a copy of the host to try it on",
        ),
        parameters={"support_warn_days": 180},
    ),
)
"""The release's age. Warned half a year ahead, which a move of a fleet takes."""
