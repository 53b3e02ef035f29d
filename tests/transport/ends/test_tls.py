"""TLS servers with good, expired, misnamed, unchained and unknown certificates."""

import asyncio
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import Issued, issue
from support.serving import Serve

from tui_ops.model.checks import Address
from tui_ops.transport.ends.chain import fits, judged, read_chain
from tui_ops.transport.ends.seen import CantTell, NotReached, TlsSeen
from tui_ops.transport.ends.tls import ask_tls

ROOT = issue("Test Root", authority=True, days=(-100, 1000))
MIDDLE = issue("Test Middle", ROOT, authority=True, days=(-50, 500))
OLD_MIDDLE = issue("Old Middle", ROOT, authority=True, days=(-50, -1))
OTHER = issue("Other Root", authority=True)
ONE = issue("one", ROOT, ("localhost",))


@pytest.fixture
def ca(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    return str(path)


async def seen(serve: Serve, folder: Path, ca: str, issued: Issued, *above: Issued, name: str = "localhost") -> TlsSeen:
    address = await serve(tls=issued.server(folder, *above))
    return await ask_tls(address, 10.0, name, ca)


async def test_a_good_chain(serve: Serve, tmp_path: Path, ca: str) -> None:
    """No fault; every certificate as it was sent, the days that are left, and the time of each step."""
    found = await seen(serve, tmp_path, ca, issue("site", MIDDLE, ("localhost", "127.0.0.1")), MIDDLE)
    assert found.faults == ()
    assert [one.subject for one in found.chain] == ["site", "Test Middle"]
    assert [one.issuer for one in found.chain] == ["Test Middle", "Test Root"]
    assert found.chain[0].names == ("localhost", "127.0.0.1")
    assert timedelta(days=89) < found.chain[0].not_after - datetime.now(UTC) < timedelta(days=90)
    assert found.version.startswith("TLSv1.")
    assert found.cipher
    steps = found.times.steps()
    assert list(steps) == ["connect", "tls", "total"]
    assert 0 < steps["connect"] < steps["tls"] < steps["total"] < 5


@pytest.mark.parametrize(
    ("issued", "above", "fault"),
    [
        (issue("old", ROOT, ("localhost",), (-90, -3)), (), None),
        (issue("wrong", ROOT, ("www.example.org",)), (), "made out to www.example.org, not to localhost"),
        (issue("nameless", ROOT), (), "made out to no name, not to localhost"),
        (issue("alone", MIDDLE, ("localhost",)), (), "of its authority Test Middle is neither sent nor known here"),
        (issue("own", None, ("localhost",)), (), "self-signed"),
        (issue("strange", OTHER, ("localhost",)), (OTHER,), "the authority Other Root is not trusted here"),
        (issue("late", OLD_MIDDLE, ("localhost",)), (OLD_MIDDLE,), "authority Old Middle is out of date"),
        (issue("client", ROOT, ("localhost",), purpose=ExtendedKeyUsageOID.CLIENT_AUTH), (), "not made for servers"),
        (issue("any", ROOT, ("localhost",), purpose=None), (), None),
        (issue("wild", ROOT, ("*.example.org",)), (), "made out to *.example.org, not to localhost"),
    ],
    ids=lambda value: value.certificate.subject.rfc4514_string() if isinstance(value, Issued) else "",
)
async def test_what_is_wrong(
    serve: Serve, tmp_path: Path, ca: str, issued: Issued, above: tuple[Issued, ...], fault: str | None
) -> None:
    """Each fault is told, and the certificate is read all the same. Age is a number, not a fault."""
    found = await seen(serve, tmp_path, ca, issued, *above)
    assert len(found.faults) == (1 if fault else 0), found.faults
    assert fault is None or fault in found.faults[0]
    assert found.chain[0].subject in issued.certificate.subject.rfc4514_string()


async def test_one_that_may_not_sign(serve: Serve, tmp_path: Path, ca: str) -> None:
    """A server's certificate that was used to sign another is no authority."""
    between = issue("between", ROOT, ("localhost",))
    found = await seen(serve, tmp_path, ca, issue("below", between, ("localhost",)), between)
    assert found.faults == ("between, which signed it, is no authority",)


async def test_an_authority_that_only_looks_like_ours(serve: Serve, tmp_path: Path, ca: str) -> None:
    """The same name with another key is another authority."""
    false_root = issue("Test Root", authority=True)
    found = await seen(serve, tmp_path, ca, issue("site", false_root, ("localhost",)), false_root)
    assert found.faults == ("the authority Test Root is not trusted here",)


async def test_the_order_of_the_chain_does_not_matter(serve: Serve, tmp_path: Path, ca: str) -> None:
    """Servers send them in any order, and more than they need."""
    low = issue("Low", MIDDLE, authority=True)
    found = await seen(serve, tmp_path, ca, issue("site", low, ("localhost",)), OTHER, MIDDLE, low, ROOT)
    assert found.faults == ()


async def test_the_machine_s_own_authorities(serve: Serve, tmp_path: Path) -> None:
    """Without a file those of the machine are trusted, and ours is not one of them."""
    found = await seen(serve, tmp_path, "", issue("site", ROOT, ("localhost",)))
    assert found.faults == ("the certificate of its authority Test Root is neither sent nor known here",)


async def test_a_name_that_is_asked_for(serve: Serve, tmp_path: Path, ca: str) -> None:
    """The server is told the name (SNI), and shows the certificate that goes with it."""
    context = issue("first", ROOT, ("first.example",)).server(tmp_path / "a")
    second = issue("second", ROOT, ("second.example",)).server(tmp_path / "b")

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name == "second.example":
            connection.context = second

    context.sni_callback = choose
    address = await serve(tls=context)
    found = await ask_tls(address, 10.0, "second.example", ca)
    assert (found.chain[0].subject, found.faults) == ("second", ())


async def test_what_is_no_tls(serve: Serve) -> None:
    """A server that speaks first, one that hangs up, one that is silent, and a port that is closed."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n" * 20)
        await writer.drain()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    with pytest.raises(NotReached, match="shakes no hands by TLS"):
        await ask_tls(await serve(talk), 5.0)
    with pytest.raises(NotReached, match=r"ended the connection|shakes no hands"):
        await ask_tls(await serve(hang_up), 5.0)
    with pytest.raises(NotReached, match=r"did not answer within 0\.3 s"):
        await ask_tls(await serve(), 0.3)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotReached, match="refuses connections"):
            await ask_tls(Address("127.0.0.1", closed.getsockname()[1]), 5.0)


async def test_authorities_that_can_t_be_read(serve: Serve, tmp_path: Path) -> None:
    """That is our own fault, so nothing is known of the server."""
    with pytest.raises(CantTell, match="authorities in"):
        await ask_tls(await serve(), 5.0, "", str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(CantTell, match="authorities in"):
        await ask_tls(await serve(), 5.0, "", str(tmp_path / "bad.pem"))


@pytest.mark.parametrize(
    ("name", "pattern", "fit"),
    [
        ("www.example.org", "www.example.org", True),
        ("WWW.Example.org.", "www.example.ORG", True),
        ("www.example.org", "*.example.org", True),
        ("a.b.example.org", "*.example.org", False),
        ("example.org", "*.example.org", False),
        ("example.org", "*.org", False),
        ("wwwexample.org", "*example.org", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "*.0.2.1", False),
        ("2001:db8::1", "2001:0db8:0::1", True),
        ("", "", False),
    ],
)
def test_names(name: str, pattern: str, fit: bool) -> None:
    """One star for one whole first part, never for an address, never for a whole top-level domain."""
    assert fits(name, pattern) is fit


@given(st.binary(max_size=300))
def test_any_bytes_are_a_certificate_or_not_reached(data: bytes) -> None:
    """A server may send anything."""
    with pytest.raises(NotReached, match="can't be read"):
        read_chain([data])


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_certificate_is_read_or_not(at: int, other: bytes) -> None:
    """Nothing else is raised than ours, from reading to judging."""
    data = ONE.certificate.public_bytes(Encoding.DER)
    with suppress(NotReached):
        judged([data[:at] + other + data[at + len(other) :]], [ROOT.certificate], "localhost", datetime.now(UTC))


def test_a_name_of_the_wrong_kind_can_t_be_read() -> None:
    """A field that holds bits where it should hold text: the certificate stands, its name does not."""
    data = issue("Zabc").certificate.public_bytes(Encoding.DER).replace(b"\x0c\x04Zabc", b"\x03\x04\0abc")
    with pytest.raises(NotReached, match="can't be read"):
        judged([data], (), "localhost", datetime.now(UTC))
