"""Messages of other programs, as data files: data/FORMAT/CASE.txt is what was sent, CASE.json what it means.

Those of Alertmanager 0.25 were taken from the program itself. To add a case, put the message there and write what it
has to mean beside it; a case that begins with ``refused-`` has the refusal as its meaning.
"""

import json
import math
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.actions.intake import FORMATS, MESSAGE_LIMIT
from tui_ops.model.alerts import LABELS_LIMIT, SUBJECT_LIMIT, TEXT_LIMIT, Signal
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.practices.intake.formats import Form, read, recognise
from tui_ops.practices.intake.hosts import HostNames, bare, host_of
from tui_ops.practices.intake.labelled import subject_of
from tui_ops.practices.intake.reading import BODY_LIMIT
from tui_ops.practices.intake.severities import severity_of
from tui_ops.practices.intake.taken import Around, NotTaken, Taken

DATA = Path(__file__).parent / "data"
CASES = sorted(DATA.glob("*/*.txt"))
NOW = 1_795_867_200.0
"""Noon of 28 November 2026, when every message comes."""

HOSTS = HostNames.of([("web-1", "10.0.0.1"), ("db-1", "10.0.0.2"), ("here", "local")])
AROUND = Around(NOW, HOSTS)


def plain(taken: Taken) -> dict[str, object]:
    """Return what was understood as JSON, without what is as it always is."""
    found: dict[str, object] = {"signals": [_signal(one) for one in taken.signals]}
    if taken.acknowledged:
        found["acknowledged"] = [list(map(str, one)) for one in taken.acknowledged]
    if taken.notes:
        found["notes"] = list(taken.notes)
    return found


def _signal(signal: Signal) -> dict[str, object]:
    usual = {one.name: one.default for one in fields(Signal)}
    found = {name: getattr(signal, name) for name in usual if getattr(signal, name) != usual[name]}
    return {**found, **({"labels": dict(signal.labels)} if signal.labels else {})}


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_a_message_means(case: Path) -> None:
    """Every message gives its signals, or the refusal that names its field; the form is told by the content too."""
    text, form = case.read_text(), Form(case.parent.name)
    wanted = json.loads(case.with_suffix(".json").read_text())
    try:
        found = plain(read(text, AROUND, form))
        assert recognise(text) is form
    except NotTaken as error:
        found = {"refused": error.message}
    assert json.loads(json.dumps(found)) == wanted
    assert ("refused" in wanted) is case.stem.startswith("refused-")


def test_the_formats_of_the_act_are_those_that_are_read() -> None:
    """The declaration can't load them, so it repeats them."""
    assert tuple(Form) == FORMATS
    assert MESSAGE_LIMIT == BODY_LIMIT


@pytest.mark.parametrize("text", ["", "hello", "{}", "[1", '{"event": 1}', "null", "\x00"])
def test_a_text_of_no_format_is_refused(text: str) -> None:
    """What can't be told is no guess."""
    with pytest.raises(NotTaken):
        read(text, AROUND)


def test_a_message_beyond_the_limit_is_refused() -> None:
    """Before anything of it is looked at, and a list beyond reason as well."""
    with pytest.raises(NotTaken, match="longer than 512 KiB"):
        read("[" * (BODY_LIMIT + 1), AROUND)
    with pytest.raises(NotTaken, match="more than 2000"):
        read(json.dumps({"alerts": [{}] * 2001}), AROUND, Form.ALERTMANAGER)


def check(text: str, form: Form | None) -> None:
    """Assert that a message is refused in harmless words, or that nothing of it can harm a screen or a table."""
    refused = ""
    try:
        taken = read(text, AROUND, form)
    except NotTaken as error:
        taken, refused = Taken(), str(error)
    assert clean(refused) == refused
    for one in taken.signals:
        assert all(clean(text, TEXT_LIMIT) == text for text in (one.text, one.rule, one.subject, one.host, one.item))
        assert one.rule
        assert one.subject
        assert len(one.rule) <= SUBJECT_LIMIT
        assert len(one.subject) <= SUBJECT_LIMIT
        assert len(one.labels) <= LABELS_LIMIT
        assert all(clean(text, 1000) == text for label in one.labels for text in label)
        assert not one.url or one.url.lower().startswith(("http://", "https://"))
        assert clean(one.url, 1000) == one.url
        assert one.value is None or math.isfinite(one.value)
        assert 0 <= one.started_at <= NOW
        assert 0 < one.at <= NOW
    for identity in taken.acknowledged:
        assert all(clean(word, SUBJECT_LIMIT) == word for word in identity)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
KEYS = (
    "alerts", "labels", "annotations", "status", "startsAt", "endsAt", "payload", "summary", "source", "severity",
    "event_action", "dedup_key", "exit_status", "service", "host", "plugin_output", "orgId", "values", "links",
    "custom_details", "timestamp", "truncatedAlerts", "alertname", "instance", "generatorURL", "href",
)  # fmt: skip
LIKELY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["firing", "resolved", "trigger", "acknowledge", "resolve", "critical", "2026-01-01T00:00:00Z",
                       "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "http://x", "a!b", "1" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(st.sampled_from(Form), ANY_JSON | LIKELY | st.fixed_dictionaries({"alerts": st.lists(LIKELY, max_size=3)}))
def test_any_json_is_understood_or_refused(form: Form, value: object) -> None:
    """Nothing but the refusal is ever raised, and what is understood is harmless."""
    check(json.dumps(value), form)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Form, str]:
    """A message of a case with a stretch of it replaced."""
    case = draw(st.sampled_from([one for one in CASES if "deep" not in one.stem]))
    text = case.read_text()
    start = draw(st.integers(0, len(text)))
    stop = draw(st.integers(start, min(len(text), start + 100)))
    return Form(case.parent.name), text[:start] + draw(st.text(max_size=20)) + text[stop:]


@given(damaged())
def test_a_damaged_message_is_understood_or_refused(made: tuple[Form, str]) -> None:
    """The same of real messages with something else in them."""
    form, text = made
    for asked in (form, None):
        check(text, asked)


LABELS = st.dictionaries(
    st.sampled_from(["instance", "host", "job", "a", "b", "mountpoint", "severity"]),
    st.text(alphabet="ab= /:é1", max_size=30),
    max_size=4,
)


@given(LABELS, LABELS)
def test_a_subject_belongs_to_one_set_of_labels(one: dict[str, str], other: dict[str, str]) -> None:
    """Equal labels give the same subject in any order, other labels another; the severity plays no part."""
    assert subject_of(one) == subject_of(dict(reversed(one.items()))) == subject_of({**one, "severity": "x"})
    told = [{name: value for name, value in labels.items() if value and name != "severity"} for labels in (one, other)]
    assert (subject_of(one) == subject_of(other)) is (told[0] == told[1])


def test_a_subject_reads_as_an_operator_would_say_it() -> None:
    """The instance first, then what tells it from others; a digest only where that would be long."""
    assert subject_of({"alertname": "X", "instance": "web-1:9100"}) == "web-1:9100"
    assert subject_of({"instance": "web-1:9100", "device": "sda", "job": "node"}) == "web-1:9100 device=sda job=node"
    assert subject_of({"job": "backup"}) == "job backup"
    assert subject_of({}) == ""
    long = subject_of({"instance": "web-1:9100", "path": "/x" * 60})
    assert long.startswith("web-1:9100 ")
    assert len(long) == len("web-1:9100 ") + 8


@pytest.mark.parametrize(
    ("labels", "host"),
    [
        ({"instance": "web-1:9100"}, "web-1"),
        ({"instance": "WEB-1.example.org:9100"}, "web-1"),
        ({"instance": "10.0.0.2:9100"}, "db-1"),
        ({"instance": "https://web-1/metrics"}, "web-1"),
        ({"instance": "[fe80::1]:9100"}, "six"),
        ({"host": "db-1", "instance": "web-1:9100"}, "db-1"),
        ({"host": "nobody", "instance": "web-1:9100"}, "web-1"),
        ({"host": "db-1.example.org", "instance": "10.0.0.1"}, "web-1"),
        ({"instance": "10.9.9.9:9100"}, ""),
        ({"instance": "10"}, ""),
        ({"instance": "twin"}, ""),
        ({"instance": "192.0.2.1"}, ""),
        ({"instance": "local"}, "here"),
        ({"job": "web-1"}, ""),
        ({"instance": "://["}, ""),
        ({}, ""),
    ],
)
def test_which_host_labels_name(labels: dict[str, str], host: str) -> None:
    """By name before address before the first part of a name; what fits several hosts fits none."""
    known = HostNames.of([
        ("web-1", "10.0.0.1"), ("db-1", "10.0.0.2"), ("six", "fe80::1"), ("here", "local"),
        ("twin.a", "192.0.2.1"), ("twin.b", "192.0.2.1"),
    ])  # fmt: skip
    assert host_of(labels, known) == host


@given(st.text(max_size=60))
def test_any_value_names_a_host_or_none(value: str) -> None:
    """No label makes it fail."""
    assert isinstance(bare(value), str)
    assert host_of({"instance": value, "host": value}, HOSTS) in ("web-1", "db-1", "here", "")


def test_severities_of_others() -> None:
    """An information is no alert; a word that nobody knows is as bad as the inventory says."""
    assert severity_of("Page", Severity.WARNING) is Severity.CRITICAL
    assert severity_of(" warning ", Severity.CRITICAL) is Severity.WARNING
    assert severity_of("none", Severity.CRITICAL) is severity_of("info", Severity.CRITICAL) is Severity.OK
    assert severity_of("purple", Severity.WARNING) is severity_of("", Severity.WARNING) is Severity.WARNING
