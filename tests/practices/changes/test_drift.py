"""Changes that nobody asked for: drafts of differences, adopted or taken back."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from sqlmodel import Session, select

from tests.support.incident_world import ANN, IncidentWorld
from tui_ops.model.people import Role, Who
from tui_ops.plans import read_plan
from tui_ops.practices.asked import Asked, Done, Refused
from tui_ops.practices.changes import driftacts
from tui_ops.practices.changes.drift import Drift, content_of, counts, way_back
from tui_ops.store.audit import append_audit
from tui_ops.store.tables.changes import Change, ChangeCell, ChangeLine, ChangeRun
from tui_ops.store.tables.facts import FactDifference
from tui_ops.store.views import changes as views
from tui_ops.store.views.connect import open_reader

OLD = "ssl_protocols TLSv1.2;\n"
FILE = {"text": OLD.splitlines(), "sha256": hashlib.sha256(OLD.encode()).hexdigest(), "size": len(OLD)}


def drift(topic: str = "files", item: str = "/etc/nginx/tls.conf", **more: Any) -> Drift:
    """Return a difference."""
    return Drift(**{
        "id": 1, "host": "web-1", "topic": topic, "item": item, "before": FILE, "after": {"sha256": "other"},
        "at": 10.0, "since_at": 5.0, **more,
    })  # fmt: skip


class TestWhatCounts:
    """Differences that somebody has to have decided."""

    @pytest.mark.parametrize("topic", [
        "packages", "files", "sudoers", "authkeys", "sshdconf", "firewall", "authpolicy", "modes",
    ])  # fmt: skip
    def test_what_somebody_decides(self, topic: str) -> None:
        assert counts(drift(topic), ())

    @pytest.mark.parametrize("topic", [
        "units", "sockets", "routes", "interfaces", "hardware", "patches", "logins", "certfiles", "protections", "suid",
        "clock", "mounts",
    ])  # fmt: skip
    def test_what_moves_by_itself(self, topic: str) -> None:
        assert not counts(drift(topic), ())

    @pytest.mark.parametrize(
        ("noise", "is_one"),
        [("files", False), ("files:/etc/nginx/*", False), ("files:/etc/other", True), ("packages", True), ("*", False)],
    )
    def test_noise_is_declared(self, noise: str, is_one: bool) -> None:
        assert counts(drift(), (noise,)) is is_one


class TestTheWayBack:
    """A plan that puts back what is kept of how it was."""

    def test_a_file_whose_content_is_kept(self) -> None:
        plan, left = way_back([drift(before={**FILE, "mode": "0640"})])
        (step,) = yaml.safe_load(plan)["steps"]
        assert step == {
            "file": {"path": "/etc/nginx/tls.conf", "content": OLD, "mode": "0640"}, "become": True,
        }  # fmt: skip
        assert yaml.safe_load(plan)["post"] == [{"check": {"file": "/etc/nginx/tls.conf", "sha256": FILE["sha256"]}}]
        assert left == []

    def test_a_mode(self) -> None:
        """Of a file that logins rest on; another owner, a file that is new or gone, is for a person."""
        differs = {"topic": "modes", "item": "/etc/ssh/sshd_config", "before": {"mode": "0600"}}
        plan, _ = way_back([drift(**differs, after={"mode": "0666"})])
        (step,) = yaml.safe_load(plan)["steps"]
        assert step == {"command": ["chmod", "--", "0600", "/etc/ssh/sshd_config"], "become": True}
        for after in ({"mode": "0600", "owner": "ann"}, None):
            assert way_back([drift(**differs, after=after)])[0] == ""

    def test_a_content_that_hides_a_secret_is_not_put_back(self) -> None:
        """What is kept is not what was there: its digest tells."""
        hidden = {**FILE, "text": ["password ***"]}
        assert content_of(hidden) is None
        plan, left = way_back([drift(before=hidden)])
        assert (plan, len(left)) == ("", 1)

    def test_a_last_line_without_an_end(self) -> None:
        content = "one\ntwo"
        kept = {"text": ["one", "two"], "sha256": hashlib.sha256(content.encode()).hexdigest()}
        assert content_of(kept) == content

    @pytest.mark.parametrize(
        ("one", "step"),
        [
            (drift(before={"exists": False}, after={"exists": True}),
             {"file": {"path": "/etc/nginx/tls.conf", "state": "absent"}}),
            (drift(before={"mode": "0600"}, after={"mode": "0666"}),
             {"command": ["chmod", "--", "0600", "/etc/nginx/tls.conf"]}),
            (drift("unitfiles", "cron.service", before={"state": "enabled"}, after={"state": "disabled"}),
             {"unit": {"name": "cron.service", "do": "enable"}}),
            (drift("packages", "nmap", before=None, after={"version": "7"}),
             {"package": {"name": "nmap", "do": "remove"}}),
            (drift("packages", "nginx", before={"version": "1.2"}, after={"version": "1.3"}),
             {"package": {"name": "nginx", "do": "install", "version": "1.2"}}),
        ],
    )  # fmt: skip
    def test_other_things(self, one: Drift, step: dict[str, object]) -> None:
        """Each is a plan as people write them."""
        plan, left = way_back([one])
        assert read_plan(plan, {}).steps
        assert (yaml.safe_load(plan)["steps"], left) == ([{**step, "become": True}], [])

    def test_what_moved_on_goes_back_to_the_first(self) -> None:
        """A file that was changed twice comes back as it was before the first; one that is as it was needs nothing."""
        first = drift(before={**FILE, "mode": "0640"}, after={"sha256": "other", "mode": "0600"})
        then = drift(before={"sha256": "other", "size": 1}, after={"sha256": "third", "size": 2})
        plan, _ = way_back([first, then])
        (step,) = yaml.safe_load(plan)["steps"]
        assert (step["file"]["content"], step["file"]["mode"]) == (OLD, "0640")
        came, went = drift(before=FILE, after={"sha256": "x"}), drift(before={"sha256": "x"}, after=FILE)
        assert way_back([came, went]) == ("", [])
        made, gone = drift("packages", "nmap", before=None), drift("packages", "nmap", after=None)
        assert way_back([made, gone]) == ("", [])

    @pytest.mark.parametrize("name", ["-R", "/etc/{{x}}", "/etc/{{host}}", "/etc/\nx", "relative"])
    def test_a_name_that_no_plan_takes_spoils_no_other(self, name: str) -> None:
        """Names come from the host."""
        odd = drift(item=name, before={"mode": "0600"}, after={"mode": "0666"})
        plan, left = way_back([odd, drift(item=name), drift()])
        assert len(read_plan(plan, {}).steps) == 1
        assert len(left) == 1

    def test_what_can_not_is_said(self) -> None:
        key = drift("authkeys", "root SHA256:abc", before=None, after={"type": "ed25519"})
        plan, left = way_back([drift(), key])
        assert len(yaml.safe_load(plan)["steps"]) == 1
        assert left == ["authkeys: root SHA256:abc is new (type ed25519)"]


@pytest.fixture
def world() -> Iterator[IncidentWorld]:
    """A store and a fleet."""
    with IncidentWorld() as made:
        yield made


def differs(
    world: IncidentWorld, host: str = "db-1", topic: str = "files", item: str = "/etc/motd", **more: Any
) -> None:
    """Keep a difference that was seen now, and was not there ten minutes before."""

    def kept(session: Session) -> None:
        said = {"before": json.dumps(FILE), "after": '{"sha256":"other"}', **more}
        session.add(FactDifference(
            host_id=world.ids[host], topic=topic, item=item, at=world.at, since_at=world.at - 600, **said,
        ))  # fmt: skip

    world.run(kept)


def look(world: IncidentWorld, last: int = 0, noise: tuple[str, ...] = ()) -> tuple[int, list[driftacts.Drafted]]:
    """Look for what nobody planned."""
    return world.run(lambda session: driftacts.look(session, last, noise, world.at))


def drafts(world: IncidentWorld) -> list[Change]:
    """Return the changes that there are."""
    return world.run(lambda session: list(session.exec(select(Change)).all()))


def asked(world: IncidentWorld, **params: object) -> Asked:
    """Return an act on the first change."""
    return Asked(ANN, world.at, tuple(Named(row) for row in drafts(world)[:1]), params)


class Named:
    """A change as an act has it."""

    def __init__(self, row: Change) -> None:
        assert row.id is not None
        self.id, self.name, self.revision = row.id, f"CHG-{row.id}", row.revision


def act(world: IncidentWorld, how: Any, **params: object) -> Done:
    """Do an act on the first change."""
    given = asked(world, **params)
    return world.run(lambda session: how(session, given))  # type: ignore[no-any-return]


class TestDrafts:
    """What becomes of differences."""

    def test_one_that_nobody_planned(self, world: IncidentWorld) -> None:
        """It says what, on which host, and who was there by this program meanwhile."""
        world.run(lambda session: append_audit(session, ANN, "host.shell", "host:db-1", {}, "opened", world.at - 300))
        differs(world)
        last, (drafted,) = look(world)
        assert (last, drafted.host, drafted.since_at) == (1, "db-1", world.at - 600)
        (draft,) = drafts(world)
        assert (draft.state, draft.unauthorised, draft.title) == ("draft", True, "not planned: /etc/motd on db-1")
        assert json.loads(draft.hosts) == ["db-1"]
        told = world.run(lambda session: [row.text for row in session.exec(select(ChangeLine)).all()])
        assert told[-1] == f"there meanwhile: {ANN.name}: shell by tui-ops"
        assert any(text.startswith("files: /etc/motd ") for text in told)

    def test_what_a_change_did_is_none(self, world: IncidentWorld) -> None:
        """Whether it is over or runs still; on another host it explains nothing."""
        span = {"began_at": world.at - 300, "state": "running", "title": "planned"}
        world.run(lambda session: session.add(Change(hosts='["db-1"]', **span)))
        differs(world)
        differs(world, "gw")
        _, drafted = look(world)
        assert [one.host for one in drafted] == ["gw"]

    def test_a_change_that_was_over_before_explains_nothing(self, world: IncidentWorld) -> None:
        span = {"began_at": world.at - 3000, "ended_at": world.at - 601, "state": "closed", "title": "planned"}
        world.run(lambda session: session.add(Change(hosts='["db-1"]', **span)))
        differs(world)
        assert len(look(world)[1]) == 1

    @pytest.mark.parametrize(
        ("state", "ended_s", "explains"),
        [("ok", 7200, False), ("ok", 4000, True), ("running", None, True), ("waiting", None, False)],
    )
    def test_one_that_was_paused_and_forgotten_explains_nothing_for_ever(
        self, world: IncidentWorld, state: str, ended_s: float | None, explains: bool
    ) -> None:
        """What differs an hour after its last step is not its doing; while a step runs, it may be."""

        def kept(session: Session) -> None:
            span = {"began_at": world.at - 9000, "state": "paused", "title": "planned", "run_id": 1}
            session.add(Change(hosts='["db-1"]', **span))
            session.flush()
            run = {"token": "t", "by": "ann", "frozen": "", "frozen_sha": "", "begun_at": world.at - 9000}
            session.add(ChangeRun(id=1, change_id=1, **run))
            session.flush()
            ended = world.at - ended_s if ended_s is not None else None
            session.add(ChangeCell(run_id=1, host="db-1", step="steps-1", state=state, ended_at=ended))

        world.run(kept)
        differs(world)
        assert (look(world)[1] == []) is explains

    def test_more_of_a_day_joins_the_draft(self, world: IncidentWorld) -> None:
        """Once somebody decided about it, or on the next day, it is another."""
        differs(world)
        last, _ = look(world)
        differs(world, item="/etc/issue")
        last, drafted = look(world, last)
        (draft,) = drafts(world)
        assert (drafted, draft.title) == ([], "not planned: /etc/motd, /etc/issue on db-1")
        act(world, driftacts.adopt, reason="by hand, in the night")
        differs(world, item="/etc/hosts")
        assert len(look(world, last)[1]) == 1

    def test_what_is_looked_at_again_makes_no_second_one(self, world: IncidentWorld) -> None:
        """An engine that begins anew looks back an hour."""
        differs(world)
        look(world)
        assert look(world)[1] == []
        assert len(drafts(world)) == 1

    def test_adopted(self, world: IncidentWorld) -> None:
        """It is done already: closed, and whoever adopted it stands there."""
        differs(world)
        look(world)
        act(world, driftacts.adopt, reason="INC-7 could not wait")
        (draft,) = drafts(world)
        assert (draft.state, draft.outcome, draft.reviewed_by) == ("closed", "successful", ANN.name)
        with pytest.raises(Refused):
            act(world, driftacts.adopt, reason="again")

    def test_taken_back(self, world: IncidentWorld) -> None:
        """The plan is written; nothing has run, and whoever had it written does not approve it."""
        differs(world)
        look(world)
        act(world, driftacts.revert)
        (draft,) = drafts(world)
        (step,) = read_plan(draft.plan, {}).steps
        assert step.args["content"] == OLD
        assert (draft.state, json.loads(draft.edited_by), draft.requested_by) == ("draft", [ANN.name], ANN.name)

    def test_nothing_is_kept_of_how_it_was(self, world: IncidentWorld) -> None:
        """It says so, and what else can be done."""
        differs(world, topic="sudoers", item="deploy", before=None, after='{"line":"ALL"}')
        look(world)
        with pytest.raises(Refused, match="nothing of how it was is kept"):
            act(world, driftacts.revert)

    def test_what_is_as_it_was_again(self, world: IncidentWorld) -> None:
        """There is nothing to take back, and a flapping host has one draft with one item."""
        differs(world)
        last, _ = look(world)
        for number in range(60):
            here, there = FILE, {"sha256": "other"}
            before, after = (there, here) if number % 2 == 0 else (here, there)
            differs(world, before=json.dumps(before), after=json.dumps(after))
        differs(world, before='{"sha256":"other"}', after=json.dumps(FILE))
        look(world, last)
        (draft,) = drafts(world)
        assert (draft.title, len(json.loads(draft.difference)["items"])) == ("not planned: /etc/motd on db-1", 1)
        with pytest.raises(Refused, match="everything is as it was again"):
            act(world, driftacts.revert)

    def test_of_ten_thousand_differences_the_number_is_kept(self, world: IncidentWorld) -> None:
        for number in range(120):
            differs(world, item=f"/etc/{number}")
        last, _ = look(world)
        differs(world, item="/etc/more")
        look(world, last)
        (draft,) = drafts(world)
        assert draft.title == "not planned: /etc/0, /etc/1, /etc/2 and 118 more on db-1"
        done = act(world, driftacts.revert)
        assert "71 more differences, of which only the number is kept" in done.message

    def test_whoever_was_there_does_not_adopt_it(self, world: IncidentWorld) -> None:
        """Under another name neither; alone in the team he does."""
        world.run(lambda session: append_audit(session, ANN, "host.run", "host:db-1", {}, "done", world.at - 300))
        differs(world)
        look(world)
        for name in (ANN.name, "nan"):
            who = Who(name, Role.APPROVER, ANN.uid)
            with pytest.raises(Refused, match=f"{name} was on db-1"):
                act(world, lambda session, given, who=who: driftacts.adopt(session, replace(given, who=who)))
        given = asked(world, reason="fine")
        world.run(lambda session: driftacts.adopt(session, given, solo=True))
        assert drafts(world)[0].state == "closed"

    def test_a_draft_with_other_targets_is_taken_back_where_it_differs(self, world: IncidentWorld) -> None:
        differs(world)
        look(world)

        def edited(session: Session) -> None:
            row = session.exec(select(Change)).one()
            row.hosts = row.targets = '["gw","db-1"]'
            session.add(row)

        world.run(edited)
        act(world, driftacts.revert)
        (draft,) = drafts(world)
        assert (draft.hosts, draft.targets) == ('["db-1"]', '["db-1"]')


def test_the_page_tells_it_in_words(world: IncidentWorld) -> None:
    """What differs from what to what, and who was there; never the record as it is kept."""
    differs(world, before='{"text":["a = 1"],"mode":"0644"}', after='{"text":["a = 2"],"mode":"0600"}')
    differs(world, topic="packages", item="nmap", before=None, after='{"version":"7.9"}')
    look(world)
    world.run(lambda session: driftacts.note_logins(session, 1, ["ann from 10.0.0.1, lately"], world.at))
    with open_reader(world.paths) as reader:
        found = views.change(reader, 1)
    assert found is not None
    assert found.difference == (
        ("files", "/etc/motd text −a = 1 +a = 2, mode 0644 → 0600"), ("packages", "nmap is new: version 7.9"),
        ("there", "ann from 10.0.0.1, lately"),
    )  # fmt: skip
