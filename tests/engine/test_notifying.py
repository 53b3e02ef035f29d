"""Sending to a real mail server and a real HTTP service: arrived, refused, unanswered, again, and killed in between."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.calling import BEGIN, CallingWorld, fleet
from support.sinks import HttpSink, MailSink, http_sink, mail_sink
from support.waiting import until

from tui_ops.engine import notifying
from tui_ops.model.fleet import Fleet, SecretRef
from tui_ops.model.incidents import Delivery, Happened, Happening
from tui_ops.model.oncall import Way
from tui_ops.store.notifications import Queue, queue
from tui_ops.store.paths import StatePaths, prepare
from tui_ops.store.upgrade import upgrade
from tui_ops.store.writer import Writer
from tui_ops.transport import messages

UNANSWERED_S = 2.0
"""How long an answer that never comes is waited for here: long enough for a busy machine to send the message."""


@pytest.fixture
async def mail() -> AsyncIterator[MailSink]:
    async with mail_sink() as sink:
        yield sink


@pytest.fixture
async def http() -> AsyncIterator[HttpSink]:
    async with http_sink() as sink:
        yield sink


@pytest.fixture
def paths(tmp_path: Path) -> StatePaths:
    found = prepare(tmp_path / "state")
    upgrade(found)
    return found


@pytest.fixture
async def world(paths: StatePaths, mail: MailSink, http: HttpSink) -> AsyncIterator[CallingWorld]:
    writer = await Writer.open(paths)
    made = CallingWorld(writer, paths, fleet(mail.port, http.port))
    yield made
    made.calling.close()
    await made.notifying.close()
    await writer.close()


async def test_a_mail_arrives_with_a_message_id_from_its_key(world: CallingWorld, mail: MailSink) -> None:
    """And the timeline says that it was sent."""
    number = await world.open("shop-db degraded: ø")
    await world.passing(31)
    (row,) = await world.rows()
    assert row.state == Delivery.SENT
    assert mail.ids == [f"<{row.key}@example.org>"]
    assert mail.recipients == ["anna@example.org"]
    text = mail.kept[0].get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "db-0: is down" in text.decode()
    assert f"tui-ops {row.key[:10]}" in text.decode()
    assert (await world.said(number))[-1] == "sent to anna by mail"


async def test_a_service_behind_apprise_gets_it_with_its_key(world: CallingWorld, http: HttpSink) -> None:
    """The second step goes by HTTP."""
    number = await world.open()
    await world.passing(31)
    await world.passing(900)
    assert [one["title"] for one in http.kept] == ["[P3] INC-1 shop-db degraded"]
    assert http.keys == [(await world.rows())[1].key]
    assert (await world.said(number))[-1] == "sent to bernd by push"


async def test_a_server_that_is_busy_is_tried_again_until_it_takes_it(world: CallingWorld, mail: MailSink) -> None:
    """Greylisting: each attempt on the timeline with when the next is, under one Message-ID."""
    mail.answer = "451 4.7.1 greylisted"
    number = await world.open()
    await world.passing(31)
    said = (await world.said(number))[-1]
    where = f"the mail server 127.0.0.1:{mail.port}"
    assert said == f"not yet sent to anna by mail: {where} refused: 451 4.7.1 greylisted; again in 15s"
    await world.passing(14)
    assert len(mail.kept) == 1
    await world.passing(1)
    mail.answer = "250 OK"
    await world.passing(60)
    assert (len(mail.kept), len(set(mail.ids))) == (3, 1)
    assert (await world.rows())[0].state == Delivery.SENT


async def test_what_is_refused_for_good_fails_at_once_and_the_next_step_is_called(
    world: CallingWorld, mail: MailSink, http: HttpSink
) -> None:
    """An address that there is not: nobody waits a quarter of an hour for anna's answer."""
    mail.answer = "rcpt 550 5.1.1 no such user\x1b[31m"
    number = await world.open()
    await world.passing(31)
    assert (await world.rows())[0].state == Delivery.FAILED
    said = (await world.said(number))[-1]
    assert said.startswith("failed to anna by mail: ")
    assert said.endswith("550 5.1.1 no such user␛[31m")
    await world.passing(2)
    assert len(http.kept) == 1
    assert mail.kept == []


async def test_a_server_that_is_not_there_fails_after_its_retries(world: CallingWorld) -> None:
    """Four attempts over a good six minutes, then it has failed."""
    world.heed(fleet(mail=1, steps="[anna]"))
    number = await world.open()
    await world.passing(31)
    for pause in notifying.RETRIES_S:
        (row,) = await world.rows()
        assert row.state == Delivery.QUEUED
        await world.passing(pause)
    (row,) = await world.rows()
    assert (row.state, row.attempts) == (Delivery.FAILED, 4)
    last = (await world.said(number))[-1]
    assert last == "failed to anna by mail: the mail server 127.0.0.1:1 can't be reached: Connection refused"


@pytest.mark.parametrize(
    ("answer", "said"), [("hang", "gave no answer after the message was sent"), ("drop", "gave no answer")]
)
async def test_a_mail_whose_answer_was_not_seen_goes_once_more_under_the_same_key(
    world: CallingWorld, mail: MailSink, monkeypatch: pytest.MonkeyPatch, answer: str, said: str
) -> None:
    """``maybe sent``, then once more with the same Message-ID, then never again."""
    monkeypatch.setattr(messages.send_mail, "__defaults__", (UNANSWERED_S,))
    world.heed(fleet(mail.port, steps="[anna]"))
    mail.answer = answer
    number = await world.open()
    await world.passing(31)
    (row,) = await world.rows()
    assert (row.state, row.done_at) == (Delivery.MAYBE, None)
    assert said in (await world.said(number))[-1]
    assert (await world.said(number))[-1].startswith("maybe sent to anna by mail: ")
    await world.passing(notifying.AGAIN_S)
    (row,) = await world.rows()
    assert (row.state, row.done_at) == (Delivery.MAYBE, world.now)
    await world.passing(3600)
    assert (len(mail.ids), len(set(mail.ids))) == (2, 1)


async def test_a_repeat_that_arrives_makes_it_sent_and_says_that_it_is_one(world: CallingWorld, mail: MailSink) -> None:
    """The reader sees that it may be the second."""
    mail.answer = "drop"
    number = await world.open()
    await world.passing(31)
    mail.answer = "250 OK"
    await world.passing(notifying.AGAIN_S)
    (row,) = await world.rows()
    assert row.state == Delivery.SENT
    text = mail.kept[1].get_payload(decode=True)
    assert isinstance(text, bytes)
    assert b"sent again" in text
    assert (await world.said(number))[-1] == "sent once more to anna by mail"


@pytest.mark.parametrize(
    ("status", "state", "why"),
    [
        (500, Delivery.QUEUED, "JSON answered with status 500"),
        (429, Delivery.QUEUED, "JSON answered with status 429"),
        (404, Delivery.FAILED, "JSON answered with status 404"),
        (0, Delivery.MAYBE, "JSON gave no answer after the message was sent"),
        (-1, Delivery.MAYBE, "JSON gave no answer in time"),
    ],
)
async def test_what_a_service_answers_decides(
    world: CallingWorld, http: HttpSink, monkeypatch: pytest.MonkeyPatch, status: int, state: Delivery, why: str
) -> None:
    """Busy: again; wrong: never; unanswered: perhaps, and once more under the same key."""
    if status == -1:
        monkeypatch.setattr(messages.send_by_apprise, "__defaults__", (UNANSWERED_S,))
    world.heed(fleet(http=http.port, steps="[bernd]"))
    http.status = status
    await world.open()
    await world.passing(31)
    (row,) = await world.rows()
    assert (row.state, row.error) == (state, why)
    http.status = 200
    await world.passing(notifying.AGAIN_S)
    (row,) = await world.rows()
    assert row.state == (Delivery.FAILED if status == 404 else Delivery.SENT)
    assert set(http.keys) == {row.key}
    assert len(http.keys) == (1 if status == 404 else 2)


async def test_an_attempt_that_takes_too_long_is_given_up(
    world: CallingWorld, mail: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that hangs after it has the mail: whoever waits gets his answer at the limit, and others are sent."""
    monkeypatch.setattr(notifying, "SEND_S", UNANSWERED_S)
    mail.answer = "hang"
    await world.open()
    await world.passing(31)
    (row,) = await world.rows()
    assert (row.state, row.error) == (Delivery.MAYBE, "nothing was heard for 2s")


async def test_what_comes_within_two_minutes_goes_as_one_message(world: CallingWorld, mail: MailSink) -> None:
    """The first at once; five more wait and go together, each with its line."""
    first = await world.open("first")
    await world.passing(31)
    others = [await world.open(f"trouble {number}") for number in range(5)]
    await world.passing(31)
    assert mail.subjects == ["[P3] INC-1 first"]
    await world.passing(90)
    assert mail.subjects[1:] == ["5 notifications: [P3] INC-2 trouble 0"]
    text = mail.kept[1].get_payload(decode=True)
    assert isinstance(text, bytes)
    assert all(f"trouble {number}".encode() in text for number in range(5))
    assert (await world.said(others[2]))[-1] == "sent, in one message with 4 more, to anna by mail"
    assert (await world.said(first))[-1] == "sent to anna by mail"


async def test_a_way_that_had_its_limit_waits_and_says_so(world: CallingWorld, mail: MailSink) -> None:
    """Two in ten minutes: the third and fourth wait for the first to be ten minutes old, and go together."""
    spec = world.fleet.oncall
    anna = replace(spec.contacts[0], ways=(Way("mail", "anna@example.org", limit=2, limit_s=600.0),))
    world.heed(replace(world.fleet, oncall=replace(spec, contacts=(anna, *spec.contacts[1:]))))
    for _ in range(2):
        await world.open()
        await world.passing(31)
        await world.passing(120)
    assert len(mail.kept) == 2
    third = await world.open("third")
    await world.passing(31)
    await world.passing(120)
    assert len(mail.kept) == 2
    said = (await world.said(third))[-1]
    assert said == "not sent yet to anna by mail: 2 messages went this way within 10 min, which is its limit"
    await world.open("fourth")
    await world.passing(300)
    assert mail.subjects[2:] == ["2 notifications: [P3] INC-3 third"]


async def test_what_waited_until_it_was_acknowledged_is_not_sent(world: CallingWorld, mail: MailSink) -> None:
    """anna sleeps till 16:00; carl took it at 15:00: she is not told of it in the afternoon, nor of its end."""
    world.heed(fleet(mail.port, steps="[anna]", anna=', quiet: "14:00-16:00"'))
    number = await world.open()
    await world.passing(31)
    world.now = BEGIN + 42 * 60
    await world.write(number, Happened(Happening.ACKNOWLEDGED, "acknowledged", "carl"), acked_by="carl")
    await world.write(number, alerts="resolved")
    await world.passing(1)
    await world.passing(7200)
    assert mail.kept == []
    assert [row.state for row in await world.rows()] == [Delivery.HELD, Delivery.HELD]
    assert (await world.said(number))[-2:] == [
        "not sent to anna by mail: carl has acknowledged it meanwhile",
        "not sent to anna by mail: nothing of it was sent there before",
    ]


async def test_a_test_is_sent_at_once_and_is_on_no_timeline(world: CallingWorld, mail: MailSink) -> None:
    """Even right after another message, and what is real does not wait for it."""
    await world.open()
    await world.passing(31)
    test = Queue("t" * 32, "anna", "mail", "test", 0, 0, "Test of tui-ops", "nothing is wrong")
    await world.writer.act(lambda session: queue(session, None, test, world.now))
    await world.passing(1)
    assert mail.subjects[1:] == ["Test of tui-ops"]
    await world.passing(120)
    await world.open("second")
    await world.writer.act(lambda session: queue(session, None, replace(test, key="u" * 32), world.now))
    await world.passing(31)
    assert sorted(mail.subjects[2:]) == ["Test of tui-ops", "[P3] INC-2 second"]


async def test_one_who_hangs_keeps_nobody_else_waiting(world: CallingWorld, mail: MailSink, http: HttpSink) -> None:
    """anna's mail server says nothing; bernd is told all the same."""
    mail.answer = "hang"
    world.heed(fleet(mail.port, http.port, steps="[{call: [anna, bernd]}]"))
    await world.open()
    world.now += 31
    await world.calling.look()
    await world.notifying.look()
    await until(lambda: http.kept and mail.kept, what="both were reached")

    async def bernd() -> bool:
        return [row.state for row in await world.rows()] == [Delivery.QUEUED, Delivery.SENT]

    await until(bernd, what="bernd's is settled, anna's under way")
    await world.notifying.look()
    assert await bernd()
    assert len(mail.kept) == 1
    mail.done.set()
    await world.notifying.settled()


async def test_a_secret_is_followed_and_stays_out_of_log_timeline_and_store(
    world: CallingWorld, http: HttpSink, paths: StatePaths, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The address comes from a file; a service that fails gives away neither password nor path."""
    caplog.set_level(1)
    secret = tmp_path / "url"
    secret.write_text(f"json://bernd:hunter2@127.0.0.1:{http.port}/T0KEN\n")
    way = Way("push", url=SecretRef("file", (str(secret),)))
    spec = world.fleet.oncall
    world.heed(_with_way(world.fleet, way, steps_from=fleet(steps="[bernd]")))
    number = await world.open()
    http.status = 500
    await world.passing(31)
    http.status = 0
    await world.passing(15)
    assert len(http.kept) == 2
    assert spec.contacts
    kept = paths.ops_db.read_bytes() + paths.ops_db.with_name("ops.db-wal").read_bytes()
    for word in ("hunter2", "T0KEN"):
        assert word not in caplog.text
        assert word not in "\n".join(await world.said(number))
        assert word.encode() not in kept


async def test_a_secret_that_is_not_there_is_told_and_tried_again(world: CallingWorld, tmp_path: Path) -> None:
    """The timeline names what can't be had; nothing is sent anywhere."""
    way = Way("push", url=SecretRef("file", (str(tmp_path / "gone"),)))
    world.heed(_with_way(world.fleet, way, steps_from=fleet(steps="[bernd]")))
    number = await world.open()
    await world.passing(31)
    said = (await world.said(number))[-1]
    assert said.startswith("not yet sent to bernd by push: ")
    assert "can't be read" in said


def _with_way(there: Fleet, way: Way, steps_from: Fleet) -> Fleet:
    spec = there.oncall
    contacts = (spec.contacts[0], replace(spec.contacts[1], ways=(way,)))
    return replace(there, oncall=replace(spec, contacts=contacts, policies=steps_from.oncall.policies))


KILLED = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from support.calling import CallingWorld, fleet
from tui_ops.store.paths import StatePaths
from tui_ops.store.writer import Writer

async def main():
    paths = StatePaths(Path({root!r}))
    writer = await Writer.open(paths)
    world = CallingWorld(writer, paths, fleet(mail={port}, steps="[anna]"))
    world.now = {now!r}
    await world.passing()
    await world.notifying.close()
    await writer.close()

asyncio.run(main())
"""


async def test_a_kill_between_send_and_record_repeats_that_one_under_the_same_key(
    paths: StatePaths, mail: MailSink
) -> None:
    """SIGKILL while the server has the mail and has not answered: the next start sends it once more with the same
    Message-ID, and the start after that sends nothing.
    """
    writer = await Writer.open(paths)
    world = CallingWorld(writer, paths, fleet(mail.port))
    number = await world.open()
    world.calling.close()
    await writer.close()

    async def start(now: float) -> subprocess.Popen[bytes]:
        code = KILLED.format(tests=str(Path(__file__).parents[1]), root=str(paths.root), port=mail.port, now=now)
        return await asyncio.to_thread(subprocess.Popen, [sys.executable, "-c", code])

    mail.answer = "hang"
    first = await start(BEGIN + 31)
    await until(lambda: mail.kept, 30, "the server has the mail")
    os.kill(first.pid, signal.SIGKILL)
    await asyncio.to_thread(first.wait)
    mail.done.set()
    mail.answer = "250 OK"
    for later in (40, 400):
        again = await start(BEGIN + later)
        assert await asyncio.to_thread(again.wait, 30) == 0
    assert (len(mail.ids), len(set(mail.ids))) == (2, 1)
    writer = await Writer.open(paths)
    world = CallingWorld(writer, paths, fleet(mail.port))
    said = await world.said(number)
    await writer.close()
    assert said[1:] == [
        "maybe sent to anna by mail: the engine ended before the answer came; it goes once more",
        "sent once more to anna by mail",
    ]


async def test_a_result_that_is_not_kept_is_kept_later(
    world: CallingWorld, mail: MailSink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk is full when the answer comes: it is remembered, and nothing goes a second time."""
    caplog.set_level(logging.ERROR)
    await world.open()
    world.now += 31
    await world.calling.look()

    def broken(*_: object, **__: object) -> None:
        from tui_ops.store.errors import StoreFull

        raise StoreFull("the disk is full", "make room")

    with monkeypatch.context() as full:
        full.setattr(world.notifying, "_settle", broken)
        await world.notifying.look()
        await world.notifying.settled()
    assert "was not kept" in caplog.text
    await world.passing(1)
    assert [row.state for row in await world.rows()] == [Delivery.SENT]
    assert len(mail.ids) == 1
