"""What the demo's two operators do about changes while somebody looks on: real acts at the engine's socket.

Nothing here is made up in the store. A change that was rolled back has been begun on hosts of the demo, has failed
there, and was taken back; so its evidence is true.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tui_ops.actions.client import Answer
from tui_ops.actions.errors import ActError
from tui_ops.demo import planned
from tui_ops.demo.people import Person, person
from tui_ops.demo.planned import Draft
from tui_ops.demo.run import Place
from tui_ops.demo.story import Story
from tui_ops.model.changes import LIVE_STATES, ChangeState, RunState
from tui_ops.model.errors import TuiOpsError
from tui_ops.store.views.changeruns import runs_of
from tui_ops.store.views.changes import change
from tui_ops.store.views.connect import Reader, open_reader
from tui_ops.store.views.hosts import hosts

log = logging.getLogger(__name__)

LOOK_S = 0.3
"""How often it is looked whether something has come about."""

HOSTS_S = 60.0
"""Hosts are waited for so long: they are read within seconds, on a busy machine within half a minute."""

RUN_S = 120.0
"""The same for runs; those of the demo that are waited for take some seconds."""

_CHANGE = re.compile(r"\bCHG-(\d+)\b")
_RELEASE = re.compile(r"\bREL-\d+\b")


class Teamwork:
    """The story of changes, told once.

    Args:
        place: where the demo lives.
        story: whose fleet it is.
        ended: whether the demo is ending.
    """

    def __init__(self, place: Place, story: Story, ended: threading.Event) -> None:
        self._socket = place.state.socket
        self._reader: Reader = open_reader(place.state)
        self._fleet = {host.name for host in story.hosts}
        self._ended = ended

    def tell(self) -> None:
        """Do everything, in the order in which a spectator should find it. A chapter that fails leaves the others."""
        with person(self._socket, "anna") as self._anna, person(self._socket, "bert") as self._bert:
            for chapter in (
                self._rules, self._secure_databases, self._keep_logs, self._new_protocol, self._new_root,
                self._new_certbot, self._release,
            ):  # fmt: skip
                try:
                    chapter()
                except (TuiOpsError, TimeoutError) as error:
                    log.warning("%s: %s", chapter.__name__.strip("_"), error)

    def _rules(self) -> None:
        """A freeze next week, and a model for the everyday."""
        self._bert.act(
            "changemodel.create", name="patch", title="Bring one package to a version", plan=planned.PATCH, hosts="20"
        )
        self._anna.act("changemodel.approve", "patch")
        monday = datetime.now().astimezone()
        monday += timedelta(days=7 - monday.weekday())
        self._bert.act(
            "freeze.add", title="year-end accounts", reason="The books are closed: nothing moves below billing.",
            on="group:db", until=f"{monday + timedelta(days=4):%Y-%m-%d} 20:00", **{"from": f"{monday:%Y-%m-%d} 06:00"},
        )  # fmt: skip

    def _secure_databases(self) -> None:
        """What waits for an approval, with a word about its first version, and a second one."""
        number = self._made(planned.SECURE_DATABASES)
        if number:
            name = f"CHG-{number}"
            self._anna.act("change.submit", name)
            self._bert.act(
                "change.comment", name, text="3.0.17 is out, and mends what 3.0.16 broke. Take that?", line="4"
            )
            self._anna.act(
                "change.edit", name, plan=planned.OPENSSL.format(version=planned.NEW_OPENSSL),
                reason=f"{planned.SECURE_DATABASES.reason} By 3.0.17, as bert says.",
            )  # fmt: skip
            self._anna.act("change.dry_run", name)
            self._until(lambda: self._over(number), RUN_S, f"the dry run of {name}")
            self._anna.act("change.submit", name)

    def _keep_logs(self) -> None:
        """What went well and is done with."""
        if name := self._carried_out(planned.KEEP_LOGS):
            self._anna.act("change.review", name, text="As planned. The discs have room for it.")
            self._anna.act("change.close", name)

    def _new_protocol(self) -> None:
        """What failed on the first host, and took itself back."""
        if name := self._carried_out(planned.NEW_PROTOCOL):
            self._anna.act("change.review", name, text="nginx 1.24 knows no http3. First the newer nginx, then again.")
            self._anna.act("change.close", name)

    def _new_root(self) -> None:
        """What runs for a quarter of an hour, a host at a time."""
        self._begun(planned.NEW_ROOT)

    def _new_certbot(self) -> None:
        """What stands at its second batch, since one host is not fit for it."""
        self._begun(planned.NEW_CERTBOT, self._bert, self._anna)

    def _release(self) -> None:
        """A release that has reached staging, with production before it."""
        with _refusals("the release"):
            made = self._bert.act(
                "release.create", name="shop 4.18.1", service="shop", versions="shop-app=4.18.1",
                environments="staging production", notes="Mends the leak of 4.18.0.",
            )  # fmt: skip
            found = _RELEASE.search(_said(made))
            staging = self._made(planned.STAGING, self._bert, environment="staging")
            production = self._made(planned.PRODUCTION, self._bert, environment="production")
            if not (found and staging and production):
                return
            for number, environment in ((staging, "staging"), (production, "production")):
                self._bert.act("release.add", found[0], change=f"CHG-{number}", environment=environment)
            self._anna.act("release.go", found[0], reason="Staging first; production after an hour without a word.")
            self._approved(staging, self._bert, self._anna)
            self._bert.act("change.start", f"CHG-{staging}", reason="as released")
            self._until(lambda: self._state(staging) is ChangeState.ENDED, RUN_S, "the change on staging")
            self._bert.act("change.close", f"CHG-{staging}", review="4.18.1 holds its memory.")

    def _made(self, draft: Draft, by: Person | None = None, **more: str) -> int:
        """Make a change of a draft, once its hosts are up; returns its number, 0 where the fleet has none of them."""
        wanted = [name for name in draft.hosts if name in self._fleet]
        if not wanted:
            return 0
        self._until(lambda: self._are_up(wanted), HOSTS_S, f"{', '.join(wanted)} up")
        made = (by or self._anna).act(
            "change.create", title=draft.title, reason=draft.reason, targets=" ".join(wanted), plan=draft.plan, **more
        )
        found = _CHANGE.search(_said(made))
        if found is None:
            raise TimeoutError(f"no change was made: {made.message}")
        return int(found[1])

    def _approved(self, number: int, by: Person, other: Person) -> None:
        by.act("change.submit", f"CHG-{number}")
        other.act("change.approve", f"CHG-{number}")
        self._until(lambda: self._state(number) is ChangeState.APPROVED, RUN_S, f"CHG-{number} approved")

    def _begun(self, draft: Draft, by: Person | None = None, other: Person | None = None) -> int:
        by, other = by or self._anna, other or self._bert
        number = self._made(draft, by)
        if number:
            self._approved(number, by, other)
            by.act("change.start", f"CHG-{number}", reason="as agreed with the shop")
        return number

    def _carried_out(self, draft: Draft) -> str:
        number = self._begun(draft)
        if not number:
            return ""
        self._until(lambda: self._state(number) not in (*LIVE_STATES, ChangeState.APPROVED), RUN_S, f"CHG-{number}")
        return f"CHG-{number}"

    def _state(self, number: int) -> ChangeState | None:
        row = change(self._reader, number)
        return row.state if row is not None else None

    def _over(self, number: int) -> bool:
        runs = runs_of(self._reader, number)
        return bool(runs) and all(run.state is RunState.DONE for run in runs)

    def _are_up(self, names: list[str]) -> bool:
        up = {row.name for row in hosts(self._reader) if row.state == "up"}
        return up.issuperset(names)

    def _until(self, done: Callable[[], bool], within_s: float, what: str) -> None:
        deadline = time.monotonic() + within_s
        while not done():
            if self._ended.wait(LOOK_S) or time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {within_s:.0f} s")


def _said(answer: Answer) -> str:
    return " ".join([answer.message, *answer.outcomes.values()])


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    try:
        yield
    except ActError as error:
        log.warning("%s: %s", what, error)


def in_background(place: Place, story: Story) -> Callable[[], None]:
    """Have the demo's people begin their work beside the desk; returns what ends it."""
    ended = threading.Event()

    def work() -> None:
        try:
            Teamwork(place, story, ended).tell()
        except (OSError, TuiOpsError) as error:
            if not ended.is_set():
                log.warning("the demo's people had to stop: %s", error)

    thread = threading.Thread(target=work, name="teamwork", daemon=True)
    thread.start()
    return ended.set
