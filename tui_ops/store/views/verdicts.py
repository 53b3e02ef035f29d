"""What checks say of hosts, as it is shown."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from tui_ops.model.security import CheckResult
from tui_ops.store.views.connect import Reader


@dataclass(slots=True)
class VerdictShown:
    """What a check says of a host."""

    host: str
    host_id: int
    check: str
    result: CheckResult
    text: str
    version: str
    """Of the check."""
    read_at: float | None
    judged_at: float
    since_at: float
    needs: tuple[str, ...]
    """Lines for sudo that would make it known."""
    kept_evidence: str

    @property
    def evidence(self) -> dict[str, object]:
        """The topics that it looked at, each with when it was read, and what decided it."""
        found = json.loads(self.kept_evidence)
        return found if isinstance(found, dict) else {}


def verdicts(reader: Reader, host: str = "", check: str = "") -> list[VerdictShown]:
    """Return what checks say of the hosts that are watched, by host and check.

    Args:
        reader: of ``ops.db``.
        host: only of the host of this name; empty for all.
        check: only of this one; empty for all.
    """
    where, given = "h.retired_at IS NULL", []
    for column, value in (("h.name", host), ('v."check"', check)):
        if value:
            where += f" AND {column} = ?"
            given.append(value)
    rows = reader.read(
        lambda connection: connection.execute(
            'SELECT h.name, v.host_id, v."check", v.result, v.text, v.check_version, v.read_at, v.judged_at,'  # noqa: S608
            " v.since_at, v.needs, v.evidence FROM check_verdict AS v JOIN host AS h ON h.id = v.host_id"
            f' WHERE {where} ORDER BY h.name, v."check"',
            given,
        ).fetchall()
    )
    return [
        VerdictShown(
            name, host_id, about, CheckResult(result), text, version, read_at, judged_at, since_at,
            tuple(json.loads(needs)) if needs != "[]" else (), evidence,
        )
        for name, host_id, about, result, text, version, read_at, judged_at, since_at, needs, evidence in rows
    ]  # fmt: skip


def results_of(reader: Reader, checks: Collection[str]) -> dict[int, dict[str, tuple[CheckResult, str]]]:
    """Return what some checks say of the watched hosts, and their texts, by the hosts' ids."""
    rows = reader.read(
        lambda connection: connection.execute(
            'SELECT v.host_id, v."check", v.result, v.text FROM check_verdict AS v JOIN host AS h ON h.id = v.host_id'  # noqa: S608
            f' WHERE h.retired_at IS NULL AND v."check" IN ({", ".join("?" * len(checks))})',
            tuple(checks),
        ).fetchall()
    )
    found: dict[int, dict[str, tuple[CheckResult, str]]] = {}
    for host_id, check, result, text in rows:
        found.setdefault(host_id, {})[check] = (CheckResult(result), text)
    return found


def verdict_counts(reader: Reader) -> dict[str, dict[CheckResult, int]]:
    """Return of each check on how many watched hosts it says what."""
    rows = reader.read(
        lambda connection: connection.execute(
            'SELECT v."check", v.result, count(*) FROM check_verdict AS v JOIN host AS h ON h.id = v.host_id'
            ' WHERE h.retired_at IS NULL GROUP BY v."check", v.result'
        ).fetchall()
    )
    found: dict[str, dict[CheckResult, int]] = {}
    for check, result, count in rows:
        found.setdefault(check, {})[CheckResult(result)] = count
    return found
