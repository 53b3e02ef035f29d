"""What is said of antivirus: the engine, how old its signatures are, and when files were last scanned."""

import pytest
from support.checkcases import NOW

from tui_ops.model.facts import Fields
from tui_ops.model.security import CheckResult
from tui_ops.practices.security.checks.base import Judgement, Read, Scene, run_check
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.measures import MEASURES, measured

CHECK = BY_ID["av-on"]
DAY = 86_400
LOG = "ran /var/log/clamav/"


def judged(
    logs: dict[str, Fields], unread: tuple[str, ...] = (), more: tuple[str, ...] = (), made_at: int = int(NOW)
) -> Judgement:
    units = {f"{name}.service": {"active": "active"} for name in ("clamav-daemon", *more)}
    protections: dict[str, Fields] = {
        "clock": {"now": int(NOW)}, "signatures daily.cvd": {"made_at": made_at}, **logs,
    }  # fmt: skip
    reads = {
        "protections": Read("protections", protections, NOW, unread=unread),
        "units": Read("units", units, NOW),
        "unitfiles": Read("unitfiles", {name: {"state": "enabled"} for name in units}, NOW),
    }  # fmt: skip
    return run_check(CHECK, Scene("h", reads, NOW, dict(CHECK.parameters)))


@pytest.mark.parametrize(("logs", "text"), [
    ({f"{LOG}scan.log": {"ran_at": int(NOW) - 3 * DAY, "size": 9}}, "; last scan 3 days ago"),
    ({f"{LOG}clamscan.log": {"ran_at": int(NOW) - 9 * DAY}, f"{LOG}clamscan.log.1": {"ran_at": int(NOW) - 7200}},
     "; last scan 2 h ago"),
    # A log that was laid anew at night is no scan.
    ({f"{LOG}scan.log": {"ran_at": int(NOW), "size": 0}, f"{LOG}scan.log.1": {"ran_at": int(NOW) - 2 * DAY, "size": 9}},
     "; last scan 2 days ago"),
    ({f"{LOG}scan.log": {"ran_at": int(NOW), "size": 0}}, "; no log of a scan is seen"),
    ({"ran dailyaidecheck.timer": {"ran_at": int(NOW)}}, "; no log of a scan is seen"),
    ({f"{LOG}scan.log": {"ran_at": -5}}, ""),
    ({f"{LOG}scan.log": {"ran_at": "soon"}}, "; no log of a scan is seen"),
])  # fmt: skip
def test_when_files_were_last_scanned(logs: dict[str, Fields], text: str) -> None:
    said = judged(logs)
    assert said.result is CheckResult.PASS
    assert said.text == f"ClamAV runs, with signatures of 0 min ago{text}"


def test_nothing_is_said_of_logs_that_could_not_be_looked_at() -> None:
    assert judged({}, ("ran ",)).text == "ClamAV runs, with signatures of 0 min ago"


def test_files_that_are_scanned_as_they_are_opened_need_no_log() -> None:
    assert judged({}, more=("clamav-clamonacc",)).text.endswith("; files are scanned as they are opened")


def test_the_finding_of_old_signatures_is_the_same_whenever_files_were_scanned() -> None:
    said = judged({f"{LOG}scan.log": {"ran_at": int(NOW) - 3 * DAY}}, made_at=int(NOW) - 4 * DAY)
    assert said.result is CheckResult.FAIL
    assert said.text == "the signatures of ClamAV are 4 days old; last scan 3 days ago"
    assert [one.text for one in said.seen] == ["the signatures of ClamAV are 4 days old"]


def test_the_measure_says_it() -> None:
    said = judged({f"{LOG}scan.log": {"ran_at": int(NOW) - 3 * DAY}})
    (virus,) = (one for one in MEASURES if one.id == "antivirus")
    found = measured(virus, "ClamAV", {"av-on": (said.result, said.text)})
    assert found.word == "ClamAV"
    assert found.texts == ("ClamAV runs, with signatures of 0 min ago; last scan 3 days ago",)
