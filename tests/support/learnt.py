"""Problems, known errors, reviews and silences for a test's store, beside the bad night of :mod:`support.incidents`."""

import json

from sqlmodel import Session

from support.desk_world import World
from tui_ops.model.clock import now
from tui_ops.model.incidents import Happened, Happening
from tui_ops.store.tables.alerts import Silence
from tui_ops.store.tables.incidents import Incident
from tui_ops.store.tables.problems import ActionItem, KnownError, Problem, ProblemLine, Review
from tui_ops.store.timeline import add_line, changed

DAY = 86400.0


async def learn(world: World) -> None:
    """Write what was learnt of a bad night: a problem of INC-1 and INC-5, its known error, what is to be done."""

    def write(session: Session) -> None:
        at = now().at
        problem = Problem(
            title="sdb link resets on HBA firmware 16.00.10", state="root cause", priority=2, owner="ann",
            services=json.dumps(["shop-db"]), statement="the disk goes for some seconds under load",
            whys=json.dumps(["the link resets", "the HBA gives up after 2 s"]), factors=json.dumps(["no spare path"]),
            workaround="fail over to db-2, then reset the HBA", changes=json.dumps(["CHG-7"]), opened_at=at - 3 * DAY,
            opened_by="ann",
        )  # fmt: skip
        changed(session, [problem])
        changed(session, [Problem(title="logs are not rotated", proposed=True, shape="disk-full /var", opened_at=at)])
        for number in (1, 5):
            row = session.get(Incident, number)
            assert row is not None
            row.problem_id = problem.id
            changed(session, [row])
        assert problem.id is not None
        for kind, text in (("opened", "opened from INC-5"), ("note", "the vendor has a newer firmware")):
            session.add(ProblemLine(problem_id=problem.id, at=at - DAY, kind=kind, who="ann", text=text))
        session.add(KnownError(
            problem_id=problem.id, title="sdb link resets", symptom="I/O errors on sdb",
            signature=json.dumps({"log": "link reset failed"}), workaround="fail over", by="ann", created_at=at - DAY,
            matched=3, matched_at=at - 180,
        ))  # fmt: skip
        session.flush()
        add_line(session, 1, Happened(Happening.MATCHED, "KE-1 found on db-1.lon: the log says link reset failed",
                                      data=(("known_error", 1),)), at)  # fmt: skip
        changed(session, [ActionItem(problem_id=problem.id, text="update the firmware", owner="bob", due_at=at - 7290,
                                     created_at=at, created_by="ann")])  # fmt: skip
        session.add(Review(incident_id=5, owner="ann", what_happened="The key was *replaced* at 02:00.",
                           went_badly="It was taken on only after 1h.", created_at=at, created_by="ann"))  # fmt: skip
        session.add(Silence(matchers=json.dumps([["site", "=", "lon"]]), starts_at=at - 60, ends_at=at + 5400,
                            reason="power works", by="ann"))  # fmt: skip
        session.add(Silence(matchers=json.dumps([["rule", "=~", "disk.*"]]), starts_at=at - 60, ends_at=None,
                            reason="until it is over", by="bob", incident_id=2))  # fmt: skip

    await world.writer.act(write)
