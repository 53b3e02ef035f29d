"""``ingest``, ``beat`` and ``show heartbeats``."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from support.cli_state import ScriptedEngine

from tui_ops.actions.errors import ActError, Code
from tui_ops.cli import ingest
from tui_ops.store.beats import BeatRecord, keep_beats
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

DATA = Path(__file__).parents[1] / "practices" / "intake" / "data"


def test_ingest_sends_each_file_with_its_format(tui, engine: ScriptedEngine) -> None:
    """Told by the content; the answer stands on standard error, data would stand on standard output."""
    ran = tui("ingest", *(str(DATA / name) for name in ("alertmanager/api-v2.txt", "pagerduty/trigger.txt")))
    assert (ran.code, ran.out) == (0, "")
    assert [(one.action, one.params["format"]) for one in engine.asked] == [
        ("alert.ingest", "alertmanager"), ("alert.ingest", "pagerduty"),
    ]  # fmt: skip
    assert engine.asked[0].params["text"] == (DATA / "alertmanager/api-v2.txt").read_text()


def test_ingest_reads_standard_input(tui, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is what is piped in."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"web-1\tHTTP\t2\tbad\n")))
    assert tui("ingest", "-").code == 0
    assert engine.asked[0].params == {"text": "web-1\tHTTP\t2\tbad\n", "format": "nagios"}


def test_ingest_names_the_line_that_is_wrong_and_sends_nothing_of_its_file(
    tui, engine: ScriptedEngine, tmp_path: Path
) -> None:
    """Line 2501 of the file, though lines go in parts; the file beside it goes on."""
    bad, good = tmp_path / "bad", tmp_path / "good"
    bad.write_text("# comment\n" + "web-1\tHTTP\t0\tok\n" * 2499 + "web-1\tHTTP\t7\todd\n")
    good.write_text("web-1\tHTTP\t0\tok\n" * 2500)
    ran = tui("ingest", str(bad), str(tmp_path / "none"), str(good))
    assert ran.code == 1
    assert f"{bad}: line 2501: has a code that is none of 0 to 3" in ran.err
    assert f"{tmp_path}/none: it can't be read: No such file or directory" in ran.err
    parts = [str(one.params["text"]) for one in engine.asked]
    assert "".join(parts) == good.read_text()
    assert [part.count("\n") for part in parts] == [1000, 1000, 500]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "the format is none that is known"),
        ('{"alerts": [{"labels": {}}]}', "alerts[0].labels: is empty"),
        ("", "the format is none that is known"),
    ],
)
def test_ingest_says_what_is_wrong_before_it_asks(tui, engine: ScriptedEngine, tmp_path: Path, text, said) -> None:
    """The field, without the engine."""
    file = tmp_path / "message"
    file.write_text(text)
    ran = tui("ingest", str(file))
    assert (ran.code, engine.asked) == (1, [])
    assert said in ran.err


def test_ingest_refuses_what_the_socket_would_not_carry(tui, engine: ScriptedEngine, tmp_path: Path) -> None:
    """Letters that become six on the way count as six."""
    file = tmp_path / "message"
    file.write_text(json.dumps({"alerts": [{"labels": {"a": "é" * 900}}] * 500}, ensure_ascii=False))
    ran = tui("ingest", str(file))
    assert (ran.code, engine.asked) == (1, [])
    assert "too long to be sent" in ran.err


def test_ingest_without_an_engine_stops_at_once(tui, tmp_path: Path) -> None:
    """Exit 3, told once."""
    file = tmp_path / "lines"
    file.write_text("web-1\tHTTP\t2\tbad\n")
    ran = tui("ingest", str(file), str(file))
    assert ran.code == 3
    assert ran.err.count("no engine") == 1


def test_ingest_that_is_refused_is_exit_4(tui, engine: ScriptedEngine, tmp_path: Path) -> None:
    """The engine's own words."""

    def refuse(_request: object) -> dict[str, object]:
        raise ActError(Code.FAILED, "the alerts were not kept: the disk is full")

    engine.answer = refuse
    file = tmp_path / "lines"
    file.write_text("web-1\tHTTP\t2\tbad\n")
    ran = tui("ingest", str(file), str(file))
    assert ran.code == 4
    assert ran.err.count("the disk is full") == 2


def test_a_file_beyond_all_reason_is_not_read(tui, engine: ScriptedEngine, tmp_path, monkeypatch) -> None:
    """A device that never ends takes no memory."""
    monkeypatch.setattr(ingest, "FILE_LIMIT", 100_000)
    ran = tui("ingest", "/dev/zero", "--format", "nagios")
    assert (ran.code, engine.asked) == (1, [])
    assert "larger than" in ran.err


@pytest.mark.parametrize(
    ("words", "params"),
    [
        ((), {"failed": "no", "text": ""}),
        (("--fail",), {"failed": "yes", "text": ""}),
        (("--text", "14 GiB"), {"failed": "no", "text": "14 GiB"}),
        (("--exit", "0"), {"failed": "no", "text": ""}),
        (("--exit", "3"), {"failed": "yes", "text": "exit code 3"}),
        (("--exit", "3", "--text", "no space"), {"failed": "yes", "text": "no space"}),
        (("--text", "x" * 900), {"failed": "no", "text": "x" * 500}),
    ],
)
def test_beat_reports(tui, engine: ScriptedEngine, words: tuple[str, ...], params: dict[str, str]) -> None:
    """By name, with how it went and what it says."""
    assert tui("beat", "backup", *words).code == 0
    assert engine.asked[0].action == "heartbeat.beat"
    assert engine.asked[0].params == {"name": "backup", **params}


def test_beat_refuses_a_name_before_it_asks(tui, engine: ScriptedEngine) -> None:
    """Exit 2, as for every command line that is wrong."""
    assert tui("beat", "a b").code == 2
    assert tui("beat", "backup", "--fail", "--exit", "1").code == 2
    assert engine.asked == []


def test_show_heartbeats(tui, state: StatePaths) -> None:
    """One line a job, with what it said; a filter takes its columns."""

    async def keep() -> None:
        writer = await Writer.open(state)
        records = [
            BeatRecord("dump", 1000.0, "14 GiB\x1b", True, 4e9),
            BeatRecord("poll", None, "", True, 2000.0, missed=True),
            BeatRecord("other", 1000.0, "", False, None, known=False),
        ]
        await writer.act(lambda session: keep_beats(session, records))
        await writer.close()

    asyncio.run(keep())
    ran = tui("show", "heartbeats")
    assert [line.split()[:2] for line in ran.out.splitlines()] == [
        ["JOB", "STATE"], ["dump", "good"], ["other", "not"], ["poll", "missed"],
    ]  # fmt: skip
    assert "\x1b" not in ran.out
    rows = json.loads(tui("show", "heartbeats", "state=missed", "--format", "json").out)
    assert [(row["job"], row["age_s"], row["due"]) for row in rows] == [("poll", None, "1970-01-01T00:33:20Z")]
