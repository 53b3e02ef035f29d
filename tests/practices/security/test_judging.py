"""What is new of a host that was judged: verdicts, sweeps, and the inventory's word on them."""

import json
from collections.abc import Mapping
from dataclasses import replace

from tui_ops.cli.selftest import cases_of, judge_case
from tui_ops.engine.security.judging import root_lines
from tui_ops.model.facts import Fields
from tui_ops.model.securing import Excepted, SecuritySpec
from tui_ops.model.security import CheckResult, FindingSeverity, FindingState, Seen
from tui_ops.practices.security.checks.base import Check, Judgement, NotReadable, Read, Scene, failed, passed, run_check
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.checks.plain import settled
from tui_ops.practices.security.judging import CYCLE_S, Said, judge_host, parameters_of
from tui_ops.store.verdicts import VerdictWrite
from tui_ops.store.views.judged import Judged, TopicRead, VerdictRow

NOW = 1_700_000_000.0


def judge(scene: Scene) -> Judgement:
    read = scene.read("sshdconf")
    if read.field("root", "value") == "yes":
        return failed("root may", Seen("root", f"root may, {scene.number('most')} at most"))
    return passed("root may not")


CHECK = Check("c-one", "root does not", ("sshdconf",), judge, FindingSeverity.HIGH, parameters={"most": 4},
              pci={"most": 10})  # fmt: skip


def host(value: str = "yes", at: float = NOW - 10, **more: object) -> Judged:
    topic = TopicRead(at, 3600.0, {"root": {"value": value}}, (), (), (), 0)
    found = Judged(7, "web-1", ("web",), {"role": "bastion"}, {"sshdconf": topic})
    for name, value_ in more.items():
        setattr(found, name, value_)
    return found


def said(found: Judged, spec: SecuritySpec | None = None, check: Check = CHECK, now: float = NOW) -> Said:
    return judge_host(found, [check], spec or SecuritySpec(), (), now, root_lines)


def after(first: Said) -> dict[str, VerdictRow]:
    return {one.check: row_of(one) for one in first.verdicts}


def row_of(one: VerdictWrite) -> VerdictRow:
    return VerdictRow(
        one.host_id,
        one.check,
        one.result,
        one.text,
        one.check_version,
        one.read_at,
        one.since_at,
        one.needs,
        one.evidence,
    )  # fmt: skip


def test_a_first_judgement_is_a_verdict_and_a_sweep_read_when_its_topic_was() -> None:
    found = said(host())
    (verdict,), (sweep,) = found.verdicts, found.sweeps
    assert (verdict.result, verdict.read_at, verdict.since_at) == ("fail", NOW - 10, NOW)
    assert (sweep.check, sweep.host_id, sweep.result, sweep.at, sweep.source) == (
        "c-one", 7, CheckResult.FAIL, NOW - 10, "check"
    )  # fmt: skip
    assert json.loads(verdict.evidence)["topics"] == {"sshdconf": NOW - 10}


def test_what_somebody_asked_for_is_told_as_read_anew_though_it_says_the_same() -> None:
    """Without it the page would go on to say that it was read before; what nobody asked for waits for its cycle."""
    verdicts, later = after(said(host())), host(at=NOW + 60)
    later.verdicts = verdicts
    assert not said(later, now=NOW + 61).verdicts
    asked = judge_host(later, [CHECK], SecuritySpec(), (), NOW + 61, root_lines, asked=True)
    assert ([one.read_at for one in asked.verdicts], [one.at for one in asked.sweeps]) == ([NOW + 60], [NOW + 60])
    later.verdicts = after(asked)
    assert not judge_host(later, [CHECK], SecuritySpec(), (), NOW + 62, root_lines, asked=True).sweeps


def test_what_was_seen_from_outside_stands_in_the_evidence_of_checks_that_looked_at_it() -> None:
    """The topic of what sshd offers, with when it was asked; a check that did not look at it does not name it."""
    known = {"outside.ssh": {"ciphers": ["aes256-ctr"], "methods": ["publickey"], "at": NOW - 99}}
    checks = [BY_ID["ssh-cipher"], CHECK]
    for shown, ciphers in ((known, {"offered": NOW - 99}), ({}, {})):
        found = judge_host(host(), checks, SecuritySpec(), (), NOW, root_lines, shown)
        topics = {one.check: json.loads(one.evidence)["topics"] for one in found.verdicts}
        assert topics["ssh-cipher"] == {"sshdconf": NOW - 10, **ciphers}
        assert topics["c-one"] == {"sshdconf": NOW - 10}


def test_the_same_again_writes_nothing_until_a_cycle_is_over() -> None:
    verdicts = after(said(host()))
    again = said(host(at=NOW + 60, verdicts=verdicts), now=NOW + 70)
    assert (again.verdicts, again.sweeps) == ([], [])
    later = said(host(at=NOW + CYCLE_S, verdicts=verdicts), now=NOW + CYCLE_S)
    assert len(later.verdicts) == len(later.sweeps) == 1
    assert later.verdicts[0].since_at == NOW, "it is so since then"


def test_other_objects_under_the_same_words_are_news() -> None:
    def other(scene: Scene) -> Judgement:
        return failed("root may", Seen("toor", "another"))

    verdicts = after(said(host()))
    check = Check("c-one", "root does not", ("sshdconf",), other, FindingSeverity.HIGH)
    assert said(host(verdicts=verdicts), check=check).sweeps


def test_what_somebody_waits_for_is_said_though_it_is_the_same() -> None:
    verdicts = after(said(host()))
    claimed = host(verdicts=verdicts, open={"c-one": {FindingState.CLAIMED}})
    assert said(claimed).sweeps
    passing = after(said(host("no")))
    assert said(host("no", verdicts=passing, open={"c-one": {FindingState.OPEN}})).sweeps


def test_what_was_read_too_long_ago_is_stale_and_sweeps_nothing() -> None:
    found = said(host(at=NOW - 4 * 3600))
    assert found.verdicts[0].result == "stale"
    assert found.sweeps == []


def test_what_takes_privilege_names_the_lines_for_sudo_word_for_word() -> None:
    closed = host()
    closed.topics["sshdconf"] = TopicRead(NOW, 3600.0, {}, ("",), (), ("effective settings of sshd",), 0)
    found = said(closed)
    needs = json.loads(found.verdicts[0].needs)
    assert found.verdicts[0].result == "unknown"
    assert found.sweeps == []
    assert any(line.endswith("sshd -T") and line.startswith("/usr/bin/timeout 5 ") for line in needs), needs


def test_lines_that_root_runs_already_are_not_named() -> None:
    from tui_ops.collectors.privilege import ROOT_LINES

    number = next(at for at, one in enumerate(ROOT_LINES, 1) if one.program == "sshd")
    rights: Mapping[str, object] = {
        "programs": {"timeout": "/usr/bin/timeout", "sshd": "/usr/sbin/sshd"}, "allowed": [number]
    }  # fmt: skip
    assert not [line for line in root_lines(["sshdconf"], rights) if "sshd -T" in line]
    assert root_lines(["sshdconf"], {**rights, "allowed": []}) == ["/usr/bin/timeout 5 /usr/sbin/sshd -T"]


def test_the_inventory_turns_off_excepts_and_sets_numbers() -> None:
    off = said(host(), SecuritySpec(off=frozenset({"c-one"})))
    assert (off.verdicts[0].result, off.sweeps[0].result) == ("not applicable", CheckResult.NOT_APPLICABLE)
    excepted = SecuritySpec(excepted=(Excepted("c-*", frozenset({"web-1"}), "it is old"),))
    assert "it is old" in said(host(), excepted).verdicts[0].text
    other = SecuritySpec(excepted=(Excepted("c-*", frozenset({"web-2"}), "it is old"),))
    assert said(host(), other).verdicts[0].result == "fail"


def test_numbers_are_the_profiles_then_the_inventorys_then_the_hosts() -> None:
    assert parameters_of(CHECK, SecuritySpec()) == {"most": 4}
    assert parameters_of(CHECK, SecuritySpec(profile="pci")) == {"most": 10}
    assert parameters_of(CHECK, SecuritySpec(profile="pci", parameters={"most": 6, "other": 1})) == {"most": 6}
    own = SecuritySpec(parameters={"most": 6}, excepted=(Excepted("c-one", frozenset({"web-1"}), "r", {"most": 8}),))
    assert "8.0 at most" in said(host(), own).sweeps[0].seen[0].text


def test_a_check_that_breaks_is_an_error_and_closes_nothing() -> None:
    def breaks(scene: Scene) -> Judgement:
        raise ZeroDivisionError("\x1b[2J")

    found = said(host(), check=Check("c-one", "t", ("sshdconf",), breaks, FindingSeverity.LOW))
    assert found.verdicts[0].result == "error"
    assert "\x1b" not in found.verdicts[0].text
    assert found.sweeps == []


def test_verdicts_of_checks_that_are_no_more_go() -> None:
    verdicts = after(said(host()))
    verdicts["c-old"] = verdicts["c-one"]
    assert said(host(verdicts=verdicts)).gone == [(7, "c-old")]


def test_checks_are_told_the_role_and_what_is_meant_to_be() -> None:
    known: dict[str, object] = {}

    def looks(scene: Scene) -> Judgement:
        known.update(scene.known)
        return passed("ok")

    spec = SecuritySpec(admins={"sudo": ("ann",)}, listeners={"web-1": ("tcp/22",)}, key_owners={"SHA256:x": "ann"})
    check = Check("c-one", "t", (), looks, FindingSeverity.LOW)
    said(host(baselines={"suid": ["/bin/su"]}), spec, check)
    assert known == {
        "role": ["web", "bastion"], "admins": {"sudo": ["ann"]}, "key_owners": {"SHA256:x": "ann"},
        "listeners": ["tcp/22"], "baseline.suid": ["/bin/su"],
    }  # fmt: skip


def test_what_was_looked_at_and_is_well_is_said_though_the_rest_was_not() -> None:
    """A reboot that was done is verified on a host where nobody may look for services of another time."""
    check = Check(
        "c-two", "t", ("sshdconf",), lambda _: settled("well", "wrong", [], ["service "], "root"), FindingSeverity.HIGH
    )
    assert not said(host(), check=check).sweeps, "nothing is open: there is nothing to be said"
    found = said(host(open={"c-two": {FindingState.OPEN}}), check=check)
    (verdict,), (sweep,) = found.verdicts, found.sweeps
    assert verdict.result == "unknown"
    assert (sweep.result, sweep.unread, sweep.seen) == (CheckResult.UNKNOWN, ("service ",), ())


def test_of_a_mended_kernel_a_host_says_so_though_services_are_for_root() -> None:
    """The check itself, on what a host sends."""
    (case,) = [one for one in cases_of("patch-reboot") if one.said.get("name") == "services are for root"]
    found = judge_case(BY_ID["patch-reboot"], case)
    assert (found.result, found.unread) == (CheckResult.UNKNOWN, ("service ",))


def test_without_needrestart_a_host_says_that_it_would_tell_what_runs_as_it_was() -> None:
    """No line of root would: there is none for a program that is not there."""
    clock: Fields = {"now": 1000}
    kernel: Fields = {"running": "6.1", "newest": "6.1"}
    items = {"clock": clock, "kernel": kernel, "reboot": {"required": False}}
    others = "libraries of other accounts' processes"
    for unread, needs, is_told in (
        (("stale ",), (others,), True), (("needrestart",), ("services that run with deleted libraries",), False),
    ):  # fmt: skip
        read = Read("patches", items, 1000.0, unread=unread, needs=needs)
        bare = {name: Read(name, {}, 1000.0) for name in ("packages", "hardware")}
        check = BY_ID["patch-reboot"]
        found = run_check(check, Scene("h", {"patches": read, **bare}, 1000.0, check.parameters))
        assert found.result is CheckResult.UNKNOWN
        assert ("install needrestart" in found.text) is is_told, found.text


def test_what_is_in_use_and_what_was_not_looked_at_stand_in_the_evidence_and_are_new_when_they_change() -> None:
    """Controls that are about a part go by them."""

    def of(used: tuple[str, ...] | None, unread: tuple[str, ...] = ()) -> Check:
        def in_use(_scene: Scene) -> tuple[str, ...]:
            if used is None:
                raise NotReadable("nobody knows")
            return used

        return replace(CHECK, judge=lambda _scene: failed("x", Seen("a", "b"), unread=unread), in_use=in_use)

    first = said(host(), check=of(("nftables",), ("/home",)))
    told = json.loads(first.verdicts[0].evidence)
    assert (told["in_use"], told["unread"]) == (["nftables"], ["/home"])
    again = host()
    again.verdicts = after(first)
    assert not said(again, check=of(("nftables",), ("/home",))).verdicts
    for other in (of(("ufw",), ("/home",)), of(("nftables",)), of(None, ("/home",))):
        assert said(again, check=other).verdicts
    assert "in_use" not in json.loads(said(host(), check=of(None)).verdicts[0].evidence)
    many = tuple(f"/home/{at}" for at in range(99))
    assert json.loads(said(host(), check=of((), many)).verdicts[0].evidence)["unread"] == [""], "nobody reads a hundred"
