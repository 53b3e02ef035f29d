"""The section ``changes``: what a good one gives. Its mistakes are in ``cases/bad_changes.yaml``."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.inventory import InventoryError, load
from tui_ops.inventory import changingfields as fields
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.changes import ChangeKind
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum, Recurring, Window
from tui_ops.store.changingplan import from_text, to_text

TEXT = """\
name: shop
hosts: {web-1: {groups: web}, web-2: {groups: web}, db-1: {}}
operators: {ann: admin, bob: operator, cat: approver, dan: approver}
changes:
  timezone: Europe/Berlin
  business_hours: mon-thu 09:00-17:00
  holidays: [2026-12-25, 2026-12-26, 2026-12-25]
  noise: ["packages:tzdata*", units]
  policies:
    web: {people: [cat, dan], hosts: ["group:web"], need: 2, kinds: [normal], risk: 40, expires: 2d}
    board: {need: 50%, mandatory: ann}
    emergency: {kinds: emergency, need: first}
    everybody: {people: [ann, cat, dan], need: all}
  windows:
    web-nightly: {times: "mon-fri 22:00-04:00", hosts: ["group:web"]}
    monthly:
      times: [{hours: "20:00-22:00", month_days: [-1], months: [mar, 12], timezone: UTC}, sun]
      holidays: yes
  freezes:
    year-end: 2026-12-20 18:00 to 2027-01-03
    launch: {times: 2026-11-30, reason: The launch, hosts: [db-1]}
"""


def spec_of(tmp_path: Path, text: str = TEXT) -> ChangingSpec:
    """Return what a file says of changes."""
    path = tmp_path / "inventory.yaml"
    path.write_text(text)
    return load(path).changing


def test_policies_name_their_people_and_their_hosts(tmp_path: Path) -> None:
    """Groups are hosts, shares are shares, and what is not said is as it is without the section."""
    spec = spec_of(tmp_path)
    assert spec.policies == (
        ApprovalPolicy(
            "web", ("cat", "dan"), (), Quorum.COUNT, 2, (ChangeKind.NORMAL,), 40, frozenset({"web-1", "web-2"}),
            2 * 86400.0,
        ),
        ApprovalPolicy("board", (), ("ann",), Quorum.PERCENT, 50),
        ApprovalPolicy("emergency", kinds=(ChangeKind.EMERGENCY,)),
        ApprovalPolicy("everybody", ("ann", "cat", "dan"), (), Quorum.ALL),
    )  # fmt: skip
    assert not spec.solo


def test_windows_and_freezes_have_their_times_in_their_zone(tmp_path: Path) -> None:
    """A text alone, a list, a mapping; a freeze is a window that is closed."""
    week = tuple(range(7))
    assert spec_of(tmp_path).windows == (
        Window("web-nightly", (Recurring(days=(0, 1, 2, 3, 4), from_min=1320, to_min=240, timezone="Europe/Berlin"),),
               frozenset({"web-1", "web-2"})),
        Window("monthly", (
            Recurring(days=week, from_min=1200, to_min=1320, month_days=(-1,), months=(3, 12), timezone="UTC"),
            Recurring(days=(6,), timezone="Europe/Berlin"),
        ), holidays=True),
        Window("year-end", (Recurring("2026-12-20 18:00", "2027-01-03", timezone="Europe/Berlin"),), freeze=True),
        Window("launch", (Recurring("2026-11-30", "2026-11-30", timezone="Europe/Berlin"),), frozenset({"db-1"}), True,
               "The launch"),
    )  # fmt: skip


def test_days_and_hours_of_work(tmp_path: Path) -> None:
    """Each holiday once; hours and noise as they are written."""
    spec = spec_of(tmp_path)
    assert (spec.business_days, spec.business_from_min, spec.business_to_min) == ((0, 1, 2, 3), 540, 1020)
    assert (spec.timezone, spec.holidays) == ("Europe/Berlin", ("2026-12-25", "2026-12-26"))
    assert spec.noise == ("packages:tzdata*", "units")


def test_a_file_that_says_nothing_of_changes(tmp_path: Path) -> None:
    """It is a team of several, Monday to Friday from 8 to 18, with no window and no freeze."""
    assert spec_of(tmp_path, "hosts: {a: {}}\n") == ChangingSpec()


GROUPS = """\
hosts: {web-1: {groups: web, labels: {tier: "1"}}, db-1: {labels: {tier: "2"}}}
operators:
  ann: {role: admin, groups: dba}
  bob: {role: operator, groups: [dba, shop]}
  cat: {role: approver, groups: [dba, dba]}
  dan: approver
changes:
  policies:
    databases: {people: ["group:dba", dan], mandatory: "group:dba", need: 3}
"""


def test_a_policy_may_name_groups_of_operators(tmp_path: Path) -> None:
    """They are those of the group whose role may approve, each once; an operator's groups are kept."""
    path = tmp_path / "inventory.yaml"
    path.write_text(GROUPS)
    fleet = load(path)
    assert [one.groups for one in fleet.operators] == [("dba",), ("dba", "shop"), ("dba",), ()]
    assert fleet.changing.policies == (
        ApprovalPolicy("databases", ("ann", "cat", "dan"), ("ann", "cat"), Quorum.COUNT, 3),
    )


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ('["group:dbas"]', r"yaml:9:26: no operator belongs to the group 'dbas' \(did you mean 'dba'\?\)"),
        ('["group:shop"]', r"yaml:9:26: nobody of the group 'shop' may approve \(give one of them the role approver"),
        ('["group:web"]', r"yaml:9:26: no operator belongs to the group 'web'"),
        ('[dan, "group:"]', r"yaml:9:31: "),
        ('["site:dba"]', r"yaml:9:26: "),
        ('["group:dba"]', r"yaml:9:\d+: 'databases' needs 3 approvals, and names 2 who may give one"),
    ],
)
def test_a_group_that_can_approve_nothing_is_a_mistake_at_its_place(tmp_path: Path, people: str, said: str) -> None:
    """Groups of hosts are none of people; and those that a number counts are the people, not the words."""
    with pytest.raises(InventoryError, match=said):
        spec_of(tmp_path, GROUPS.replace('["group:dba", dan], mandatory: "group:dba"', people))


def test_windows_freezes_and_policies_may_name_a_label(tmp_path: Path) -> None:
    """It stands for the hosts that have it; one that none has is a mistake at its place."""
    text = GROUPS.replace("need: 3}", 'need: 3, hosts: ["label:tier=2"]}') + (
        '  windows: {nightly: {times: "mon-fri 22:00-04:00", hosts: "label:tier=1"}}\n'
        '  freezes: {sale: {times: 2026-11-30, hosts: ["label:tier=1", db-1]}}\n'
    )
    spec = spec_of(tmp_path, text)
    assert spec.policies[0].hosts == {"db-1"}
    assert [one.hosts for one in spec.windows] == [{"web-1"}, {"web-1", "db-1"}]
    with pytest.raises(InventoryError, match=r"yaml:11:47: no host has the label 'tier=3'"):
        spec_of(tmp_path, text.replace('["label:tier=1", db-1]', '["label:tier=3"]'))


def test_a_team_of_one(tmp_path: Path) -> None:
    """It may approve its own changes, and has no policies that nobody could satisfy."""
    text = "hosts: {a: {}}\noperators: {ann: admin}\nchanges: {team: solo}\n"
    assert spec_of(tmp_path, text).solo
    with pytest.raises(InventoryError, match=r"yaml:3:23: a team of one has no policies"):
        spec_of(tmp_path, text.replace("solo", "solo, policies: {all: {need: 2}}"))


def test_readers_get_the_same(tmp_path: Path) -> None:
    """What is kept in the store for the desk is what the file says."""
    spec = spec_of(tmp_path)
    assert from_text(to_text(spec)) == spec


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?( to \d{4}-\d\d-\d\d)?", fullmatch=True))
def test_whatever_is_written_is_a_time_or_wrong(text: str) -> None:
    """No text makes anything but a value or a mistake with a hint."""
    for read in (
        fields.recurring, fields.how_many, fields.several_months, fields.several_month_days, fields.several_days,
        fields.noise_patterns,
    ):  # fmt: skip
        with suppress(Wrong):
            read(text)
