"""Telling whether the audit chain is whole, and if not, which entry was changed, removed, inserted or moved.

Each entry's *true number* is the one under which its content fits its hash; it differs from the number it stands
under when others were inserted, removed or moved and the rest renumbered. Of several entries that claim one place,
the genuine one is that to which the next entry is bound. The end of the chain is held against the head.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tui_ops.model.chain import GENESIS, Break, BreakKind, Head, Link, entry_hash

__all__ = ["GENESIS", "Break", "BreakKind", "Head", "Link", "Verifier", "entry_hash", "verify", "verify_log"]

SEARCH = 256
"""How far from its place an entry's true number is looked for: more than anyone renumbers by hand."""

WINDOW = 4 * SEARCH
"""Places kept in memory: an entry that was moved by no more than SEARCH still meets its neighbours."""

BREAKS_LIMIT = 100
"""Breaks that are told one by one; a chain with more is not mended by reading."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """An entry that claims a place in the chain."""

    id: int
    hash: str
    previous: str
    genuine: bool
    """Whether its content fits its own hash."""


@dataclass(slots=True)
class Verifier:
    """Walks a chain in the order of its numbers, however long, with little memory.

    Feed it every entry, then :meth:`finish` it once.
    """

    mark: int = 0
    """A place whose hash is remembered, however far the chain goes on: the head's."""
    entries: int = 0
    """Entries that were fed."""
    last_id: int = 0
    count: int = 0
    """The highest place that any entry claims."""
    breaks: list[Break] = field(default_factory=list)
    _shift: int = 0
    _places: dict[int, list[_Claim]] = field(default_factory=dict)
    _settled: int = 0
    _holder: _Claim | None = None
    _marked: str = ""
    _gaps: list[tuple[int, int]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether so much is broken that going on tells nothing more."""
        return len(self.breaks) + len(self._gaps) >= BREAKS_LIMIT

    def feed(self, link: Link) -> None:
        """Take the next entry."""
        self.entries += 1
        self.last_id = link.id
        if self.full:
            return
        true = self._true_number(link)
        if true is not None:
            self._shift = link.id - true
        place = self.count + 1 if true is None else true
        if not self._place(link, place):
            return
        self._places.setdefault(place, []).append(_Claim(link.id, link.hash, link.previous, true is not None))
        if len(self._places) > 2 * WINDOW:
            self._settle_to(self.count - WINDOW)

    def _true_number(self, link: Link) -> int | None:
        """Return the number under which the entry's content fits its hash; None when it fits under none."""
        likely = link.id - self._shift
        if entry_hash(link) == link.hash:
            return link.id
        near = [likely] + [likely + step * sign for step in range(1, SEARCH + 1) for sign in (1, -1)]
        gaps = [number for first, last in self._gaps for number in range(first, min(last, first + SEARCH) + 1)]
        return next((number for number in near + gaps if entry_hash(link, number) == link.hash), None)

    def _place(self, link: Link, place: int) -> bool:
        """Give an entry its place; returns whether it takes part in what is told later about that place."""
        if place > self.count:
            if place > self.count + 1:
                self._gaps.append((self.count + 1, place - 1))
            self.count = place
            return True
        if self._leave_gap(place):
            self._say(link.id, "reordered", f"entry {link.id} was moved: it was written as number {place}")
            return place > self._settled
        if place <= self._settled:
            self._say(link.id, "inserted", f"entry {link.id} was inserted: number {place} is another entry")
            return False
        return True

    def _leave_gap(self, place: int) -> bool:
        for index, (first, last) in enumerate(self._gaps):
            if first <= place <= last:
                self._gaps[index : index + 1] = [
                    part for part in ((first, place - 1), (place + 1, last)) if part[0] <= part[1]
                ]
                return True
        return False

    def _settle_to(self, limit: int, bound: dict[int, str] | None = None) -> None:
        """Tell what is wrong with the places up to ``limit``. ``bound`` gives hashes that are known from elsewhere."""
        for place in sorted(place for place in self._places if place <= limit):
            claims = self._places[place]
            asked = {claim.previous for claim in self._places.get(place + 1, ()) if claim.genuine}
            if bound and place in bound:
                asked = {bound[place]}
            before = self._holder.hash if self._holder is not None else GENESIS if place == 1 else ""
            holder = max(
                claims,
                key=lambda claim: (claim.genuine and claim.hash in asked, claim.genuine, claim.previous == before),
            )
            self._judge(holder, asked)
            for claim in claims:
                if claim is not holder:
                    self._say(
                        claim.id, "inserted", f"entry {claim.id} was inserted: number {place} is entry {holder.id}"
                    )
            if place == self.mark:
                self._marked = holder.hash
            self._holder = holder
        self._places = {place: claims for place, claims in self._places.items() if place > limit}
        self._settled = max(self._settled, limit)

    def _judge(self, holder: _Claim, asked: set[str]) -> None:
        if not holder.genuine:
            self._say(holder.id, "changed", f"entry {holder.id} was changed: it does not fit its hash")
        elif asked and holder.hash not in asked:
            self._say(holder.id, "changed", f"entry {holder.id} was rewritten: what follows is bound to another hash")

    def finish(self, head: Head | None) -> list[Break]:
        """Hold the end of the chain against the head.

        Args:
            head: as it stands beside the database; None when it is missing.

        Returns:
            Every break, by number; none when the chain is whole.
        """
        if head is None:
            self._settle_to(self.count)
            if self.count:
                text = f"the record of the chain's length is missing: entries after {self.count} may have been removed"
                self._say(self.count + 1, "removed", text)
        else:
            self._finish_at(head)
        for first, last in self._gaps:
            self._say_removed(first, last)
        self.breaks.sort(key=lambda found: found.id)
        return self.breaks

    def _finish_at(self, head: Head) -> None:
        end = max(head.count, head.next_count)
        if self.count > end:
            extra = [claim.id for place, claims in self._places.items() if place > end for claim in claims]
            first, last = min(extra, default=end + 1), self.last_id
            which = f"entry {first}" if first == last else f"entries {first} to {last}"
            self._say(first, "inserted", f"{which} came after the end that the engine recorded ({end})")
            self._places = {place: claims for place, claims in self._places.items() if place <= end}
        settled_before = self._settled
        self._settle_to(self.count, {head.next_count: head.next_hash, head.count: head.hash})
        if 0 < head.count <= settled_before and self.mark == head.count and self._marked != head.hash:
            self._say(head.count, "changed", f"entry {head.count} is not the one that the engine recorded")
        if head.count > self.count:
            self._say_removed(self.count + 1, head.count)

    def _say_removed(self, first: int, last: int) -> None:
        which = f"entry {first} was" if first == last else f"entries {first} to {last} were"
        self._say(first, "removed", f"{which} removed")

    def _say(self, number: int, kind: BreakKind, text: str) -> None:
        self.breaks.append(Break(number, kind, text))


def verify(entries: Iterable[Link], head: Head | None) -> list[Break]:
    """Return every break of a chain; none when it is whole.

    Args:
        entries: in the order of their numbers.
        head: what stands beside the database; None when it is missing.
    """
    verifier = Verifier(mark=head.count if head else 0)
    for entry in entries:
        verifier.feed(entry)
    return verifier.finish(head)


def verify_log(after: Callable[[int], Iterable[Link]], head: Callable[[], Head | None]) -> Verifier:
    """Verify a chain that may grow meanwhile.

    Args:
        after: gives the entries whose number is higher than the one given, in order.
        head: reads what stands beside the database.

    Returns:
        The verifier, finished: ``breaks`` and ``entries``.
    """
    seen = head()
    verifier = Verifier(mark=seen.count if seen else 0)
    while True:
        for entry in after(verifier.last_id):
            verifier.feed(entry)
        again = head()
        if again == seen:
            break
        seen = again
    verifier.finish(seen)
    return verifier
