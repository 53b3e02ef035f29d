"""The documents that the desk shows and saves: the review of an incident, the hand-over of a shift."""

from dataclasses import dataclass

from tui_ops.model.clock import now
from tui_ops.store.views import pages
from tui_ops.store.views.connect import Reader


@dataclass(frozen=True, slots=True)
class Written:
    """A document."""

    markdown: str
    html: str = ""
    """The same as one page that needs nothing else; empty where it has no such form."""
    note: str = ""
    """What is said above it: what it is not yet, and what to do."""

    @property
    def texts(self) -> dict[str, str]:
        """By the ending of a file's name, the usual one first."""
        return {"md": self.markdown, **({"html": self.html} if self.html else {})}


def read_review(reader: Reader, number: int) -> Written | None:
    """Return the review of an incident, or what the record says where nobody has begun it; None without an incident.

    Args:
        reader: of ``ops.db``.
        number: of the incident.

    Raises:
        StoreError: it can't be read.
    """
    # Loaded with the first document: the desk opens sooner without.
    from tui_ops.reports import reviewed
    from tui_ops.reports.review import review_html, review_markdown

    found = reviewed.read_review(reader, number, now().at)
    if found is None:
        return None
    note = "" if found.review is not None else "nobody has begun this review: V begins it with what the record says"
    return Written(review_markdown(found), review_html(found), note)


def read_handover(reader: Reader, hours: float, fleet: str) -> Written:
    """Return the hand-over of the shift that ends now.

    Args:
        reader: of ``ops.db``.
        hours: since when it is told what happened.
        fleet: what the fleet is called where the store does not know it.

    Raises:
        StoreError: it can't be read.
    """
    from tui_ops.reports.handover import handover_markdown, read_shift
    from tui_ops.reports.oncall import on_call_lines

    at = now().at
    known = pages.engine(reader).fleet or fleet
    return Written(handover_markdown(read_shift(reader, known, at, at - hours * 3600.0,
                                                lambda: on_call_lines(reader, at))))  # fmt: skip
