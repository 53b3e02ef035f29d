"""``feeds.db``: what feeds say of vulnerabilities, beside the state. The engine alone reads and writes it.

It is never changed where it lies: with each feed that comes in, a new file is made of what is there and of the feed,
and takes the place of the old one when it is whole and on disk. Nothing in it is known from nowhere else, so it has no
upgrades: one of another form is as good as none, and its feeds are brought in again.
"""

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from tui_ops.model.vulnerabilities import Advisory, Exploited, FeedFile, FeedKind, FeedRule, Form, Likelihood
from tui_ops.store.errors import at_border

Entry: TypeAlias = FeedRule | Advisory | Exploited | Likelihood

T = TypeVar("T")

FORMAT = 1
"""Of the file; grows when its tables change."""

BATCH = 5_000
"""Entries that are written at once."""

ASKED = 500
"""Packages that are asked for at once: SQLite takes 999 values in one statement on old systems."""

PLACES_MOST = 500
"""Releases of one feed that are named: an ecosystem of SUSE has two hundred."""

_SCHEMA = """
CREATE TABLE feed (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, dated_at REAL,
    imported_at REAL NOT NULL, imported_by TEXT NOT NULL, sha TEXT NOT NULL, size INTEGER NOT NULL,
    count INTEGER NOT NULL, note TEXT NOT NULL, places TEXT NOT NULL);
CREATE TABLE rule (feed INTEGER NOT NULL, place TEXT NOT NULL, package TEXT NOT NULL, cve TEXT NOT NULL,
    form TEXT NOT NULL, low TEXT NOT NULL, fixed TEXT NOT NULL, last TEXT NOT NULL, others TEXT NOT NULL,
    "binary" INTEGER NOT NULL, here INTEGER NOT NULL, urgency TEXT NOT NULL, remote INTEGER, note TEXT NOT NULL);
CREATE INDEX rule_of ON rule (feed, place, package);
CREATE TABLE advisory (cve TEXT NOT NULL, feed INTEGER NOT NULL, text TEXT NOT NULL, score REAL,
    published TEXT NOT NULL, PRIMARY KEY (cve, feed)) WITHOUT ROWID;
CREATE TABLE exploited (cve TEXT PRIMARY KEY, feed INTEGER NOT NULL, added TEXT NOT NULL, due TEXT NOT NULL,
    ransomware INTEGER NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE likelihood (cve TEXT PRIMARY KEY, feed INTEGER NOT NULL, score REAL NOT NULL,
    percentile REAL NOT NULL) WITHOUT ROWID;
"""

_OF_FEEDS = ("rule", "advisory", "exploited", "likelihood")


def is_usable(path: Path) -> bool:
    """Return whether a file is there that this version reads."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == FORMAT)
    except sqlite3.Error:
        return False


class NewFeeds:
    """A new file on its way: what the present one has, without the feeds that are left out, and with others.

    Args:
        path: of the new file; nothing is there.
        present: the file in use; it need not be there.
    """

    def __init__(self, path: Path, present: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            if is_usable(present):
                with closing(sqlite3.connect(f"file:{present}?mode=ro", uri=True)) as before:
                    before.backup(self._connection)
            # It is thrown away where it does not come to its end.
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
            if self._connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                self._connection.executescript(f"{_SCHEMA} PRAGMA user_version = {FORMAT};")
            self._connection.execute("BEGIN")
        except BaseException:
            self._connection.close()
            raise

    def count_of(self, name: str) -> int:
        """Return how much a feed said until now; 0 where it is new."""
        found = self._connection.execute("SELECT count FROM feed WHERE name = ?", (name,)).fetchone()
        return int(found[0]) if found is not None else 0

    def dated_of(self, name: str) -> float | None:
        """Return when the publisher made the feed that is in use, epoch seconds; None where that is not known."""
        found = self._connection.execute("SELECT dated_at FROM feed WHERE name = ?", (name,)).fetchone()
        return found[0] if found is not None else None

    def forget(self, name: str) -> bool:
        """Leave a feed out; return whether it was there."""
        found = self._connection.execute("SELECT id FROM feed WHERE name = ?", (name,)).fetchone()
        if found is None:
            return False
        for table in _OF_FEEDS:
            self._connection.execute(f"DELETE FROM {table} WHERE feed = ?", found)  # noqa: S608 - our own names
        self._connection.execute("DELETE FROM feed WHERE id = ?", found)
        return True

    def add(self, entries: Iterable[Entry]) -> tuple[int, int, tuple[str, ...]]:
        """Take the entries of a feed, which gets its name by :meth:`name` when they are all there.

        Returns:
            The feed's number, how much it says, and the releases that its rules are about.
        """
        number = self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM feed").fetchone()[0]
        rules = others = 0
        places: dict[str, None] = {}
        flow = iter(entries)
        while batch := list(islice(flow, BATCH)):
            ruled = [one for one in batch if isinstance(one, FeedRule)]
            for one in ruled:
                if one.place not in places and len(places) < PLACES_MOST:
                    places[one.place] = None
            self._write(number, batch, ruled)
            rules += len(ruled)
            others += sum(isinstance(one, Exploited | Likelihood) for one in batch)
        return number, rules + others, tuple(sorted(places))

    def _write(self, number: int, batch: Sequence[Entry], ruled: Sequence[FeedRule]) -> None:
        put = self._connection.executemany
        put(
            "INSERT INTO rule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number, one.place, one.package, one.cve, str(one.form), one.low, one.fixed, one.last,
                    " ".join(one.others), one.binary, one.here, one.urgency, one.remote, one.note,
                )
                for one in ruled
            ],
        )  # fmt: skip
        put(
            "INSERT INTO advisory VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " text = CASE WHEN text = '' THEN excluded.text ELSE text END, score = coalesce(score, excluded.score)",
            [(one.cve, number, one.text, one.score, one.published) for one in batch if isinstance(one, Advisory)],
        )
        put(
            "INSERT OR REPLACE INTO exploited VALUES (?, ?, ?, ?, ?, ?)",
            [
                (one.cve, number, one.added, one.due, one.ransomware, one.name)
                for one in batch
                if isinstance(one, Exploited)
            ],
        )
        put(
            "INSERT OR REPLACE INTO likelihood VALUES (?, ?, ?, ?)",
            [(one.cve, number, one.score, one.percentile) for one in batch if isinstance(one, Likelihood)],
        )

    def name(self, number: int, feed: FeedFile) -> None:
        """Give a feed that was added its name; one that had it before is to be forgotten first."""
        self._connection.execute(
            "INSERT INTO feed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, feed.name, str(feed.kind), feed.dated_at, feed.imported_at, feed.imported_by, feed.sha,
                feed.size, feed.count, feed.note, json.dumps(feed.places),
            ),
        )  # fmt: skip

    def finish(self) -> None:
        """Write everything to the disk. The file is to be put in its place then."""
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        self._connection.close()
        opened = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    def close(self) -> None:
        """Give it up; harmless after :meth:`finish`."""
        self._connection.close()


class FeedBook:
    """Reads the file in use. What was read of one vulnerability is remembered.

    Args:
        path: of the file; it is there and usable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with at_border(path):
            # It is never changed, only replaced: there is nothing to lock.
            self._connection = sqlite3.connect(
                f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
            )
        self._advisories: dict[str, Advisory | None] = {}
        self._exploited: dict[str, Exploited | None] = {}
        self._likelihoods: dict[str, Likelihood | None] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _of(self, statement: str, cve: str) -> list[Any]:
        with at_border(self._path):
            return self._connection.execute(statement, (cve,)).fetchall()

    def feeds(self) -> list[FeedFile]:
        """Return the feeds, by name."""
        with at_border(self._path):
            found = self._connection.execute(
                "SELECT name, kind, dated_at, imported_at, imported_by, sha, size, count, note, places FROM feed"
                " ORDER BY name"
            ).fetchall()
        return [
            FeedFile(row[0], FeedKind(row[1]), row[2], row[3], row[4], row[5], row[6], row[7], row[8],
                     tuple(json.loads(row[9])))
            for row in found
        ]  # fmt: skip

    def rules(self, feed: str, place: str, packages: Collection[str]) -> dict[str, list[FeedRule]]:
        """Return the rules of a feed about some packages of a release, by package.

        Args:
            feed: its name.
            place: the release.
            packages: source and binary ones.
        """
        found: dict[str, list[FeedRule]] = {}
        for names in _parts(sorted(packages), ASKED):
            marks = ", ".join("?" * len(names))
            for row in self._connection.execute(
                'SELECT r.package, r.cve, r.form, r.low, r.fixed, r.last, r.others, r."binary", r.here, r.urgency,'  # noqa: S608
                " r.remote, r.note FROM rule AS r JOIN feed AS f ON f.id = r.feed"
                f" WHERE f.name = ? AND r.place = ? AND r.package IN ({marks})",
                (feed, place, *names),
            ):
                found.setdefault(row[0], []).append(_rule(place, row))
        return found

    def advisory(self, cve: str) -> Advisory | None:
        """Return what feeds say of a vulnerability in general: the first text and the highest score of all."""
        if cve not in self._advisories:
            rows = self._of("SELECT text, score, published FROM advisory WHERE cve = ? ORDER BY feed", cve)
            text = next((row[0] for row in rows if row[0]), "")
            score = max((row[1] for row in rows if row[1] is not None), default=None)
            published = next((row[2] for row in rows if row[2]), "")
            self._advisories[cve] = Advisory(cve, text, score, published) if rows else None
        return self._advisories[cve]

    def exploited(self, cve: str) -> Exploited | None:
        """Return what CISA says of a vulnerability; None where it is not listed."""
        if cve not in self._exploited:
            rows = self._of("SELECT added, due, ransomware, name FROM exploited WHERE cve = ?", cve)
            self._exploited[cve] = next((Exploited(cve, row[0], row[1], bool(row[2]), row[3]) for row in rows), None)
        return self._exploited[cve]

    def likelihood(self, cve: str) -> Likelihood | None:
        """Return what EPSS says of a vulnerability; None where it says nothing."""
        if cve not in self._likelihoods:
            row = self._connection.execute("SELECT score, percentile FROM likelihood WHERE cve = ?", (cve,)).fetchone()
            self._likelihoods[cve] = Likelihood(cve, *row) if row is not None else None
        return self._likelihoods[cve]


def _parts(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _rule(place: str, row: Any) -> FeedRule:
    package, cve, form, low, fixed, last, others, binary, here, urgency, remote, note = row
    return FeedRule(
        place, str(package), str(cve), Form(str(form)), str(low), str(fixed), str(last),
        tuple(str(others).split(" ")) if others else (), bool(binary), bool(here), str(urgency),
        None if remote is None else bool(remote), str(note),
    )  # fmt: skip
