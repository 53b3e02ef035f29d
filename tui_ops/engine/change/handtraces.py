"""What hands have to know of a run that an engine before this one began: where its folder has to be by now."""

from dataclasses import replace

from tui_ops.engine.change.hands import Place
from tui_ops.model.plans import HERE
from tui_ops.practices.changes.freezing import thaw
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.runtraces import run_traces


def with_traces(place: Place, reader: Reader, token: str) -> Place:
    """Return a place that knows what a run has left on hosts.

    Args:
        place: what is known of hosts in any case.
        reader: of ``ops.db``.
        token: of the run.
    """
    traces = run_traces(reader, token)
    if traces is None:
        return place
    try:
        steps = thaw(traces.frozen).plan.all_steps()
    except ValueError:
        return place  # Of another version: nobody goes on with it.
    sent = {step.key for step in steps if step.kind not in HERE}
    begun = frozenset(host for host, step in traces.ended if step in sent)
    return replace(place, begun=begun.__contains__, begun_at=traces.begun_at)
