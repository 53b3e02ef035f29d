"""What every act on findings does: find its rows, move them on, tell of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from tui_ops.model.people import Role
from tui_ops.model.securing import SecuritySpec
from tui_ops.model.security import FindingHappening, FindingState, finding_name
from tui_ops.practices.asked import Asked, Done
from tui_ops.practices.changes.work import Terms as ChangeTerms
from tui_ops.practices.saying import happened, must_move, named
from tui_ops.practices.security.states import TABLE, Event, may
from tui_ops.store.tables.security import Finding
from tui_ops.store.undoing import Changes


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the acts are done: what the inventory in force says, and how changes are made."""

    spec: SecuritySpec = field(default_factory=SecuritySpec)
    changing: ChangeTerms = field(default_factory=ChangeTerms)

    @property
    def solo(self) -> bool:
        """Whether the team is one person, who may approve what he asked for."""
        return self.changing.spec.solo


def findings_of(session: Session, asked: Asked) -> list[Finding]:
    """Return the findings that an act is on."""
    return [session.get_one(Finding, target.id) for target in asked.targets]


def name_of(finding: Finding) -> str:
    """Return a finding's name, ``FND-40``."""
    assert finding.id is not None
    return finding_name(finding.id)


def names_of(findings: Iterable[Finding]) -> str:
    """Return the names of findings for a sentence."""
    return named([name_of(finding) for finding in findings])


def move(changes: Changes, finding: Finding, event: Event, asked: Asked, **more: object) -> Role:
    """Move a finding on by an event of a person, and set what goes with it.

    Args:
        changes: what remembers it.
        finding: the row.
        event: of the table.
        asked: the act.
        more: columns and their new values.

    Returns:
        The role that it takes, and that taking it back takes too.

    Raises:
        Refused: its state does not allow it, or who asks has not the role.
    """
    state = FindingState(finding.state)
    step = TABLE.get((state, event))
    role = must_move(asked, name_of(finding), may(state, event), event, step.who if step is not None else None)
    changes.set(finding, state=str(TABLE[state, event].to), **more)
    return role


def tell(
    done: Done, asked: Asked, finding: Finding, kind: FindingHappening, text: str, changes: Changes | None = None,
    role: Role = Role.OPERATOR, **more: object,
) -> None:  # fmt: skip
    """Write a line of an act on a finding's list, with how it is taken back and what else is to be known of it."""
    assert finding.id is not None
    done.finding_lines.append((finding.id, happened(asked, kind, text, changes, role, more)))
