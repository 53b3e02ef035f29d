"""Changes, models, freezes and releases for a test's store: one that waits, one that runs, one that was rolled back."""

import json
import zlib
from typing import Any

from sqlmodel import Session

from support.desk_world import World
from tui_ops.model.changes import ChangeHappening, ChangeKind, Factor, Start
from tui_ops.model.changing import ApprovalPolicy, ChangingSpec, Quorum, Recurring, Window
from tui_ops.model.clock import now
from tui_ops.model.incidents import Happened
from tui_ops.plans import read_plan, sha_of
from tui_ops.practices.changes.freezing import Frozen, freeze, sha
from tui_ops.store.changingplan import PLAN_ID, to_text
from tui_ops.store.tables import Operator
from tui_ops.store.tables.changes import (
    Approval,
    Change,
    ChangeCell,
    ChangeLine,
    ChangeLink,
    ChangeModel,
    ChangePlan,
    ChangeRun,
    ChangingPlan,
    Delegation,
    Freeze,
    Release,
)
from tui_ops.store.timeline import changed, to_json

DAY, HOUR = 86400.0, 3600.0

BEFORE = """\
pre:
  - http: {url: "https://{host}/health", status: 200}
steps:
  - package: {name: nginx, do: upgrade, version: "1.26.2"}
    become: yes
  - file: {path: /etc/nginx/conf.d/tls.conf, content: "ssl_protocols TLSv1.2;\\n", mode: "0644"}
    become: yes
post:
  - check: {unit: nginx, is: active}
rollback:
  - restore: files
batches: [1, 5%, 25%, rest]
"""

PLAN = BEFORE.replace("1.26.2", "1.26.3-1~deb12u1").replace("TLSv1.2;", "TLSv1.2 TLSv1.3;")
"""What the change that waits would run."""

HOSTS = ("web-07.lon", "web-11.lon", "db-2.lon", "nas-1.lon")

RISK = (
    Factor("hosts touched", "4 hosts", 20), Factor("rollback", "rollback never rehearsed", 15),
    Factor("business hours", "in business hours", 10), Factor("services", "web carries shop", 16),
    Factor("last backup", "not known", 0),
)  # fmt: skip

SPEC = ChangingSpec(
    policies=(ApprovalPolicy("web-leads", people=("oncall", "bob", "cat"), quorum=Quorum.COUNT, number=2),),
    windows=(
        Window("web-nightly", (Recurring(days=tuple(range(7)), from_min=22 * 60, to_min=23 * 60),), frozenset(HOSTS)),
        Window("weekend", (Recurring(days=(5, 6), to_min=24 * 60),), freeze=True, reason="nobody is there"),
    ),
)  # fmt: skip
"""Two of three leads approve; a window every night, a freeze every weekend."""


def frozen_of(number: int, plan: str = PLAN, hosts: tuple[str, ...] = HOSTS) -> str:
    """Return what would run, frozen."""
    return freeze(Frozen(number, ChangeKind.NORMAL, read_plan(plan, {}), hosts, {}, Start.HAND, None, None, ""))


def keep_spec(session: Session, spec: ChangingSpec) -> None:
    """Put the section of the inventory where readers find it."""
    row = session.get(ChangingPlan, PLAN_ID) or ChangingPlan(id=PLAN_ID)
    row.body = to_text(spec)
    session.add(row)


async def plan_changes(world: World, spec: ChangingSpec = SPEC) -> None:
    """Write changes in several states: CHG-1 waits for approval, 2 runs, 3 was rolled back, 4 is scheduled, 5 is a
    draft, 6 was interrupted, 7 is an emergency that ran without approval.
    """
    await world.writer.act(lambda session: _write(session, spec))


def _write(session: Session, spec: ChangingSpec) -> None:
    at = now().at
    keep_spec(session, spec)
    for name, role in (("oncall", "admin"), ("ann", "operator"), ("bob", "approver"), ("cat", "approver")):
        if session.get(Operator, name) is None:
            session.add(Operator(name=name, role=role, user=name, title=""))
    session.add(Delegation(giver="cat", taker="bob", begins_at=at - DAY, ends_at=at + DAY, at=at - DAY))
    session.add(ChangeModel(name="nginx-restart", title="Restart nginx in batches", plan=MODEL, sha=sha_of(MODEL),
                            limits=json.dumps({"hosts": 10, "targets": ["group:web"]}), by="ann", created_at=at - DAY,
                            approved_by="bob", approved_sha=sha_of(MODEL), approved_at=at - HOUR))  # fmt: skip
    session.add(Freeze(title="Black Friday", reason="the shop sells", matcher=json.dumps(["service:shop"]),
                       begins_at=at + 2 * DAY, ends_at=at + 4 * DAY, by="bob", at=at))  # fmt: skip
    session.add(Freeze(title="budget of shop", reason="its error budget is spent", begins_at=at - HOUR,
                       ends_at=at + DAY, by="engine", proposed=True, at=at))  # fmt: skip
    changed(session, [Release(name="shop 2.3", service="shop", versions=json.dumps({"nginx": "1.26.3", "app": "2.3"}),
                              environments=json.dumps(["staging", "production"]), notes="Faster baskets.",
                              owner="ann", opened_at=at - DAY)])  # fmt: skip
    _waiting(session, at)
    _running(session, at)
    _rolled_back(session, at)
    _others(session, at)


def _change(session: Session, at: float, title: str, **columns: Any) -> int:
    given: dict[str, Any] = {
        "plan": PLAN, "hosts": json.dumps(HOSTS), "targets": json.dumps(["group:web", "db-2.lon"]),
        "requested_by": "ann", "owner": "ann", "edited_by": json.dumps(["ann"]), "opened_at": at - HOUR, **columns,
    }  # fmt: skip
    row = Change(title=title, **given)
    changed(session, [row])
    assert row.id is not None
    _line(session, row.id, at - HOUR, ChangeHappening.OPENED, f"opened: {title}", "ann")
    return row.id


def _line(
    session: Session, number: int, at: float, kind: ChangeHappening, text: str, who: str = "", **data: Any
) -> None:
    happened = Happened(kind, text, who=who, data=tuple(data.items()))
    session.add(ChangeLine(change_id=number, at=at, kind=str(kind), who=happened.who, text=happened.text,
                           data=to_json(data)))  # fmt: skip


def _run(session: Session, number: int, kind: str, state: str, batches: list[list[str]], at: float, **more: Any) -> int:
    row = ChangeRun(change_id=number, kind=kind, state=state, token="t", by="ann", frozen="{}", frozen_sha="",
                    batches=json.dumps(batches), begun_at=at, **more)  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _cell(session: Session, run: int, host: str, step: str, state: str, said: str = "", output: bytes = b"") -> None:
    session.add(ChangeCell(run_id=run, host=host, step=step, state=state, said=said, attempt=1,
                           output=zlib.compress(output) if output else b""))  # fmt: skip


def _waiting(session: Session, at: float) -> None:
    number = _change(session, at, "nginx 1.26.3 on web", state="submitted", risk=61,
                     risk_factors=json.dumps([[one.name, one.said, one.points] for one in RISK]),
                     assessed_at=at - 1800, submitted_at=at - 1800, starts_at=at + 9 * HOUR, ends_at=at + 10 * HOUR,
                     start="at its time", services=json.dumps(["shop-db", "shop"]))  # fmt: skip
    row = session.get_one(Change, number)
    row.frozen = frozen_of(number)
    row.frozen_sha, row.frozen_at = sha(row.frozen), at - 1800
    for index, text in enumerate((BEFORE, PLAN), 1):
        session.add(ChangePlan(change_id=number, number=index, at=at - HOUR + index, who="ann", plan=text,
                               sha=sha_of(text)))  # fmt: skip
    dry = _run(session, number, "dry run", "done", [list(HOSTS)], at - 2000, ended_at=at - 1900, sha="d" * 64)
    row.dry_run_id = dry
    for host in HOSTS[:3]:
        _cell(session, dry, host, "steps-1", "changed", "nginx 1.26.2 to 1.26.3, 1 unit restart",
              b"-ssl_protocols TLSv1.2;\n+ssl_protocols TLSv1.2 TLSv1.3;\n")  # fmt: skip
        _cell(session, dry, host, "post-1", "ok", "active")
    _cell(session, dry, HOSTS[3], "steps-1", "failed", "held back: nginx-extras depends on 1.26.2")
    session.add(Approval(change_id=number, at=at - 3000, who="bob", uid=1003, vote="approve", frozen_sha="old" * 20,
                         void_at=at - 2500, void_why="the plan was edited by ann"))  # fmt: skip
    session.add(Approval(change_id=number, at=at - 1000, who="bob", uid=1003, vote="approve", reason="fine",
                         frozen_sha=row.frozen_sha))  # fmt: skip
    session.add(ChangeLink(change_id=number, kind="incident", other="INC-1", at=at, who="ann"))
    _line(session, number, at - 2500, ChangeHappening.VOIDED, "1 approval is void: the plan was edited", "ann")
    _line(session, number, at - 900, ChangeHappening.COMMENT, "why not 1.27?", "bob", line=4)
    changed(session, [row])


def _running(session: Session, at: float) -> None:
    number = _change(session, at, "kernel on api", state="running", began_at=at - 600, risk=34, kind="standard",
                     owner="oncall", model_id=1)  # fmt: skip
    row = session.get_one(Change, number)
    row.run_id = _run(session, number, "run", "running", [["web-07.lon"], ["web-11.lon", "db-2.lon"], ["nas-1.lon"]],
                      at - 600, batch=1)  # fmt: skip
    for host, state in (("web-07.lon", "ok"), ("web-11.lon", "failed"), ("db-2.lon", "running")):
        _cell(session, row.run_id, host, "steps-1", state, "exit 1" if state == "failed" else "")


def _rolled_back(session: Session, at: float) -> None:
    _change(session, at, "new ciphers", state="ended", outcome="rolled back", began_at=at - 2 * HOUR,
            ended_at=at - HOUR, risk=22, stopped="web-19: post-1 failed: 503")  # fmt: skip


def _others(session: Session, at: float) -> None:
    _change(session, at, "postgres minor upgrade", state="scheduled", start="at its time", starts_at=at + DAY,
            ends_at=at + DAY + 2 * HOUR, risk=48, release_id=1, release_place=1, environment="staging",
            conflicts=json.dumps([["freeze", "the freeze weekend covers it", True, ["db-2.lon"]]]))  # fmt: skip
    _change(session, at, "tidy the cron jobs", requested_by="oncall", owner="oncall", hosts="[]",
            edited_by=json.dumps(["oncall"]), plan="steps:\n  - comand: true\n")  # fmt: skip
    interrupted = _change(session, at, "openssl everywhere", state="interrupted", began_at=at - 900, risk=55,
                          implementer="oncall")  # fmt: skip
    run = _run(session, interrupted, "run", "interrupted", [["web-07.lon"], ["web-11.lon"]], at - 900, batch=1)
    session.get_one(Change, interrupted).run_id = run
    _change(session, at, "block the attacker", kind="emergency", state="ended", outcome="successful",
            began_at=at - 3 * HOUR, ended_at=at - 2 * HOUR, review_due_at=at + 20 * HOUR, risk=70)  # fmt: skip


MODEL = """\
parameters:
  unit: {default: nginx, help: the unit}
steps:
  - unit: {name: "{{unit}}", do: restart}
    become: yes
"""
