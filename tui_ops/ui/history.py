"""The views that were looked at, in order: back, forward, and the one before."""

from dataclasses import dataclass, replace

VIEWS_MOST = 100
"""Views that are kept: nobody steps back further by hand."""

PAGES = ("incident", "problem", "knownerror", "change", "review", "handover", "changerun", "release")
"""Pages that are come back to by their own address. Of a host its list is enough, where it stands under the cursor."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the desk is, as it can be gone to again."""

    screen: str
    """Name of the screen."""
    noun: str
    """Of its addresses: ``hosts``."""
    query: str = ""
    """What narrows it."""
    page: str = ""
    """What was opened from it: the name of a host or an incident."""
    order: str = ""
    """The sort column, with a minus where it falls; only a minus is the usual order turned around."""
    trouble_only: bool = False
    page_noun: str = "host"
    """What was opened: ``host``, or one of :data:`PAGES`."""

    @property
    def address(self) -> str:
        """What brings one here after ``:``."""
        return f"{self.page_noun} {self.page}" if self.page else f"{self.noun} {self.query}".strip()

    @property
    def place(self) -> tuple[str, str, str]:
        """What makes it another view: an order, or only what is in trouble, do not."""
        return (f"{self.screen} {self.noun}", self.query, self.page)


class Trail:
    """The views in the order in which they were looked at, with the present one somewhere among them."""

    def __init__(self) -> None:
        self._views: list[View] = []
        self._at = -1
        self._before: View | None = None

    @property
    def here(self) -> View | None:
        """The present view."""
        return self._views[self._at] if self._views else None

    def note(self, view: View) -> None:
        """Take note of what is looked at now. Another order replaces the view; another place comes after it."""
        here = self.here
        if here is not None and here.place == view.place:
            self._views[self._at] = view
            return
        self._before = here
        del self._views[self._at + 1 :]
        self._views.append(view)
        del self._views[:-VIEWS_MOST]
        self._at = len(self._views) - 1

    def step(self, by: int) -> View | None:
        """Go back (-1) or forward (1); None where there is nothing."""
        if not 0 <= self._at + by < len(self._views):
            return None
        self._before = self.here
        self._at += by
        return self.here

    def last(self) -> View | None:
        """Go to the view that was looked at before this one; None where there is none."""
        before = self._before
        if before is None:
            return None
        self._before = self.here
        place = next((at for at, view in enumerate(self._views) if view.place == before.place), None)
        if place is None:
            self._views.append(before)
            place = len(self._views) - 1
        self._at = place
        self._views[place] = replace(before)
        return self.here
