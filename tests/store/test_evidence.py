"""Evidence in the store: then and now side by side, bounded, and gone half a year after its incident."""

import random
import zlib

import pytest
from sqlmodel import Session, select

from tui_ops.model.evidence import Moment, Panel
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.store.evidence import (
    BODY_LIMIT,
    DELETE_CHUNK,
    KEPT_S,
    NOWS_KEPT,
    EvidenceWrite,
    hosts_and_onset,
    squeezed,
    trim_evidence,
    write_evidence,
)
from tui_ops.store.fleet_sync import sync_fleet
from tui_ops.store.paths import StatePaths
from tui_ops.store.tables import Alert, Evidence, Incident
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.evidence import evidence_of, unsqueezed
from tui_ops.store.writer import Writer

HOSTS = (HostSpec("web-1", "web-1", "10.0.0.1"), HostSpec("web-2", "web-2", "10.0.0.2"))


@pytest.fixture
async def ids(writer: Writer) -> dict[str, int]:
    """Two hosts by name, and incident 1."""

    def made(session: Session) -> dict[str, int]:
        session.add(Incident(title="slow", started_at=90.0, opened_at=100.0))
        return {spec.name: host_id for spec, host_id in sync_fleet(session, Fleet("shop", HOSTS), 1.0).hosts}

    return await writer.act(made)


def row(
    host_id: int, at: float, moment: Moment = Moment.THEN, section: str = "load", lines: tuple[str, ...] = ("a",)
) -> EvidenceWrite:
    return EvidenceWrite(host_id, at, moment, section, lines)


async def write(writer: Writer, *rows: EvidenceWrite, number: int = 1) -> None:
    await writer.act(lambda session: write_evidence(session, number, rows))


def panels(paths: StatePaths) -> list[Panel]:
    with open_reader(paths) as reader:
        return evidence_of(reader, 1)


async def test_then_and_now_side_by_side(paths: StatePaths, writer: Writer, ids: dict[str, int]) -> None:
    """By host, the first seen first, and in the order of the sections; of several nows the last."""
    web_1, web_2 = ids["web-1"], ids["web-2"]
    await write(writer, row(web_2, 100.0, section="journal"), row(web_2, 100.0, lines=("then", "", "größe")))
    await write(writer, row(web_1, 101.0))
    for at in (200.0, 300.0):
        await write(writer, row(web_2, at, Moment.NOW, lines=(f"now {at}",)))
    found = panels(paths)
    assert [(one.host, one.section) for one in found] == [("web-2", "load"), ("web-2", "journal"), ("web-1", "load")]
    load = found[0]
    assert load.then is not None
    assert load.now is not None
    assert load.then.lines == ("then", "", "größe")
    assert load.now.lines == ("now 300.0",)
    assert found[1].now is None
    assert load.title == "load and pressure"


async def test_the_black_box_stands_where_then_would(paths: StatePaths, writer: Writer, ids: dict[str, int]) -> None:
    """Of a host that could not be asked; when it answers again, that is its now."""
    web_1 = ids["web-1"]
    await write(writer, row(web_1, 100.0, Moment.BEFORE, "processes"), row(web_1, 100.0, Moment.BESIDE, "seen from x"))
    await write(writer, row(web_1, 200.0, Moment.NOW, "processes", ("later",)))
    processes, beside = panels(paths)
    assert processes.then is not None
    assert processes.now is not None
    assert (processes.then.moment, processes.now.moment) == (Moment.BEFORE, Moment.NOW)
    assert beside.then is not None
    assert (beside.title, beside.then.moment) == ("seen from x", Moment.BESIDE)


async def test_a_finger_on_the_key_does_not_fill_the_disk(
    paths: StatePaths, writer: Writer, ids: dict[str, int]
) -> None:
    """The first stays, and the last ones that were asked for."""
    web_1 = ids["web-1"]
    await write(writer, row(web_1, 1.0), row(web_1, 1.0, Moment.BEFORE, "frames", ("first",)))
    for at in range(2, 40):
        frames = row(web_1, float(at), Moment.BEFORE, "frames")
        await write(writer, row(web_1, float(at), Moment.NOW), frames, row(ids["web-2"], float(at)))
    kept = await writer.act(lambda session: session.exec(select(Evidence.moment, Evidence.at)).all())
    nows = [at for moment, at in kept if moment == "now"]
    assert nows == [float(at) for at in range(40 - NOWS_KEPT, 40)]
    assert len([at for moment, at in kept if moment == "then"]) == 1 + 38
    (panel,) = [one for one in panels(paths) if one.section == "frames"]
    assert panel.then is not None
    assert panel.then.lines == ("first",)


async def test_evidence_goes_half_a_year_after_its_incident(writer: Writer, ids: dict[str, int]) -> None:
    """Only of incidents that are done, in pieces; what has no end keeps its evidence."""
    now = 10 * KEPT_S

    def made(session: Session) -> None:
        ends = {"closed": now - KEPT_S - 1, "cancelled": now - KEPT_S - 1, "merged": None, "investigating": None}
        for state, at in ends.items():
            session.add(Incident(title=state, state=state, opened_at=5.0, closed_at=at))
        session.add(Incident(title="recent", state="closed", opened_at=5.0, closed_at=now - KEPT_S + 1))

    await writer.act(made)
    for number in range(2, 7):
        await write(writer, row(ids["web-1"], 5.0), number=number)
    many = [row(ids["web-1"], 5.0, section=f"s{at}") for at in range(DELETE_CHUNK)]
    await write(writer, *many, number=2)
    gone = []
    while count := await writer.act(lambda session: trim_evidence(session, now - KEPT_S)):
        gone.append(count)
    assert gone == [DELETE_CHUNK, 3]
    left = await writer.act(lambda session: session.exec(select(Evidence.incident_id)).all())
    assert sorted(left) == [5, 6]


async def test_the_hosts_of_an_incident(writer: Writer, ids: dict[str, int]) -> None:
    """Those still in trouble first, then the first found; each once."""

    def made(session: Session) -> tuple[list[int], float]:
        for at, (name, ended) in enumerate((("web-2", 50.0), ("web-1", None), ("web-1", None))):
            alert = {"source": "rule", "rule": f"r{at}", "subject": name, "host_id": ids[name], "ended_at": ended}
            session.add(Alert(**alert, incident_id=1, detected_at=float(at)))
        session.add(Alert(source="rule", rule="count", subject="group web", incident_id=1))
        session.flush()
        return hosts_and_onset(session, 1)

    assert await writer.act(made) == ([ids["web-1"], ids["web-2"]], 90.0)


def test_a_text_is_cut_at_its_limit() -> None:
    """By whole lines, and said."""
    random.seed(2)
    lines = ["".join(random.choices("abcdef ", k=300)) for _ in range(1000)]
    body, count, cut = squeezed(lines)
    assert cut
    assert BODY_LIMIT - 301 <= 301 * count <= BODY_LIMIT
    assert unsqueezed(body) == tuple(lines[:count])


@pytest.mark.parametrize("body", [b"", b"x", b"\x78\x9c" + b"\0" * 20])
def test_a_body_that_is_none(body: bytes) -> None:
    """A damaged row is an empty panel, not an error."""
    assert unsqueezed(body) == ()


def test_a_body_that_would_unpack_to_too_much_is_cut() -> None:
    assert len(unsqueezed(zlib.compress(b"a\n" * 5_000_000))) <= 600_000
