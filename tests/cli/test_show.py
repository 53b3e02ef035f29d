"""``tui-ops show``: the same rows as the desk, fit for people and for programs."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import time

from support.cli_state import HOSTILE, rows_of

from tui_ops.cli.columns import HOST_COLUMNS
from tui_ops.store.paths import StatePaths


def test_hosts_as_json_have_the_promised_columns(tui):
    """Names are the columns, unknown is null, numbers are numbers, lists are lists."""
    rows = {row["name"]: row for row in rows_of(tui("show", "hosts", "--format", "json").out)}
    assert list(rows) == ["db-1", "moved-1", "new-1", "web-1", "web-2"]
    assert tuple(rows["web-1"]) == HOST_COLUMNS
    assert HOST_COLUMNS[:11] == (
        "name", "address", "state", "reason", "age_s", "site", "groups", "cpu", "memory", "load", "os",
    )  # fmt: skip
    assert (rows["web-1"]["cpu"], rows["web-1"]["load"], rows["web-1"]["groups"]) == (12.5, 0.5, ["web"])
    assert (rows["db-1"]["state"], rows["db-1"]["cpu"], rows["db-1"]["os"]) == ("down", None, None)


def test_filters_sort_and_limit_stand_anywhere_among_the_options(tui):
    """Words and options may be mixed, as hands type them."""
    found = tui("show", "hosts", "site=lon", "--format", "json", "state=up", "sort=-cpu")
    assert [row["name"] for row in rows_of(found.out)] == ["web-2", "web-1"]
    assert [row["name"] for row in rows_of(tui("show", "--format=json", "hosts", "sort=name", "limit=2").out)] == [
        "db-1", "moved-1",
    ]  # fmt: skip
    assert rows_of(tui("show", "hosts", "cpu>99", "--format", "json").out) == []
    assert [row["name"] for row in rows_of(tui("show", "hosts", "!web", "db", "--format", "json").out)] == ["db-1"]


def test_an_unknown_key_is_told_with_a_suggestion(tui):
    """A filter that can't be meant never shows everything."""
    ran = tui("show", "hosts", "sate=up")
    assert (ran.code, ran.out) == (1, "")
    assert "did you mean 'state'" in ran.err


def test_text_is_aligned_and_its_header_can_be_left_away(tui):
    """Numbers stand flush right below their names."""
    lines = tui("show", "hosts", "group=web").out.splitlines()
    assert lines[0].startswith("NAME   STATE")
    assert len({line.index("lon") for line in lines[1:]}) == 1
    assert len(tui("show", "hosts", "--no-header").out.splitlines()) == 5


def test_hostile_text_is_harmless_in_every_format(tui):
    """No control character and no mark that reorders text reaches standard output."""
    for form in ("text", "json", "csv"):
        out = tui("show", "hosts", "--format", form).out
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), form
    assert rows_of(tui("show", "hosts", "name=web-1", "--format", "json").out)[0]["os"] != HOSTILE


def test_csv_can_be_read_back_and_runs_no_formula(tui):
    """A text that a spreadsheet would run is quoted; an empty cell is unknown."""
    rows = list(csv.DictReader(tui("show", "hosts", "--format", "csv").out.splitlines()))
    assert tuple(rows[0]) == HOST_COLUMNS
    assert [row["cpu"] for row in rows if row["name"] in ("db-1", "web-1")] == ["", "12.5"]


def test_one_host_as_text_and_as_json(tui):
    """Text has the next step, filesystems and services; JSON has everything."""
    text = tui("show", "host", "web-1").out
    assert "carries" in text
    assert re.search(r"^/ +9\.3 GiB +3\.7 GiB +5\.6 GiB +40 %$", text, re.MULTILINE)
    page = json.loads(tui("show", "host", "moved-1", "--format", "json").out)
    assert [key["decision"] for key in page["keys"]] == ["trusted", "open"]
    down = tui("show", "host", "db-1").out
    assert "down: port 2222 refuses" in down
    assert "check power, network and sshd" in down


def test_a_host_that_is_not_there(tui):
    """The answer is no; a missing name is a wrong command line."""
    assert tui("show", "host", "nobody").code == 1
    assert tui("show", "host").code == 2
    assert tui("show", "host", "web-1", "--format", "csv").code == 2


def test_metrics_events_keys_and_audit(tui):
    """Each noun has its own columns, in which it is also narrowed."""
    metrics = rows_of(tui("show", "metrics", "host=web-1", "metric~^memory", "--format", "json").out)
    assert [(row["metric"], row["value"], row["unit"]) for row in metrics] == [("memory.total", 8e9, "bytes")]
    assert "port 2222 refuses" in tui("show", "events", "host=db-1").out
    assert [row["host"] for row in rows_of(tui("show", "keys", "decision=open", "--format", "json").out)] == [
        "moved-1", "new-1",
    ]  # fmt: skip
    audit = rows_of(tui("show", "audit", "who=alice", "limit=2", "--format", "json").out)
    assert [(row["id"], row["params"]) for row in audit] == [(3, {"n": 2}), (2, {"n": 1})]


def test_the_reader_may_go_away(state: StatePaths):
    """``| head`` ends it without a word on standard error."""
    command = [sys.executable, "-m", "tui_ops", "--state-dir", str(state.root), "show", "hosts", "--format", "json"]
    shell = subprocess.run(
        ["sh", "-c", '"$@" | true; exit 0', "sh", *command], capture_output=True, text=True, check=False, timeout=30
    )
    assert shell.stderr == ""


def test_on_a_terminal_lines_are_cut_to_its_width(state: StatePaths):
    """A pseudo-terminal of 60 columns gets no line that would wrap."""
    lines = _on_terminal(60, "--state-dir", str(state.root), "show", "hosts")
    assert len(lines) == 6
    assert all(len(line) <= 60 for line in lines)


def _on_terminal(columns: int, *words: str) -> list[str]:
    outer, inner = pty.openpty()
    try:
        done = subprocess.Popen(
            [sys.executable, "-m", "tui_ops", *words],
            stdin=inner, stdout=inner, stderr=subprocess.DEVNULL, env={**os.environ, "COLUMNS": str(columns)},
        )  # fmt: skip
        os.close(inner)
        data, deadline = b"", time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                chunk = os.read(outer, 65536)
            except OSError:
                break
            if not chunk:
                break
            data += chunk
        done.wait(10)
    finally:
        os.close(outer)
    return data.decode().replace("\r\n", "\n").splitlines()
