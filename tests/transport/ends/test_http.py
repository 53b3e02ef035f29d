"""HTTP servers that answer well, badly, slowly, endlessly, or with something else."""

import asyncio
import gzip
import ssl
from pathlib import Path

import pytest
from support.certificates import issue
from support.serving import Serve, Talk
from support.sshd import BlackHole

from tui_ops.model.checks import HttpWish
from tui_ops.transport.ends.http import BODY_LIMIT, ask_http
from tui_ops.transport.ends.seen import CantTell, HttpSeen, NotReached

ROOT = issue("Test Root", authority=True)


def answers(head: str, body: bytes = b"", asked: list[bytes] | None = None) -> Talk:
    """Return a server that reads one request, keeps it, and answers so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(request)
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return talk


async def ask(
    serve: Serve, talk: Talk, wish: HttpWish | None = None, tls: ssl.SSLContext | None = None, timeout_s: float = 10.0
) -> HttpSeen:  # fmt: skip
    address = await serve(talk, tls)
    scheme = "https" if tls else "http"
    return await ask_http(
        f"{scheme}://localhost:{address.port}/a%2Fb%7E?c=d", wish or HttpWish(), {"X-Our": "own"}, timeout_s
    )


async def test_an_answer(serve: Serve) -> None:
    """Status, reason and text; the request asks for what the check says, and for nothing packed."""
    asked: list[bytes] = []
    found = await ask(serve, answers("HTTP/1.1 200 Fine\nContent-Length: 5", b"hello", asked), HttpWish("GET"))
    assert (found.status, found.reason, found.body, found.cut) == (200, "Fine", b"hello", False)
    assert asked[0].startswith(b"GET /a%2Fb%7E?c=d HTTP/1.1\r\n")
    for line in (b"X-Our: own", b"Accept-Encoding: identity", b"User-Agent: tui-ops/"):
        assert line in asked[0]


async def test_the_time_of_each_step(serve: Serve, tmp_path: Path) -> None:
    """Name, connection, handshake and first byte, which together are not more than the whole."""
    (tmp_path / "ca.pem").write_bytes(ROOT.pem)
    context = issue("site", ROOT, ("localhost",)).server(tmp_path / "site")

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await writer.drain()

    found = await ask(serve, slow, HttpWish(ca=str(tmp_path / "ca.pem")), context)
    steps = found.times.steps()
    assert list(steps) == ["dns", "connect", "tls", "first byte", "total"]
    assert all(value > 0 for value in steps.values()), steps
    assert steps["first byte"] >= 0.2
    assert sum(steps.values()) - steps["total"] <= steps["total"], "no moment is counted twice"
    assert steps["connect"] < steps["tls"], "a handshake on loopback takes longer than a connection"


async def test_without_tls_there_is_no_handshake(serve: Serve) -> None:
    """And an address needs no name server."""
    address = await serve(answers("HTTP/1.0 204 No Content"))
    found = await ask_http(f"http://{address}/", HttpWish(), {}, 10.0)
    assert list(found.times.steps()) == ["connect", "first byte", "total"]


@pytest.mark.parametrize("issued", [issue("own", None, ("localhost",)), issue("wrong", ROOT, ("x.example",))])
async def test_certificates_are_trusted_or_not(serve: Serve, tmp_path: Path, issued: object) -> None:
    """An untrusted or misnamed one is a failure that says why, unless the check says that it does not matter."""
    (tmp_path / "ca.pem").write_bytes(ROOT.pem)
    context = issued.server(tmp_path / "site")
    talk = answers("HTTP/1.0 200 OK", b"in")
    with pytest.raises(NotReached, match=r"certificate of .* is not trusted: .*(self-signed|mismatch)"):
        await ask(serve, talk, HttpWish(ca=str(tmp_path / "ca.pem")), context)
    assert (await ask(serve, talk, HttpWish(verify=False), context)).body == b"in"


async def test_redirections_are_answers(serve: Serve) -> None:
    """They are not followed: where they lead to is another check."""
    found = await ask(serve, answers("HTTP/1.1 302 Found\nLocation: http://127.0.0.1:1/\nContent-Length: 0"))
    assert found.status == 302


async def test_an_endless_answer_is_cut(serve: Serve) -> None:
    """No more than its beginning is read, whatever length it claims."""

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    found = await ask(serve, flood)
    assert (len(found.body), found.cut) == (BODY_LIMIT, True)


async def test_what_is_packed_stays_packed(serve: Serve) -> None:
    """A small packed answer that would unpack to gigabytes costs nothing."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    head = f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(bomb)}"
    assert (await ask(serve, answers(head, bomb))).body == bomb


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (answers("220 mail.example ESMTP"), "does not answer by HTTP"),
        (answers("HTTP/1.1 200 OK\nX: " + "y" * 40_000), "does not answer by HTTP"),
        (answers("HTTP/1.1 200 OK\nContent-Length: 10", b"short"), "does not answer by HTTP"),
    ],
)
async def test_what_is_no_http(serve: Serve, talk: Talk, said: str) -> None:
    """Another protocol, a head without end, and half an answer."""
    with pytest.raises(NotReached, match=said):
        await ask(serve, talk)


async def test_who_does_not_answer(serve: Serve) -> None:
    """One that hangs up, one that is silent, one that is dropped, a closed port and a name that nobody has."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    with pytest.raises(NotReached, match="ended the connection"):
        await ask(serve, hang_up)
    address = await serve()
    with pytest.raises(NotReached, match=r"did not answer within 0\.3 s"):
        await ask_http(f"http://{address}/", HttpWish(), {}, 0.3)
    hole = BlackHole(dropped=True)
    try:
        with pytest.raises(NotReached, match=r"did not answer within 0\.3 s"):
            await ask_http(f"http://{hole.address}:{hole.port}/", HttpWish(), {}, 0.3)
    finally:
        hole.close()
    with pytest.raises(NotReached, match="refuses connections"):
        await ask_http(f"http://{hole.address}:{hole.port}/", HttpWish(), {}, 5.0)
    with pytest.raises(NotReached, match=r"nobody\.invalid has no address"):
        await ask_http("http://nobody.invalid/", HttpWish(), {}, 10.0)


async def test_tls_where_there_is_none(serve: Serve) -> None:
    """HTTPS at a port of HTTP, said so."""

    async def complain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        await writer.drain()

    address = await serve(complain)
    with pytest.raises(NotReached, match=r"shakes no hands by TLS|ended the connection"):
        await ask_http(f"https://{address}/", HttpWish(), {}, 5.0)


async def test_authorities_that_can_t_be_read(tmp_path: Path) -> None:
    """That is our own fault."""
    with pytest.raises(CantTell, match="authorities in"):
        await ask_http("https://127.0.0.1:1/", HttpWish(ca=str(tmp_path / "none")), {}, 5.0)
