"""How the targets of an act are found, noun by noun, in the act's own transaction."""

from collections.abc import Callable, Mapping, Sequence

from sqlmodel import Session

from tui_ops.actions.errors import ActError, Code
from tui_ops.engine.acting import Finder
from tui_ops.practices.asked import Target
from tui_ops.practices.problems.finding import FINDERS as PROBLEMS
from tui_ops.store.changes import find_changes, find_models
from tui_ops.store.compliance import find_attestations
from tui_ops.store.findings import find_findings
from tui_ops.store.freezes import find_freezes
from tui_ops.store.incidents import find_alerts, find_incidents
from tui_ops.store.releases import find_releases


def all_of(noun: str, find: Callable[[Session, Sequence[str]], Sequence[Target]], plural: str) -> Finder:
    """Return a finder that refuses where a name means nothing.

    Args:
        noun: in the singular, for the refusal.
        find: returns what there is of the names.
        plural: what ``tui-ops show`` calls them.
    """

    def finder(session: Session, names: Sequence[str]) -> Sequence[Target]:
        found: dict[int, Target] = {}
        for name in names:
            one = find(session, [name])
            if not one:
                raise ActError(Code.NOT_FOUND, f"there is no {noun} {name!r:.100}", f"tui-ops show {plural} names them")
            found[one[0].id] = one[0]
        return list(found.values())

    return finder


FINDERS: Mapping[str, Finder] = {
    "incident": all_of("incident", find_incidents, "incidents"),
    "alert": all_of("alert", find_alerts, "alerts"),
    "change": all_of("change", find_changes, "changes"),
    "finding": all_of("finding", find_findings, "findings"),
    "attestation": all_of("attestation", find_attestations, "attestations"),
    "freeze": all_of("freeze", find_freezes, "freezes"),
    "release": all_of("release", find_releases, "releases"),
    "changemodel": all_of("model", find_models, "models"),
    **PROBLEMS,
}
"""By noun; hosts are found by the inventory in force."""
