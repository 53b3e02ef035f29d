"""``tui-ops self-test``: every check is tried on what it has to pass and on what it has to fail, on this machine."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context
from tui_ops.cli.failures import UsageError
from tui_ops.model.security import CheckResult

if TYPE_CHECKING:
    from tui_ops.practices.security.checks.base import Check, Judgement, Read, Scene

FOLDER = files("tui_ops.practices.security.checks").joinpath("fixtures")

NOW = 1_780_000_000.0
"""When all of it was read, epoch seconds: a fixture counts its days from here."""

WANTED: Mapping[str, CheckResult] = {
    "pass": CheckResult.PASS, "fail": CheckResult.FAIL, "unknown": CheckResult.UNKNOWN,
    "not_applicable": CheckResult.NOT_APPLICABLE, "error": CheckResult.ERROR,
}  # fmt: skip
"""What the cases below a key of a fixture have to come to."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a fixture: what a host says, and what the check has to say of it."""

    check: str
    kind: str
    """A key of :data:`WANTED`."""
    name: str
    said: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a case."""

    case: Case
    wrong: str
    """Empty where the check says what it has to."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("checks", metavar="CHECK", nargs="*", help="only these, by their ids; all without one")
    parser.add_argument("--list", action="store_true", help="name every case, not just what is wrong")


def run(options: argparse.Namespace, context: Context) -> int:
    """Try the cases; what is wrong is said, each with its check."""
    del context
    from tui_ops.practices.security.checks.declared import BY_ID

    strange = [name for name in options.checks if name not in BY_ID]
    if strange:
        raise UsageError(f"there is no check {strange[0]!r:.60}", f"checks are {', '.join(list(BY_ID)[:8])} …")
    names = options.checks or list(BY_ID)
    wrong, lacking, count = 0, [], 0
    for name in names:
        cases = cases_of(name)
        lacking += [f"{name}: no case that has to {kind}" for kind in without(cases)]
        for tried in (try_case(BY_ID[name], case) for case in cases):
            count += 1
            wrong += bool(tried.wrong)
            if tried.wrong or options.list:
                said = tried.wrong or "as it has to be"
                print(f"{'✖' if tried.wrong else '●'} {name}  {tried.case.kind}: {tried.case.name}  {said}")
    for line in lacking:
        print(f"? {line}")
    many = f"{len(names)} check{'s' if len(names) != 1 else ''}, {count} cases"
    print(f"{many}: " + (f"{wrong} are wrong" if wrong else "all are as they have to be"))
    return Exit.NO if wrong or lacking else Exit.OK


def without(cases: Sequence[Case]) -> list[str]:
    """Return which of the two kinds that every check has to have are missing."""
    return [kind for kind in ("pass", "fail") if not any(case.kind == kind for case in cases)]


def cases_of(check: str) -> list[Case]:
    """Return the cases of a check; none where it ships without any."""
    import yaml

    path = FOLDER.joinpath(f"{check}.yaml")
    if not path.is_file():
        return []
    document = yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [
        Case(check, kind, str(said.get("name", number)), said)
        for kind in WANTED
        for number, said in enumerate(document.get(kind) or (), 1)
    ]


def try_case(check: "Check", case: Case) -> Tried:
    """Let a check judge a case, and say where it says something else than it has to."""
    judged = judge_case(check, case)
    if judged.result is not WANTED[case.kind]:
        return Tried(case, f"it says {judged.result}: {judged.text}")
    if case.kind == "fail" and isinstance(wanted := case.said.get("objects"), list):
        named = sorted(seen.object for seen in judged.seen)
        if named != sorted(map(str, wanted)):
            return Tried(
                case, f"it names {', '.join(named) or 'nothing'} and has to name {', '.join(map(str, wanted))}"
            )
    if case.kind != "fail" and judged.seen:
        return Tried(case, f"it says {judged.result} and names {judged.seen[0].object}")
    return Tried(case, "")


def judge_case(check: "Check", case: Case) -> "Judgement":
    """Return what a check says of a case."""
    from tui_ops.practices.security.checks.base import run_check

    return run_check(check, scene_of(check, case))


def scene_of(check: "Check", case: Case) -> "Scene":
    """Return what a check is shown of a case; a body goes through the parser that reads it from a host."""
    from tui_ops.practices.security.checks.base import Scene

    said = case.said
    unread = _mapping(said, "unread")
    reads = {topic: _given(topic, items, unread.get(topic)) for topic, items in _mapping(said, "facts").items()}
    reads |= {topic: _parsed(topic, str(body)) for topic, body in _mapping(said, "body").items()}
    parameters = {**check.parameters, **_mapping(said, "parameters")}
    return Scene("host", reads, NOW, parameters, known=_mapping(said, "known"))  # type: ignore[arg-type]  # of YAML


def _given(topic: str, items: object, unread: object) -> "Read":
    from tui_ops.practices.security.checks.base import Read

    found = items if isinstance(items, dict) else {}
    return Read(topic, found, NOW, unread=tuple(map(str, unread)) if isinstance(unread, list) else ())


def _parsed(topic: str, body: str) -> "Read":
    from tui_ops.collectors.facts.topics import BY_NAME
    from tui_ops.practices.security.checks.base import Read

    parse = BY_NAME[topic].parse
    if parse is None:
        raise UsageError(f"a case gives the topic {topic} as a body, and nothing reads it as one", "give it as facts")
    found = parse(body.encode())
    items = json.loads(json.dumps(found.items))
    return Read(topic, items, NOW, 3600.0, found.unread, found.unread_fields, found.needs, found.cut)


def _mapping(said: Mapping[str, object], key: str) -> dict[str, object]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}


def all_cases() -> Iterator[tuple["Check", Case]]:
    """Give every case of every check."""
    from tui_ops.practices.security.checks.declared import CHECKS

    for check in CHECKS:
        for case in cases_of(check.id):
            yield check, case
