"""Bringing in alerts and reports from the command line: what is asked for is checked, and written down."""

from sqlmodel import Session

from tui_ops.model.states import Severity
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.intake.formats import Form, read
from tui_ops.practices.intake.taken import Around, NotTaken, Taken


def taken_of(asked: Asked, around: Around) -> Taken:
    """Return what the message says that was brought.

    Raises:
        NotTaken: why it can't be used.
    """
    form = asked.text("format")
    return read(asked.text("text"), around, Form(form) if form else None)


def ingest(_session: Session, asked: Asked) -> Done:
    """Check a message, and say what is in it. The alerts themselves are kept as all others are, after this.

    Raises:
        Refused: it can't be used.
    """
    try:
        taken = taken_of(asked, Around(asked.at))
    except NotTaken as error:
        raise Refused(error.message, error.hint) from error
    over = sum(signal.severity is Severity.OK for signal in taken.signals)
    firing, taken_on = len(taken.signals) - over, len(taken.acknowledged)
    said = f"{firing} firing, {over} over" + (f", {taken_on} acknowledged" if taken_on else "")
    return Done(f"alerts were brought in: {said}" + "".join(f"; {note}" for note in taken.notes))


def beat(_session: Session, asked: Asked) -> Done:
    """Say that a job reports. The report itself is kept after this."""
    name = asked.text("name")
    return Done(f"{name} reported that it failed" if asked.flag("failed") else f"{name} reported")
