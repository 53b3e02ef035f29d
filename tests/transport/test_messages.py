"""Mail over TLS with a password, by a real server; and what goes wrong with either before anything is given away."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from support.certificates import Issued, issue
from support.sinks import MailSink

from tui_ops.model.oncall import MailServer, Tls
from tui_ops.transport.messages import Answer, Message, Outcome, Progress, message_id, send_mail

MESSAGE = Message("[P1] INC-1 down", "body", "k" * 32, 1_795_616_280.0)

Serve = Callable[..., Awaitable[int]]


class Post:
    """A mail server that wants a password over TLS."""

    def __init__(self) -> None:
        self.sink = MailSink()
        self.passwords: list[str] = []

    def check(self, _server: object, _session: object, _envelope: object, _how: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.passwords.append(given.password.decode())
        return AuthResult(success=given.password == b"hunter2", handled=False)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Issued:
    """An authority that this machine trusts."""
    made = issue("authority", authority=True)
    (tmp_path / "ca.pem").write_bytes(made.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
async def serve(post: Post) -> AsyncIterator[Serve]:
    """Opens the server: ``await serve(context, tls)`` gives its port."""
    async with AsyncExitStack() as stack:

        async def opened(context: ssl.SSLContext | None, tls: Tls) -> int:
            loop = asyncio.get_running_loop()
            starttls = context if tls is Tls.STARTTLS else None

            def made() -> SMTP:
                return SMTP(post.sink, loop=loop, hostname="sink", tls_context=starttls, authenticator=post.check,
                            auth_require_tls=tls is Tls.STARTTLS)  # fmt: skip

            server = await loop.create_server(made, "127.0.0.1", 0, ssl=context if tls is Tls.TLS else None)
            stack.callback(server.close)
            port: int = server.sockets[0].getsockname()[1]
            return port

        yield opened


async def send(port: int, tls: Tls, password: str = "hunter2", user: str = "desk") -> Answer:
    server = MailServer("127.0.0.1", port, tls, "desk@example.org", user)
    return await asyncio.to_thread(send_mail, server, password, "anna@example.org", MESSAGE, Progress())


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
async def test_mail_goes_over_tls_with_its_password(
    tls: Tls, serve: Serve, post: Post, authority: Issued, tmp_path: Path
) -> None:
    """Both ways to secure a connection, with a certificate made out to the server's address."""
    port = await serve(issue("mail", authority, ("127.0.0.1",)).server(tmp_path / "mail"), tls)
    assert await send(port, tls) == Answer(Outcome.SENT)
    assert (post.passwords, post.sink.ids) == (["hunter2"], [f"<{'k' * 32}@example.org>"])
    mail = post.sink.kept[0]
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("[P1] INC-1 down", "auto-generated")
    assert mail["Date"] == "Wed, 25 Nov 2026 14:18:00 -0000"


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
async def test_a_server_that_nobody_vouches_for_gets_no_password(
    tls: Tls, serve: Serve, post: Post, tmp_path: Path
) -> None:
    """It fails for good, and says that it is the certificate."""
    port = await serve(issue("mail", names=("127.0.0.1",)).server(tmp_path / "mail"), tls)
    answer = await send(port, tls)
    assert answer.outcome is Outcome.FAILED
    assert "certificate that is not trusted" in answer.why
    assert (post.passwords, post.sink.kept) == ([], [])


async def test_a_wrong_password_fails_for_good_and_is_not_told(
    serve: Serve, post: Post, authority: Issued, tmp_path: Path
) -> None:
    """And is tried once: trying again, or by another way, would lock the account."""
    port = await serve(issue("mail", authority, ("127.0.0.1",)).server(tmp_path / "mail"), Tls.TLS)
    answer = await send(port, Tls.TLS, "wrong-s3cret")
    assert answer.outcome is Outcome.FAILED
    assert "refused: 535" in answer.why
    assert "s3cret" not in answer.why
    assert post.passwords == ["wrong-s3cret"]


async def test_a_server_without_tls_is_not_spoken_to_in_clear(serve: Serve, post: Post) -> None:
    """``starttls`` is what was asked for; a server, or someone in between, that leaves it out gets nothing."""
    port = await serve(None, Tls.NONE)
    answer = await send(port, Tls.STARTTLS)
    assert answer.outcome is Outcome.FAILED
    assert "check tls and user" in answer.why
    assert (post.passwords, post.sink.kept) == ([], [])


async def test_a_server_that_needs_nothing_gets_the_mail(serve: Serve, post: Post) -> None:
    """The mail server of the machine itself."""
    port = await serve(None, Tls.NONE)
    assert await send(port, Tls.NONE, "", user="") == Answer(Outcome.SENT)
    assert post.sink.recipients == ["anna@example.org"]


@pytest.mark.parametrize(
    ("sender", "domain"),
    [("a@example.org", "example.org"), ("a", "tui-ops.invalid"), ("a@ex ample", "tui-ops.invalid")],
)
def test_a_message_id_has_a_domain_whatever_the_sender_is(sender: str, domain: str) -> None:
    """And is the same for the same key."""
    assert message_id("k1", sender) == f"<k1@{domain}>"
