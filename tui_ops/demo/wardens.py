"""What the demo's two operators do about findings: real acts at the engine's socket, on what was really read."""

import logging
import threading
import time
from collections.abc import Callable

from tui_ops.actions.errors import ActError
from tui_ops.demo.faults import BACK_S, MENDED_S, MINUTE
from tui_ops.demo.keyring import LEFT, LEFT_ON
from tui_ops.demo.people import Person, person
from tui_ops.demo.run import Place
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.security import FindingState
from tui_ops.store.views.beats import backups
from tui_ops.store.views.connect import open_reader
from tui_ops.store.views.findings import FindingRow, findings

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it is looked whether hosts have been judged."""

JUDGED_S = 240.0
"""They are within two minutes: slow sections are spread, and judged a little after they were read."""

ATTESTED = (
    ("iso", "5.1", "anna", "180d", "policy-2026.pdf", "The policy of security, signed by the board in January"),
    ("iso", "5.24", "bert", "2d", "drill-spring.md", "The plan for incidents, as it was drilled in spring"),
    ("pci", "12.6.3", "chloe", "90d", "training.csv", "Who was taught, and when: all but two"),
)
"""Framework, control, who answers for it, until it is looked at again, the proof's file, and what it shows."""

REPORTS = "queues"
"""The job of the inventory that has made its backup."""

ADDED_S = 1.25 * MINUTE
"""By then somebody has added the key: a minute after the story's beginning."""

AGAIN_S = 10.0
"""A host that is read anew is judged within a few seconds; where it was not, it is asked once more after so long."""


class Wardens:
    """The story of findings, told once.

    Args:
        place: where the demo lives.
        ended: whether the demo is ending.
    """

    def __init__(self, place: Place, ended: threading.Event) -> None:
        self._socket = place.state.socket
        self._reader = open_reader(place.state)
        self._ended = ended
        self._began = time.monotonic()

    def tell(self) -> None:
        """Tell the chapters in the order in which hosts are judged."""
        with person(self._socket, "anna") as self._anna, person(self._socket, "bert") as self._bert:
            for chapter in (
                self._backed_up,
                self._attested,
                self._accepted,
                self._asked,
                self._own,
                self._early,
                self._short,
                self._left,
                self._mended,
                self._returned,
                self._at_night,
                self._audited,
            ):
                chapter()

    def _backed_up(self) -> None:
        """Whose backup of tonight was made."""
        if any(REPORTS in (one.job for one in jobs) for jobs in backups(self._reader).values()):
            try:
                self._anna.act("heartbeat.beat", name=REPORTS, text="14 MiB in 3s")
            except ActError as error:
                log.warning("reporting the job %s: %s", REPORTS, error)

    def _attested(self) -> None:
        """What no machine can check, by the word of those who answer for it."""
        for framework, control, owner, lasts, file, text in ATTESTED:
            try:
                self._anna.act(
                    "compliance.attest", framework=framework, control=control, owner=owner, file=file, text=text,
                    **{"for": lasts},
                )  # fmt: skip
            except ActError as error:
                log.warning("attesting %s %s: %s", framework, control, error)

    def _audited(self) -> None:
        """What the hosts come to now, kept for whoever audits."""
        try:
            self._bert.act("compliance.keep", framework="cis")
        except ActError as error:
            log.warning("keeping an audit: %s", error)

    def _accepted(self) -> None:
        """What is accepted, and runs out soon."""
        if kept := self._all("acct-sysshell", most=4):
            self._act(
                self._bert, "finding.accept", kept, reason="pgbackrest logs in as postgres until the new release.",
                control="Only the backup servers reach it, by key.", **{"for": "2d"},
            )  # fmt: skip
            self._act(self._anna, "finding.approve", kept, text="Until the release, not longer.")

    def _asked(self) -> None:
        """What waits for an approval, by bert or by whoever looks on."""
        if asked := self._all("net-forward", on="ci-"):
            self._act(
                self._anna, "finding.accept", asked, reason="Builds run in containers, which need it.",
                control="The packet filter lets nothing through.", **{"for": "90d"},
            )  # fmt: skip

    def _own(self) -> None:
        """What bert looks after."""
        if own := self._all("sudo-nopasswd"):
            self._act(self._bert, "finding.acknowledge", own)
            self._act(self._bert, "finding.comment", own, text="After the release; CHG-5 touches the same host.")

    def _early(self) -> None:
        """What he says to be mended when it is not: the next reading opens it again."""
        if early := self._all("krn-memory"):
            self._act(self._bert, "finding.claim", early, text="should be gone")
            self._act(self._bert, "finding.recheck", early)

    def _short(self) -> None:
        """What is looked at once more; with it the key comes to light that somebody has added meanwhile."""
        if found := self._all("acct-authkeys", on="db-1."):
            self._wait_until(ADDED_S)
            self._act(self._anna, "finding.comment", found, text="chloe is to send her new key")
            self._act(self._anna, "finding.recheck", found)

    def _left(self) -> None:
        """Whose key nobody took away when she left; and what is read anew, so that a login at night comes to light."""
        if found := self._all("acct-authkeys", most=len(LEFT_ON), words=LEFT):
            self._act(self._anna, "finding.acknowledge", found)
            self._act(
                self._anna, "finding.comment", found, text="dora left in March. Her account went, her key did not."
            )
        if unused := self._all("acct-dormant", on="db-2."):
            self._wait_until(ADDED_S)
            self._act(self._bert, "finding.recheck", unused)

    def _mended(self) -> None:
        """What anna has set right by hand, and a new reading verifies."""
        if found := self._all("net-stack", on="web-03."):
            self._act(self._anna, "finding.acknowledge", found)
            self._wait_until(MENDED_S)
            self._act(self._anna, "finding.claim", found, text="set to 0 by hand, and in sysctl.d")
            self._read_until(found, is_gone=True)

    def _returned(self) -> None:
        """What was verified gone, and is back: nobody wrote it down where it lasts."""
        if found := self._all("net-stack", on="web-01."):
            self._act(self._bert, "finding.acknowledge", found)
            self._wait_until(MENDED_S)
            self._act(self._bert, "finding.claim", found, text="sysctl -w net.ipv4.tcp_syncookies=1")
            if self._read_until(found, is_gone=True):
                self._wait_until(BACK_S)
                self._read_until(found, is_gone=False)

    def _at_night(self) -> None:
        """Who came in while the others slept, from where nobody had come: asked, and answered."""
        if came := self._all("login-source"):
            self._act(self._bert, "finding.acknowledge", came)
            self._act(self._bert, "finding.comment", came, text="anna, was that you, at that hour and from outside?")
            self._act(self._anna, "finding.comment", came, text="It was: the disk called. The address is my hotel's.")

    def _all(self, check: str, on: str = "", most: int = 1, words: str = "") -> list[FindingRow]:
        """Return the findings of a check as soon as there are some.

        Args:
            check: its id.
            on: how the host's name begins.
            words: that stand in what it says.
            most: with so many it is not waited for more; without them all that there are once the time is over.
        """
        found: list[FindingRow] = []
        while not self._ended.wait(LOOK_S):
            found = [row for row in findings(self._reader) if row.check == check and (row.host or "").startswith(on)]
            found = [row for row in found if row.state is not FindingState.VERIFIED and not row.waits]
            found = [row for row in found if words in row.text]
            if len(found) >= most or time.monotonic() - self._began > JUDGED_S:
                break
        if not found:
            log.warning("no finding of %s on %s…", check, on)
        return found

    def _wait_until(self, at_s: float) -> None:
        """Wait for a moment of the story, seconds since it began. The wardens have begun a little later than it."""
        self._ended.wait(max(0.0, self._began + at_s - time.monotonic()))

    def _read_until(self, rows: list[FindingRow], is_gone: bool) -> bool:
        """Have the hosts of findings read anew until they are verified, or are back; returns whether they are."""
        numbers = {row.id for row in rows}
        while time.monotonic() - self._began < JUDGED_S and not self._ended.is_set():
            self._act(self._bert, "finding.recheck", rows)
            asked = time.monotonic()
            while time.monotonic() - asked < AGAIN_S and not self._ended.wait(LOOK_S):
                now = [row for row in findings(self._reader, everything=True) if row.id in numbers]
                if now and all((row.state is FindingState.VERIFIED) is is_gone for row in now):
                    return True
        return False

    def _act(self, who: Person, action: str, rows: list[FindingRow], **params: str) -> None:
        names = [row.name for row in rows]
        try:
            who.act(action, *names, **params)
        except ActError as error:
            log.warning("%s %s: %s", action, " ".join(names), error)


def wardens_beside(place: Place) -> Callable[[], None]:
    """Have the demo's people look after findings beside the desk; returns what ends it."""
    ended = threading.Event()

    def work() -> None:
        try:
            Wardens(place, ended).tell()
        except (OSError, TuiOpsError) as error:
            if not ended.is_set():
                log.warning("the demo's people had to stop: %s", error)

    threading.Thread(target=work, name="wardens", daemon=True).start()
    return ended.set
