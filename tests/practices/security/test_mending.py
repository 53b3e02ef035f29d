"""From findings to a change and back: one plan for many hosts, and its end makes them claimed."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select
from support.finding_world import BOB, FindingWorld

from tui_ops.actions.errors import ActError
from tui_ops.cli.selftest import all_cases, judge_case
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingKind
from tui_ops.model.states import Severity
from tui_ops.plans import read_plan
from tui_ops.practices.asked import Refused
from tui_ops.practices.security.alerts import RULE
from tui_ops.practices.security.mending import mend_of
from tui_ops.store.facts import squeezed
from tui_ops.store.tables import Change, ChangeLink, Fact, Finding, HostVulnerabilities
from tui_ops.store.views.changes import links

FEED = {"source": "feed", "kind": FindingKind.VULNERABILITY}


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    with FindingWorld() as world:
        yield world


def vulnerable(world: FindingWorld, cve: str = "CVE-2024-1", **data: object) -> None:
    for host in ("web-1", "web-2"):
        given = {"package": "openssl", "fixed": "3.0.2", "binaries": ["libssl3", "openssl"], **data}
        world.sweep("openssl", check=cve, host=host, data=given, **FEED)  # type: ignore[arg-type]


def test_all_hosts_of_the_same_plan_go_into_one_change(world: FindingWorld) -> None:
    vulnerable(world)
    kept = world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    change = world.change()
    assert json.loads(change.hosts) == ["web-1", "web-2"]
    assert (change.state, change.kind, change.requested_by) == ("draft", "normal", "bob")
    assert [one.state for one in world.findings()] == ["in progress"] * 2
    assert [one.change_id for one in world.findings()] == [1, 1]
    links = world.do(lambda session: [(one.kind, one.other) for one in session.exec(select(ChangeLink)).all()])
    assert links == [("finding", "FND-1"), ("finding", "FND-2")]
    assert "CHG-1 made" in kept.done.message
    plan = read_plan(change.plan, {})
    assert len(plan.steps) == 2


def steps_of(world: FindingWorld, number: int = 1) -> dict[str, list[str]]:
    """Return the names of a change's steps by their part, as people read them."""
    plan = read_plan(world.change(number).plan, {})
    named: dict[str, list[str]] = {}
    for one in plan.all_steps():
        named.setdefault(str(one.part), []).append(f"{one.name} when {one.when}" if one.when else one.name)
    return named


def of_release(world: FindingWorld, place: str, *hosts: str, **packages: str) -> None:
    """Say as what a feed judged hosts, and what is installed there."""
    items: dict[str, Fields] = {name: {"version": version} for name, version in packages.items()}
    numbers = [world.host_id(host) for host in hosts]

    def write(session: Session) -> None:
        for number in numbers:
            session.add(HostVulnerabilities(host_id=number, place=place))
            session.add(Fact(host_id=number, topic="packages", at=1.0, tried_at=1.0, items=squeezed(items)))

    world.do(write)


def test_all_packages_of_a_release_go_into_one_change_that_proves_itself_and_can_be_taken_back(
    world: FindingWorld,
) -> None:
    of_release(world, "debian/bookworm", "web-1", "web-2", libssl3="3.0.1", openssl="3.0.1", bash="5.1")
    vulnerable(world)
    vulnerable(world, "CVE-2024-2", package="bash", binaries=["bash"], fixed="5.2")
    vulnerable(world, "CVE-2024-3", fixed="3.0.10")
    world.act("finding.fix", "FND-1", "FND-2", "FND-3", "FND-5", "FND-6", who=BOB)
    assert {one.change_id for one in world.findings() if one.id != 4} == {1}
    steps = steps_of(world)
    assert steps["steps"] == [
        "fetch the lists of packages",
        *(f'upgrade {name} when installed("{name}")' for name in ("bash", "libssl3", "openssl")),
    ]
    assert steps["post"] == [
        f'package {name} at least {least} when installed("{name}")'
        for name, least in (("bash", "5.2"), ("libssl3", "3.0.10"), ("openssl", "3.0.10"))
    ]
    assert steps["rollback"] == ["put the old versions back"]
    assert "install -- 'bash=5.1' 'libssl3=3.0.1' 'openssl=3.0.1'" in world.change().plan


def test_another_release_is_another_change_since_other_versions_mend_it_there(world: FindingWorld) -> None:
    of_release(world, "debian/bookworm", "web-1", openssl="3.0.1")
    of_release(world, "rocky/9", "web-2", openssl="3.0.0-1")
    vulnerable(world)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    assert [one.change_id for one in world.findings()] == [1, 2]
    assert "apt-get -q update" in world.change(1).plan
    assert "dnf -q makecache" in world.change(2).plan
    assert "dnf -y downgrade -- 'openssl-3.0.0-1'" in world.change(2).plan
    assert "when" not in world.change(2).plan, "on one host every package is there"


def test_what_was_there_goes_back_to_the_hosts_that_had_it(world: FindingWorld) -> None:
    of_release(world, "debian/bookworm", "web-1", openssl="3.0.1")
    of_release(world, "debian/bookworm", "web-2", openssl="3.0.0")
    vulnerable(world)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    assert steps_of(world)["rollback"] == [
        'put the old versions back when host == "web-1"', 'put the old versions back when host == "web-2"'
    ]  # fmt: skip


def test_a_mended_kernel_that_does_not_run_is_booted_and_nothing_is_upgraded(world: FindingWorld) -> None:
    vulnerable(world, package="linux", binaries=["linux-image-6.1.0-18-amd64"], fixed="6.1.76-1", boot=True)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    assert steps_of(world) == {"steps": ["reboot"]}
    assert json.loads(world.change().hosts) == ["web-1", "web-2"]


@pytest.mark.parametrize(
    ("image", "brings"),
    [
        ("linux-image-6.1.0-18-amd64", "linux-image-amd64"),
        ("linux-image-6.1.0-18-cloud-amd64", "linux-image-cloud-amd64"),
        ("linux-image-6.12.9+bpo-amd64", "linux-image-amd64"),
        ("linux-image-5.15.0-91-generic", "linux-image-generic"),
        ("linux-image-6.5.0-1014-aws", "linux-image-aws"),
    ],
)
def test_the_next_kernel_is_brought_by_another_package_and_runs_after_a_boot(
    world: FindingWorld, image: str, brings: str
) -> None:
    vulnerable(world, package="linux", binaries=[image], fixed="6.1.76-1")
    world.act("finding.fix", "FND-1", who=BOB)
    assert steps_of(world)["steps"] == [f"upgrade {image}", f'upgrade {brings} when installed("{brings}")', "reboot"]
    assert "post" not in steps_of(world), "the old one stays installed beside it; the next reading says what runs"


def test_what_only_another_release_has_mended_says_so(world: FindingWorld) -> None:
    vulnerable(world, fixed="", elsewhere="3.5.1-1")
    with pytest.raises(Refused, match=r"this release has no fix of openssl yet; 3\.5\.1-1 of another one has it"):
        world.act("finding.fix", "FND-1", who=BOB)


def test_more_packages_than_a_plan_may_name_are_several_changes(world: FindingWorld) -> None:
    for number in range(90):
        data = {"package": f"package-{number:03}", "fixed": "2"}
        world.sweep("x", check=f"CVE-2024-{number}", data=data, **FEED)  # type: ignore[arg-type]
    world.act("finding.fix", *[f"FND-{number}" for number in range(1, 91)], who=BOB)
    plans = [world.change(number).plan for number in (1, 2)]
    assert [plan.count("do: upgrade") for plan in plans] == [60, 30]
    for plan in plans:
        read_plan(plan, {})


def test_a_name_of_a_package_that_is_none_never_gets_into_a_plan(world: FindingWorld) -> None:
    vulnerable(world, package="a b; rm -rf /", binaries=["x\n- command: reboot"])
    with pytest.raises(Refused):
        world.act("finding.fix", "FND-1", who=BOB)


def test_what_no_machine_mends_says_what_to_do(world: FindingWorld) -> None:
    vulnerable(world, fixed="")
    with pytest.raises(Refused, match="no version that mends it is known"):
        world.act("finding.fix", "FND-1", who=BOB)
    world.sweep("x", check="nobody-knows-this")
    with pytest.raises(Refused, match="it has no plan"):
        world.act("finding.fix", "FND-3", who=BOB)
    assert world.finding(3).state == "open"


def test_what_has_no_plan_is_left_out_and_named_and_the_rest_is_mended(world: FindingWorld) -> None:
    vulnerable(world)
    world.sweep("x", check="nobody-knows-this")
    world.sweep("y", check="nor-this")
    kept = world.act("finding.fix", "FND-1", "FND-2", "FND-3", "FND-4", who=BOB)
    assert "CHG-1 made" in kept.done.message
    assert "Left out: FND-3: it has no plan (" in kept.done.message
    assert "; FND-4 too" in kept.done.message
    assert [one.state for one in world.findings()] == ["in progress", "in progress", "open", "open"]
    assert world.texts(3)[-1] == "left out of a change: it has no plan"


def test_a_fix_is_undone_on_all_that_were_marked_and_no_act_before_it(world: FindingWorld) -> None:
    vulnerable(world)
    world.sweep("x", check="nobody-knows-this")
    world.act("finding.acknowledge", "FND-3", who=BOB)
    world.act("finding.fix", "FND-1", "FND-3", who=BOB)
    world.act("finding.undo", "FND-1", "FND-3", who=BOB)
    assert [world.finding(1).state, world.finding(3).state] == ["open", "acknowledged"]


def test_where_none_has_a_plan_that_is_said_and_nothing_is_made(world: FindingWorld) -> None:
    world.sweep("x", check="nobody-knows-this")
    world.sweep("y", check="nor-this")
    with pytest.raises(Refused, match=r"none of these 2 findings can be mended by a plan\. FND-1: it has no plan"):
        world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    assert world.do(lambda session: session.exec(select(Change)).all()) == []
    assert [one.state for one in world.findings()] == ["open", "open"]


def over(world: FindingWorld, state: str, outcome: str) -> list[int]:
    def end(session: object) -> None:
        row = session.get_one(Change, 1)  # type: ignore[attr-defined]
        row.state, row.outcome, row.ended_at = state, outcome, world.at

    world.do(end)
    return world.changes_over()


@pytest.mark.parametrize("outcome", ["successful", "with issues"])
def test_a_change_that_ended_well_makes_them_claimed_until_the_host_is_read(world: FindingWorld, outcome: str) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)
    read_at = world.at
    world.at += 600
    assert over(world, "ended", outcome) == [1, 2]
    assert world.finding().state == "resolved"
    world.at += 1
    world.sweep(check="CVE-2024-1", at=read_at + 5, **FEED)  # type: ignore[arg-type]
    assert world.finding().state == "resolved", "that was read before the change"
    world.sweep(check="CVE-2024-1", **FEED)  # type: ignore[arg-type]
    assert world.finding().state == "verified"


@pytest.mark.parametrize(("state", "outcome"), [("ended", "failed"), ("closed", "rolled back"), ("cancelled", "")])
def test_one_that_did_not_leaves_them_to_be_taken_on(world: FindingWorld, state: str, outcome: str) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", who=BOB)
    assert over(world, state, outcome) == []
    assert (world.finding().state, world.finding().change_id) == ("acknowledged", None)


def test_every_finding_of_a_check_has_a_plan_that_can_be_read_or_says_why_no_machine_mends_it() -> None:
    """By what its own fixtures show: of a plan, only what a person has to say may be missing."""
    read, left = 0, list[tuple[str, Refused]]()
    for check, case in all_cases():
        for seen in judge_case(check, case).seen if case.kind == "fail" else ():
            finding = Finding(
                id=1, check=check.id, object=seen.object, text=seen.text, severity=str(check.severity),
                kind=str(check.kind), title=check.title, data=json.dumps(dict(seen.data)),
            )  # fmt: skip
            try:
                mend = mend_of(finding)
            except Refused as refused:
                left.append((seen.text, refused))
                continue
            model = read_plan(mend.plan)
            values = {name: value for name, value in mend.values if value}
            open_ones = {one.name for one in model.parameters if one.default is None} - set(values)
            assert open_ones <= {"group", "tcp", "ours", "target", "owner"}, f"{check.id}: {open_ones}"
            read += 1
    assert read > 100
    assert len(left) > 50
    assert [text for text, one in left if "no machine mends it: " not in one.message or not one.hint] == []


def test_beginning_the_fix_can_be_taken_back_and_the_draft_stays(world: FindingWorld) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", who=BOB)
    world.act("finding.undo", "FND-1", who=BOB)
    assert (world.finding().state, world.finding().change_id) == ("open", None)
    assert world.change().state == "draft"


def test_nothing_is_mended_while_it_is_asked_to_accept_it(world: FindingWorld) -> None:
    vulnerable(world)
    world.act("finding.accept", "FND-1", who=BOB, reason="r", control="c", for_="7d")
    with pytest.raises(ActError, match="approve or reject that first"):
        world.act("finding.fix", "FND-1", who=BOB)


def test_more_findings_than_a_change_has_links_are_in_it_all_the_same(world: FindingWorld) -> None:
    data = {"package": "openssl", "fixed": "3.0.2"}
    world.sweep(*[f"source-{number}" for number in range(60)], check="CVE-2024-3", data=data, **FEED)  # type: ignore[arg-type]
    world.act("finding.fix", *[f"FND-{number}" for number in range(1, 61)], who=BOB)
    assert {one.change_id for one in world.findings()} == {1}


def test_the_incident_that_a_finding_opened_is_no_reason_against_the_change_that_mends_it(world: FindingWorld) -> None:
    vulnerable(world)
    signal = Signal(Source.FINDINGS, RULE, "CVE-2024-1", Severity.CRITICAL, "t", world.at, host="web-1")
    world.take(signal)
    world.act("finding.fix", "FND-1", who=BOB)
    links = world.do(lambda session: [(one.kind, one.other) for one in session.exec(select(ChangeLink)).all()])
    assert links == [("incident", "INC-1"), ("finding", "FND-1")]


def test_the_page_of_a_change_says_whether_what_it_was_to_mend_is_gone(world: FindingWorld) -> None:
    vulnerable(world)
    world.act("finding.fix", "FND-1", "FND-2", who=BOB)

    def said() -> list[str]:
        with world.reader() as reader:
            return [one.said.partition(":")[0] for one in links(reader, 1)]

    assert said() == ["in progress", "in progress"]
    world.at += 600
    over(world, "closed", "successful")
    assert said() == ["not read anew yet"] * 2
    world.at += 60
    world.sweep(check="CVE-2024-1", **FEED)  # type: ignore[arg-type]
    data = {"package": "openssl", "fixed": "3.0.2"}
    world.sweep("openssl", check="CVE-2024-1", host="web-2", data=data, **FEED)  # type: ignore[arg-type]
    assert said() == ["verified", "still there, open"]
