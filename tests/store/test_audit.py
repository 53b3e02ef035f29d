"""The audit chain in the database: in the act's own transaction, append-only, anchored by the head."""

import sqlite3
from contextlib import closing

import pytest
from sqlmodel import Session

from tui_ops.model.chain import Head
from tui_ops.model.people import Role, Who
from tui_ops.practices.audit.rules import Verifier, verify_log
from tui_ops.store.audit import append_audit
from tui_ops.store.errors import StoreCorrupt, StoreRefused
from tui_ops.store.head import read_head, write_head
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import AuditEntry, Host
from tui_ops.store.views.audit import audit, audit_links
from tui_ops.store.views.connect import open_reader
from tui_ops.store.writer import Writer

FIELDS = "at, who, uid, origin, action, target, params, outcome"


async def did(
    writer: Writer, who: Who, target: str = "host:a", at: float = 1.0, times: int = 1, **params: object
) -> None:
    def act(session: Session) -> None:
        for _ in range(times):
            append_audit(session, who, "note", target, params, "done", at)

    await writer.act(act)


def checked(paths: StatePaths) -> Verifier:
    with open_reader(paths) as reader:
        return verify_log(lambda after: audit_links(reader, after), lambda: read_head(paths.audit_head))


def breaks(paths: StatePaths) -> list[tuple[int, str]]:
    return [(one.id, one.kind) for one in checked(paths).breaks]


def tamper(paths: StatePaths, *statements: str) -> None:
    """Write as someone who owns the file and knows SQL: the triggers are dropped first."""
    with closing(sqlite3.connect(paths.ops_db)) as connection:
        for name in ("audit_keeps", "audit_stays", "audit_counts"):
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_an_act_and_its_entry_are_kept_together(writer: Writer, paths: StatePaths, alice: Who) -> None:
    """An act that fails after its entry was written leaves neither, and the chain goes on without a gap."""

    def fails(session: Session) -> None:
        session.add(Host(key="a", name="a", address=""))
        append_audit(session, alice, "note", "host:a", {}, "done", 1.0)
        raise ZeroDivisionError

    await did(writer, alice)
    with pytest.raises(ZeroDivisionError):
        await writer.act(fails)
    await did(writer, alice, times=3)
    assert (checked(paths).entries, breaks(paths)) == (4, [])


async def test_the_head_follows_every_act(writer: Writer, paths: StatePaths, alice: Who) -> None:
    """Also an act with several entries; a note leaves it alone."""
    assert read_head(paths.audit_head) == Head()
    await did(writer, alice, times=5)
    await writer.note(lambda session: None)
    head = read_head(paths.audit_head)
    assert head is not None
    assert (head.count, head.next_count) == (5, 5)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'mallory' WHERE id = 1",
        "DELETE FROM audit WHERE id = 2",
        f"INSERT INTO audit SELECT 7, {FIELDS}, previous, hash FROM audit LIMIT 1",
        f"REPLACE INTO audit SELECT id, {FIELDS}, previous, hash FROM audit",
        "UPDATE OR REPLACE audit SET id = 1 WHERE id = 2",
    ],
)
async def test_triggers_keep_entries_as_they_are(writer: Writer, paths: StatePaths, alice: Who, statement: str) -> None:
    """Neither the engine by mistake nor a person with sqlite3 changes, removes or slips in an entry."""
    await did(writer, alice, times=2)
    with (
        closing(sqlite3.connect(paths.ops_db)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="audit entries"),
    ):
        connection.execute(statement)
    with pytest.raises(StoreRefused, match="audit entries"):
        await writer.act(lambda session: session.connection().exec_driver_sql(statement))
    assert breaks(paths) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET outcome = 'refused' WHERE id = 3", [(3, "changed")]),
        ("DELETE FROM audit WHERE id = 3", [(3, "removed")]),
        ("DELETE FROM audit WHERE id > 3", [(4, "removed")]),
        ("DELETE FROM audit", [(1, "removed")]),
        (f"INSERT INTO audit SELECT 6, {FIELDS}, hash, hash FROM audit WHERE id = 5", [(6, "inserted")]),
        ("UPDATE audit SET id = -6 + id WHERE id IN (2, 4); UPDATE audit SET id = abs(id)", None),
    ],
)  # fmt: skip
async def test_who_gets_past_the_triggers_is_found_out(
    writer: Writer, paths: StatePaths, alice: Who, statement: str, found: list[tuple[int, str]] | None
) -> None:
    """The owner of the file can drop the triggers, and the chain still names what was done."""
    await did(writer, alice, times=5)
    tamper(paths, *statement.split("; "))
    assert breaks(paths) == found if found else {kind for _, kind in breaks(paths)} == {"reordered"}


async def test_acts_after_a_cut_end_do_not_cover_it_up(paths: StatePaths, alice: Who) -> None:
    """The head stays where the chain did not fit it any more, across restarts of the engine."""
    writer = await Writer.open(paths)
    await did(writer, alice, times=5)
    await writer.close()
    tamper(paths, "DELETE FROM audit WHERE id > 3")
    for _ in range(2):
        writer = await Writer.open(paths)
        await did(writer, alice, at=99.0, times=2)
        await writer.close()
    assert checked(paths).breaks != []


async def test_a_crash_between_commit_and_head_is_taken_in(paths: StatePaths, alice: Who) -> None:
    """The head said beforehand what the chain would be, so the next start settles it."""
    writer = await Writer.open(paths)
    await did(writer, alice, times=2)
    two = read_head(paths.audit_head)
    await did(writer, alice, times=2)
    four = read_head(paths.audit_head)
    await writer.close()
    assert two is not None
    assert four is not None
    write_head(paths.audit_head, Head(two.count, two.hash, four.count, four.hash), durable=True)
    assert breaks(paths) == []
    await (await Writer.open(paths)).close()
    assert read_head(paths.audit_head) == four


async def test_a_missing_or_damaged_head_is_told(writer: Writer, paths: StatePaths, alice: Who) -> None:
    """It is not made anew in silence while there is a chain."""
    await did(writer, alice, times=2)
    paths.audit_head.write_text("what?")
    with pytest.raises(StoreCorrupt, match="damaged"):
        checked(paths)
    paths.audit_head.unlink()
    assert breaks(paths) == [(3, "removed")]
    await did(writer, alice)
    assert not paths.audit_head.exists()


async def test_hostile_and_endless_texts(writer: Writer, paths: StatePaths) -> None:
    """Control characters are made visible, half surrogates too; what is too long or no plain data is refused."""
    mallory = Who("mal\x1b[2Jlory\ud800", Role.VIEWER, 1, "\u202eevil")
    await did(writer, mallory, "host:a\nb", reason="\x00\u202e")
    with open_reader(paths) as reader:
        row = audit(reader)[0]
    assert all(text.isprintable() for text in (row.who, row.origin, row.target, row.params))
    with pytest.raises(StoreRefused, match="too long"):
        await did(writer, mallory, "x" * 2_000_000)
    with pytest.raises(StoreRefused, match="not plain data"):
        await did(writer, mallory, what={1, 2})
    assert breaks(paths) == []


async def test_pages_and_filters(writer: Writer, paths: StatePaths, alice: Who) -> None:
    """Newest first, narrowed by who, target and time, page after page."""
    for number in range(1, 8):
        await did(writer, alice, f"host:h{number} host:common", at=float(number))
    await did(writer, Who("bob", Role.VIEWER, 2), "host:h10", at=8.0)
    with open_reader(paths) as reader:
        assert [row.id for row in audit(reader, limit=3)] == [8, 7, 6]
        assert [row.id for row in audit(reader, limit=3, before_id=6)] == [5, 4, 3]
        assert [row.id for row in audit(reader, filters={"who": "bob"})] == [8]
        assert [row.id for row in audit(reader, filters={"target": "host:h1"})] == [1]
        assert [row.id for row in audit(reader, filters={"target": "host:%"})] == []
        assert [row.id for row in audit(reader, filters={"since": 3.0, "until": 5.0, "target": "host:common"})] == [
            4,
            3,
        ]
        with pytest.raises(KeyError):
            audit(reader, filters={"1=1; --": 1})
    assert AuditEntry.__tablename__ == "audit"
