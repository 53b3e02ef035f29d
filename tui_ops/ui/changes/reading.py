"""What the store tells of changes besides their list: of one with all that hangs on it, and what stands around all."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from tui_ops.model.changing import ChangingSpec
from tui_ops.model.clock import now
from tui_ops.model.plans import Plan
from tui_ops.practices.changes.affected import Affected
from tui_ops.store.views import changes, dryruns, lists, planned
from tui_ops.store.views.changerows import (
    ApprovalRow,
    ChangeLineRow,
    ChangeRow,
    DelegationRow,
    FreezeRow,
    LinkRow,
    ModelRow,
    PlanRow,
    ReleaseRow,
    WrittenRow,
)
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.dryruns import DryRun
from tui_ops.store.views.rows import OperatorRow, ServiceRow
from tui_ops.ui.changes.approving import Standing


@dataclass(slots=True)
class Around:
    """What stands around all changes; read whenever they change."""

    spec: ChangingSpec = field(default_factory=ChangingSpec)
    delegations: list[DelegationRow] = field(default_factory=list)
    """Those in force."""
    freezes: list[FreezeRow] = field(default_factory=list)
    """Made on the desk, and not over."""
    models: list[ModelRow] = field(default_factory=list)
    releases: list[ReleaseRow] = field(default_factory=list)
    operators: list[OperatorRow] = field(default_factory=list)

    def release(self, number: int | None) -> ReleaseRow | None:
        """Return a release by its number."""
        return next((row for row in self.releases if row.id == number), None)

    def model(self, number: int | None) -> ModelRow | None:
        """Return a model by its number."""
        return next((row for row in self.models if row.id == number), None)


def read_around(reader: Reader) -> Around:
    """Return what stands around all changes.

    Raises:
        StoreError: it can't be read.
    """
    return Around(
        planned.changing(reader), planned.delegations(reader, now().at), planned.freezes(reader),
        planned.models(reader), planned.releases(reader), lists.operators(reader),
    )  # fmt: skip


@dataclass(slots=True)
class ChangePage:
    """One change with what belongs to it, and what an operator looks at of it."""

    row: ChangeRow
    written: WrittenRow
    versions: list[PlanRow] = field(default_factory=list)
    """The plans that it had, the newest last."""
    approvals: list[ApprovalRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    lines: list[ChangeLineRow] = field(default_factory=list)
    """What happened to it, the newest last."""
    dry: DryRun | None = None
    plan: Plan | None = None
    """What is frozen, else what is written; None where that can't be read, or nothing is."""
    plan_wrong: str = ""
    """Every mistake of a plan that can't be read, one a line."""
    services: list[ServiceRow] = field(default_factory=list)
    """All of the inventory."""
    reach: Affected | None = None
    """What its hosts carry; the desk fills it in, which knows what is up."""
    batches: tuple[tuple[str, ...], ...] = ()
    """Names of hosts, batch by batch; the desk fills it in."""
    titles: dict[str, str] = field(default_factory=dict)
    """Name of what is linked to its title, as far as the desk knows it."""
    standing: Standing = field(default_factory=Standing)
    """Who still has to approve it, and whether this operator may; the desk fills it in."""
    model: ModelRow | None = None
    release: ReleaseRow | None = None
    free: tuple[float, float] | None = None
    """The next time without the conflicts that it has, epoch seconds; the desk fills it in."""
    height: int = 0
    """Lines of the screen."""
    cursor: Hashable = None
    """The row of a panel that fills the screen; None before there is one."""
    unfolded: frozenset[Hashable] = frozenset()
    """Groups of the dry run that show what would differ."""

    @property
    def before(self) -> PlanRow | None:
        """The plan as it was before the last edit; None where it was never edited."""
        return self.versions[-2] if len(self.versions) > 1 else None

    @property
    def comments(self) -> list[ChangeLineRow]:
        """What was said on lines of the plan."""
        return [one for one in self.lines if one.kind == "comment"]


def read_change(reader: Reader, number: int) -> ChangePage | None:
    """Return a change with what belongs to it; None where there is none of this number.

    Raises:
        StoreError: it can't be read.
    """
    row, text = changes.change(reader, number), changes.written(reader, number)
    if row is None or text is None:
        return None
    plan, wrong = read_written(text)
    return ChangePage(
        row, text, changes.plan_versions(reader, number), changes.approvals(reader, number),
        changes.links(reader, number), changes.change_lines(reader, number), dryruns.dry_run(reader, number),
        plan, wrong, lists.services(reader),
    )  # fmt: skip


def read_written(text: WrittenRow) -> tuple[Plan | None, str]:
    """Return the plan that is frozen, else the one that is written; and what is wrong with it, a mistake a line."""
    # Loaded with the first page: the desk opens sooner without.
    from tui_ops.plans import PlanWrong, read_plan
    from tui_ops.practices.changes.freezing import thaw

    if text.frozen:
        try:
            return thaw(text.frozen).plan, ""
        except (ValueError, KeyError, TypeError) as error:
            return None, f"what is frozen can't be read: {error}"
    if not text.plan.strip():
        return None, ""
    try:
        return read_plan(text.plan, dict(text.values)), ""
    except PlanWrong as error:
        return None, error.report()
