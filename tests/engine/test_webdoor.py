"""The webhook door, asked by a real HTTP client and by bare sockets: formats, tokens, limits, and opening it."""

import asyncio
import base64
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp
import pytest
from support.certificates import issue
from support.waiting import until

from tui_ops.engine import webdoor, webtalk
from tui_ops.engine.webdoor import WebDoor
from tui_ops.model.alerts import Signal, Source
from tui_ops.model.doors import DoorSpec
from tui_ops.model.fleet import SecretRef
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import HostNames
from tui_ops.practices.intake.reading import BODY_LIMIT
from tui_ops.practices.intake.taken import Identity, NotTaken
from tui_ops.store.errors import StoreError

TOKEN = "0123456789abcdef0123456789abcdef"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DATA = Path(__file__).parents[1] / "practices" / "intake" / "data"
ALERT = {"alerts": [{"labels": {"alertname": "A", "instance": "web-1"}, "status": "firing"}]}
EVENT = {
    "routing_key": TOKEN, "event_action": "trigger", "dedup_key": "k1",
    "payload": {"summary": "it burns", "source": "web-1", "severity": "error"},
}  # fmt: skip


class World:
    """A door and what came through it."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.acknowledged: list[Identity] = []
        self.beats: list[tuple[str, bool, str]] = []
        self.error: Exception | None = None
        hosts = HostNames.of([("web-1", "10.0.0.1")])
        self.door = WebDoor(self.take, self.beat, self.acknowledge, lambda: hosts, retry_s=0.05)
        self.client = aiohttp.ClientSession()

    async def take(self, signals: Sequence[Signal]) -> None:
        if self.error:
            raise self.error
        self.signals += signals

    async def acknowledge(self, identities: Sequence[Identity]) -> None:
        self.acknowledged += identities

    async def beat(self, name: str, ok: bool, text: str) -> None:
        if self.error:
            raise self.error
        self.beats.append((name, ok, text))

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.door.port}{path}"

    async def post(
        self, path: str, body: object, headers: dict[str, str] = BEARER, method: str = "POST"
    ) -> tuple[int, dict[str, object]]:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        async with self.client.request(method, self.url(path), data=data, headers=headers) as response:
            assert response.headers["Content-Type"].startswith("application/json")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            return response.status, await response.json()


def spec(folder: Path, **changes: object) -> DoorSpec:
    """A door at a port that the kernel chooses, with a token in a file."""
    path = folder / "token"
    if not path.exists():
        path.write_text(TOKEN + "\n")
    return DoorSpec(**{"token": SecretRef("file", (str(path),)), "port": 0, **changes})  # type: ignore[arg-type]


@pytest.fixture
async def closed() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.client.close()
    await world.door.close()


@pytest.fixture
async def world(closed: World, tmp_path: Path) -> World:
    await closed.door.heed(spec(tmp_path))
    assert (closed.door.trouble, closed.door.port > 0) == ("", True)
    return closed


# --- formats ---


@pytest.mark.parametrize(
    ("path", "case", "source"),
    [
        ("/alertmanager", "alertmanager/0.25-firing", Source.ALERTMANAGER),
        ("/alerts", "alertmanager/0.25-firing", Source.ALERTMANAGER),
        ("/alerts", "alertmanager/api-v2", Source.ALERTMANAGER),
        ("/grafana", "grafana/11-firing", Source.GRAFANA),
        ("/alerts", "grafana/11-firing", Source.GRAFANA),
        ("/nagios", "nagios/send-nsca", Source.NAGIOS),
        ("/v1/actions/process-check-result", "icinga/service", Source.NAGIOS),
        ("/alerts/", "pagerduty/trigger", Source.PAGERDUTY),
    ],
)
async def test_each_format_has_its_place(world: World, path: str, case: str, source: Source) -> None:
    """A message is answered with success once it is taken, under the source that sent it."""
    status, _ = await world.post(path, (DATA / f"{case}.txt").read_bytes())
    assert status == 200
    assert {signal.source for signal in world.signals} == {source}


async def test_pagerduty_is_answered_as_it_answers_itself(world: World) -> None:
    """202 with the key, which is the same of trigger, acknowledge and resolve. The routing key is the token."""
    status, said = await world.post("/v2/enqueue", EVENT, {})
    assert (status, said) == (202, {"status": "success", "message": "Event processed", "dedup_key": "k1"})
    same = {"routing_key": TOKEN, "dedup_key": "k1"}
    assert (await world.post("/v2/enqueue", {**same, "event_action": "acknowledge"}, {}))[0] == 202
    assert (await world.post("/v2/enqueue", {**same, "event_action": "resolve"}, {}))[0] == 202
    fired, over = world.signals
    assert (fired.severity, fired.host, over.severity) == (Severity.CRITICAL, "web-1", Severity.OK)
    assert (fired.source, fired.rule, fired.subject) == (over.source, over.rule, "web-1")
    assert [(one.source, one.rule) for one in world.acknowledged] == [(fired.source, fired.rule)]


async def test_an_event_without_a_key_gets_one(world: World) -> None:
    """The same for the same trouble, and enough to resolve it."""
    plain = {name: value for name, value in EVENT.items() if name != "dedup_key"}
    keys = {str((await world.post("/v2/enqueue", plain, {}))[1]["dedup_key"]) for _ in range(2)}
    assert len(keys) == 1
    await world.post("/v2/enqueue", {"routing_key": TOKEN, "event_action": "resolve", "dedup_key": keys.pop()}, {})
    assert len({signal.rule for signal in world.signals}) == 1


async def test_icinga_may_name_the_object_in_the_address(world: World) -> None:
    """As its own clients do; the answer has its form."""
    path = "/v1/actions/process-check-result?service=web-1!http"
    status, said = await world.post(path, {"exit_status": 2, "plugin_output": "bad"})
    assert (status, said["results"]) == (200, [{"code": 200.0, "status": "Successfully processed check result."}])
    assert (world.signals[0].rule, world.signals[0].subject) == ("http", "web-1")


@pytest.mark.parametrize(
    ("path", "method", "body", "wanted"),
    [
        ("/beat/backup", "GET", "", ("backup", True, "")),
        ("/beat/backup", "POST", "14 GiB\n", ("backup", True, "14 GiB")),
        ("/beat/backup?text=14+GiB", "GET", "", ("backup", True, "14 GiB")),
        ("/beat/backup/0", "GET", "", ("backup", True, "")),
        ("/beat/backup/fail", "POST", "no space", ("backup", False, "no space")),
        ("/beat/backup/fail", "GET", "", ("backup", False, "")),
        ("/beat/backup/127", "GET", "", ("backup", False, "exit code 127")),
    ],
)
async def test_a_job_reports(world: World, path: str, method: str, body: str, wanted: tuple[str, bool, str]) -> None:
    """By a plain address, with its exit code behind its name where that is at hand."""
    assert (await world.post(path, body, method=method))[0] == 200
    assert world.beats == [wanted]


async def test_a_report_in_json_has_nothing_to_say(world: World) -> None:
    """Alertmanager's Watchdog may be routed to a job; its message is no line for people."""
    body = (DATA / "alertmanager" / "0.25-firing.txt").read_bytes()
    assert (await world.post("/beat/watchdog", body, {**BEARER, "Content-Type": "application/json"}))[0] == 200
    assert world.beats == [("watchdog", True, "")]


# --- refusals ---


@pytest.mark.parametrize(
    "case", sorted(DATA.glob("*/refused-*.txt")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
async def test_what_can_not_be_used_is_refused_with_its_field(world: World, case: Path) -> None:
    """400 with the same words as on the command line; nothing of the message comes back, nothing is taken."""
    path = {"pagerduty": "/v2/enqueue", "icinga": "/v1/actions/process-check-result"}.get(
        case.parent.name, f"/{case.parent.name}"
    )
    # What Nagios sends is of now; a result of yesterday is refused for that alone.
    body = case.read_bytes().replace(b"1795860000", f"{time.time():.0f}".encode())
    status, said = await world.post(path, body)
    refused = json.loads(case.with_suffix(".json").read_text())["refused"]
    assert status == 400
    assert isinstance(said["errors"], list)
    assert said["errors"][0].startswith(refused)
    assert world.signals == []


async def test_nothing_of_a_message_is_reflected(world: World) -> None:
    """Not in an answer, whatever stood in the body or in the address."""
    evil = "<script>alert(1)</script>"
    for path, body in (
        ("/alerts", {evil: evil}), ("/alertmanager", {"alerts": [{"labels": {evil: 5}}]}), ("/nagios", evil),
        (f"/{evil}", evil), (f"/beat/{evil}", ""), ("/v2/enqueue", {"event_action": evil}),
    ):  # fmt: skip
        assert evil not in json.dumps(await world.post(path, body))


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Authorization": "Bearer"}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": f"Token {TOKEN}"},
        {"Authorization": "Basic !!!"}, {"Authorization": "Basic " + base64.b64encode(b"x:wrong").decode()},
        {"Authorization": "Bearer " + "x" * 5000},
    ],
)  # fmt: skip
async def test_without_the_token_nothing_is_taken(world: World, headers: dict[str, str]) -> None:
    """401 at every place, and no word of what is wrong with it."""
    for path, body in (("/alerts", ALERT), ("/beat/backup", ""), ("/v2/enqueue", {**EVENT, "routing_key": "R" * 32})):
        status, said = await world.post(path, body, headers)
        assert (status, said["message"]) == (401, "the token is missing or wrong")
    assert (world.signals, world.beats) == ([], [])


async def test_the_token_may_be_the_password_of_basic(world: World) -> None:
    """For senders that know nothing else, Icinga's clients for one."""
    basic = {"Authorization": "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode()}
    assert (await world.post("/alerts", ALERT, basic))[0] == 200


async def test_other_places_and_methods(world: World) -> None:
    """404 for what is not there, 405 for what is asked in the wrong way."""
    for path in ("/", "/alert", "/beat", "/beat/", "/beat/a/b", "/beat/-x", "/beat/" + "x" * 64, "/beat/a/1000"):
        assert (await world.post(path, ""))[0] == 404
    assert (await world.post("/alerts", "", method="GET"))[0] == 405
    assert (await world.post("/beat/x", "", method="DELETE"))[0] == 405


async def test_what_was_not_kept_is_asked_for_again(world: World) -> None:
    """503 while the store fails; a job that nobody knows is refused by the one who keeps the reports."""
    world.error = StoreError("the disk is full")
    assert (await world.post("/alerts", ALERT))[0] == 503
    assert (await world.post("/beat/backup", ""))[0] == 503
    world.error = RuntimeError("a mistake of ours, with a secret in it")
    status, said = await world.post("/alerts", ALERT)
    assert (status, "secret" in str(said)) == (500, False)
    world.error = NotTaken("name", "the inventory does not name this job")
    assert (await world.post("/beat/backup", ""))[0] == 400
    world.error = None
    assert (await world.post("/alerts", ALERT))[0] == 200
    assert len(world.signals) == 1


# --- limits ---


async def test_a_body_beyond_the_limit_is_refused(world: World) -> None:
    """By its announced length, and by its bytes where it announces none; packed bodies are not unpacked."""

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 65536 + 1):
            yield b" " * 65536

    assert (await world.post("/alerts", b" " * (BODY_LIMIT + 1)))[0] == 413
    async with world.client.post(world.url("/alerts"), data=stream(), headers=BEARER) as response:
        assert response.status == 413
    assert (await world.post("/alerts", b"x", {**BEARER, "Content-Encoding": "gzip"}))[0] == 415
    assert (await world.post("/alerts", json.dumps(ALERT).ljust(BODY_LIMIT)))[0] == 200


async def test_a_slow_body_does_not_wait_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """408 after its time, while others are served."""
    monkeypatch.setattr(webtalk, "BODY_S", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
    head = f"POST /alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b"{")
    assert (await world.post("/alerts", ALERT))[0] == 200
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_a_connection_that_asks_nothing_is_ended(closed: World, tmp_path: Path, monkeypatch) -> None:
    """Silent ones, and those that send a header byte by byte, make room after a time."""
    monkeypatch.setattr(webdoor, "HEADER_S", 0.3)
    await closed.door.heed(spec(tmp_path))
    reader, writer = await asyncio.open_connection("127.0.0.1", closed.door.port)
    writer.write(b"POST /alerts HTTP/1.1\r\nHost: ")
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


async def test_connections_have_a_limit_and_make_room_again(world: World) -> None:
    """One too many is hung up on at once; when others have gone, the door answers as before."""
    links = [await asyncio.open_connection("127.0.0.1", world.door.port) for _ in range(webdoor.CONNECTIONS_MOST)]
    reader, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
    ended = await asyncio.gather(asyncio.wait_for(reader.read(), webdoor.HEADER_S / 3), return_exceptions=True)
    assert ended == [b""] or isinstance(ended[0], ConnectionError)
    writer.close()
    for _, one in links:
        one.close()

    async def answered() -> bool:
        try:
            return (await world.post("/alerts", ALERT))[0] == 200
        except aiohttp.ClientError:
            return False

    await until(answered, webdoor.HEADER_S / 3, "there is room again")


async def test_a_message_may_take_longer_than_its_header(closed: World, tmp_path: Path, monkeypatch) -> None:
    """The time to ask is over when it has asked: a slow disk does not cut the answer off."""
    monkeypatch.setattr(webdoor, "HEADER_S", 0.1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_signals: Sequence[Signal]) -> None:
        begun.set()
        await go_on.wait()

    closed.door = WebDoor(slowly, closed.beat)
    await closed.door.heed(spec(tmp_path))
    asked = asyncio.create_task(closed.post("/alerts", ALERT))
    await until(begun.is_set, 10, "the message is on its way to the disk")
    # A connection that came later has had its time by now, so the first has too.
    reader, writer = await asyncio.open_connection("127.0.0.1", closed.door.port)
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    go_on.set()
    assert (await asked)[0] == 200


async def test_large_headers_are_refused(world: World) -> None:
    """A header beyond eight kilobytes, or too many of them, ends the request."""
    for lines in ("X: " + "y" * 100_000, "\r\n".join(f"X-{one}: y" for one in range(1000))):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
        writer.write(f"POST /alerts HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
        writer.close()
    assert (await world.post("/alerts", ALERT))[0] == 200


async def test_bytes_that_are_no_request_harm_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Noise, a TLS greeting, and a request that breaks off; nothing of it comes back, or fills the log."""
    for noise in (b"\x16\x03\x01\x02\x00" + b"\x01" * 200, b"\x00" * 5000, b"GET", b"POST /alerts HTTP/9.9\r\n\r\n"):
        _, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
        writer.write(noise)
        await writer.drain()
        writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
    writer.write(b"POST /alerts EVIL/9.9\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert b"EVIL" not in answer
    writer.close()
    assert (await world.post("/alerts", ALERT))[0] == 200
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


async def test_connections_that_come_and_go_take_no_room(world: World) -> None:
    """Three hundred that say nothing and leave, as port scanners do; the next one is served at once."""
    for _ in range(300):
        _, writer = await asyncio.open_connection("127.0.0.1", world.door.port)
        writer.close()
        await writer.wait_closed()
    await until(lambda: not world.door._young, webdoor.HEADER_S / 3, "none is remembered")
    assert (await world.post("/alerts", ALERT))[0] == 200


async def test_a_sender_that_comes_too_often_waits(world: World) -> None:
    """429 with a time; who does not know the token can't use up what those may send who do."""
    statuses = set()
    for _ in range(webtalk.BURST + 60):
        async with world.client.post(world.url("/alerts"), data="{}", headers={"Authorization": "x"}) as response:
            statuses.add((response.status, response.headers.get("Retry-After")))
    assert statuses == {(401, None), (429, str(webtalk.AGAIN_S))}
    assert (await world.post("/alerts", ALERT))[0] == 200


def test_a_bucket_fills_again() -> None:
    """So many at once, then so many a second."""
    now = [0.0]
    bucket = webtalk.Bucket(2.0, 3.0, lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert sum(bucket.take() for _ in range(10)) == 3


async def test_a_flood_of_alerts_and_of_messages(world: World) -> None:
    """Five hundred alerts in one message, then five hundred messages: all are taken, and others have their turn."""
    many = {"alerts": [{"labels": {"alertname": "A", "instance": f"h{one}"}} for one in range(500)]}
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    assert (await world.post("/alertmanager", many))[0] == 200
    gate = asyncio.Semaphore(20)

    async def one(number: int) -> int:
        async with gate:
            return (await world.post("/v2/enqueue", {**EVENT, "dedup_key": f"k{number}"}, {}))[0]

    assert set(await asyncio.gather(*(one(number) for number in range(500)))) == {202}
    watching.cancel()
    assert len({(signal.rule, signal.subject) for signal in world.signals}) == 1000
    assert turns > 100, "polls had their turn after every few messages"


# --- opening, moving, closing ---


async def test_the_door_follows_the_inventory(closed: World, tmp_path: Path) -> None:
    """It moves to another port, takes over prefix, severity and token where it stands, and closes."""
    await closed.door.heed(spec(tmp_path))
    first = closed.door.port
    await closed.door.heed(spec(tmp_path, prefix="/ops", severity=Severity.WARNING))
    assert closed.door.port == first
    assert (await closed.post("/alerts", ALERT))[0] == 404
    assert (await closed.post("/ops/alerts", ALERT))[0] == 200
    assert closed.signals[0].severity is Severity.WARNING
    (tmp_path / "other").write_text("another token, long enough")
    await closed.door.heed(spec(tmp_path, token=SecretRef("file", (str(tmp_path / "other"),))))
    assert (await closed.post("/alerts", ALERT))[0] == 401
    assert (await closed.post("/alerts", ALERT, {"Authorization": "Bearer another token, long enough"}))[0] == 200
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = taken.getsockname()[1]
    await closed.door.heed(spec(tmp_path, port=free))
    assert (closed.door.port, closed.door.trouble) == (free, "")
    await closed.door.heed(None)
    assert closed.door.port == 0
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", free)


async def test_an_address_in_use_is_told_and_tried_again(closed: World, tmp_path: Path) -> None:
    """The engine goes on; when the other program has gone, the door opens by itself."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        await closed.door.heed(spec(tmp_path, port=port))
        assert closed.door.trouble.startswith(f"the door can't listen at 127.0.0.1:{port}: ")
        assert "in use" in closed.door.trouble
    await until(lambda: closed.door.port == port, 10, "it opens")
    await until(lambda: closed.door.trouble == "", 10, "nothing is told any more")
    assert (await closed.post("/alerts", ALERT))[0] == 200


async def test_without_a_token_the_door_stays_closed(closed: World, tmp_path: Path) -> None:
    """One that can't be had, and one that could be guessed; both are told without the secret."""
    await closed.door.heed(spec(tmp_path, token=SecretRef("file", (str(tmp_path / "nowhere"),))))
    assert (closed.door.port, "can't be had" in closed.door.trouble) == (0, True)
    (tmp_path / "short").write_text("hunter2")
    await closed.door.heed(spec(tmp_path, token=SecretRef("file", (str(tmp_path / "short"),))))
    assert (closed.door.port, "longer one" in closed.door.trouble) == (0, True)
    assert "hunter2" not in closed.door.trouble
    await closed.door.heed(None)
    assert closed.door.trouble == ""


async def test_tls_and_its_renewal(closed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain and key of the inventory; when the files are renewed, new connections get the new one."""
    monkeypatch.setattr(webdoor, "RENEW_S", 0.05)
    authority = issue("the test's", authority=True)
    chain, key = issue("door", authority, ("127.0.0.1",)).files(tmp_path / "tls")
    trusting = ssl.create_default_context(cadata=authority.pem.decode())
    await closed.door.heed(spec(tmp_path, certificate=str(chain), key=str(key)))
    assert closed.door.trouble == ""

    async def serial() -> str:
        _, writer = await asyncio.open_connection("127.0.0.1", closed.door.port, ssl=trusting)
        found = writer.get_extra_info("peercert")["serialNumber"]
        writer.close()
        return str(found)

    url = f"https://127.0.0.1:{closed.door.port}/alerts"
    async with closed.client.post(url, json=ALERT, headers=BEARER, ssl=trusting) as response:
        assert response.status == 200
    first = await serial()
    issue("door", authority, ("127.0.0.1",)).files(tmp_path / "tls")

    async def renewed() -> bool:
        return await serial() != first

    await until(renewed, 10, "the new certificate is shown")
    await closed.door.heed(spec(tmp_path, certificate=str(tmp_path / "none.pem")))
    assert closed.door.trouble.startswith("the door stays closed: its certificate can't be used: ")


async def test_closing_ends_what_is_open(closed: World, tmp_path: Path) -> None:
    """Within seconds, with connections that say nothing; it may be closed twice, and without having been open."""
    await closed.door.heed(spec(tmp_path))
    reader, writer = await asyncio.open_connection("127.0.0.1", closed.door.port)
    await until(lambda: closed.door.port, 5)
    began = time.monotonic()
    await closed.door.close()
    await closed.door.close()
    assert time.monotonic() - began < 5
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    await World().client.close()
