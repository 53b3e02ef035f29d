"""Cases of checks: a scene from what a fixture says, by the real parsers where it is what a host sends."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from tui_ops.collectors.facts.topics import BY_NAME
from tui_ops.model.facts import FactReading
from tui_ops.practices.security.checks.base import Check, Read, Scene

NOW = 1_780_000_000.0
"""When all was read."""

FOLDER = files("tui_ops.practices.security.checks").joinpath("fixtures")
KINDS = ("pass", "fail", "unknown", "not_applicable", "error")


@dataclass(frozen=True)
class Case:
    """One entry of a fixture."""

    check: str
    kind: str
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.check}-{self.kind}-{self.said['name']}"


def cases_of(check: str) -> Iterator[Case]:
    """Yield the entries of a check's fixture."""
    document = yaml.safe_load(FOLDER.joinpath(f"{check}.yaml").read_text("utf-8"))
    assert set(document) <= set(KINDS), check
    for kind in KINDS:
        for said in document.get(kind) or ():
            yield Case(check, kind, said)


def read_of(found: FactReading, at: float = NOW) -> Read:
    """Return what a judge is shown of a reading that went through the store."""
    items = json.loads(json.dumps(found.items))
    return Read(found.topic, items, at, 3600.0, found.unread, found.unread_fields, found.needs, found.cut)


def scene_of(check: Check, said: Mapping[str, Any], now: float = NOW) -> Scene:
    """Return the scene of an entry."""
    reads = {
        topic: Read(topic, items, now, unread=tuple((said.get("unread") or {}).get(topic, ())))
        for topic, items in (said.get("facts") or {}).items()
    }
    for topic, body in (said.get("body") or {}).items():
        parse = BY_NAME[topic].parse
        assert parse is not None
        reads[topic] = read_of(parse(body.encode()), now)
    parameters = {**check.parameters, **(said.get("parameters") or {})}
    return Scene("host", reads, now, parameters, known=said.get("known") or {})
