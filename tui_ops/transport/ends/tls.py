"""A TLS handshake that takes any certificate, so that one that is expired or misnamed can be told too."""

import asyncio
import ipaddress
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui_ops.model.checks import Address
from tui_ops.model.clean import clean
from tui_ops.transport.ends.chain import judged, load
from tui_ops.transport.ends.reach import connect, overdue, refused
from tui_ops.transport.ends.seen import NotReached, Times, TlsSeen
from tui_ops.transport.ends.trust import Kept, take_in

if TYPE_CHECKING:
    from cryptography import x509

GOODBYE_S = 2.0
"""Seconds that a server has to say goodbye, after which the connection is cut; the check does not wait for it."""


async def ask_tls(
    target: Address,
    timeout_s: float,
    name: str = "",
    ca: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> TlsSeen:
    """Shake hands, look at the certificate and hang up.

    Args:
        target: host and port.
        timeout_s: seconds for all of it.
        name: that the certificate must be valid for; empty for the target's host.
        ca: path of the authorities that are trusted in place of the system's.
        now: the moment by which certificates are judged.

    Raises:
        NotReached: nothing answers, or not with TLS.
        CantTell: the authorities can't be read.
    """
    roots = await _roots.of(ca)
    times, began, name = Times(), time.monotonic(), name or target.host
    try:
        async with asyncio.timeout(timeout_s):
            made, _address = await connect(target.host, target.port, times)
            reached = time.monotonic()
            found = await _shake_hands(made, None if _is_address(name) else name, str(target))
            times.tls = time.monotonic() - reached
    except TimeoutError as error:
        raise overdue(str(target), timeout_s) from error
    times.total = time.monotonic() - began
    version, cipher, sent = found
    moment = now()
    chain, wrong = judged(sent, roots, name, moment)
    return TlsSeen(version, cipher, times, name, chain, wrong, at=moment)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


async def _shake_hands(made: Any, name: str | None, where: str) -> tuple[str, str, list[bytes]]:
    """Return version, cipher and the certificates that the server sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # What is weak is to be seen, not refused: old servers need their certificates renewed too.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_connection(
            asyncio.Protocol, sock=made, ssl=context, server_hostname=name or "", ssl_shutdown_timeout=GOODBYE_S
        )
    except ssl.SSLError as error:
        why = (error.reason or "no handshake").replace("_", " ").lower()
        hint = "see whether TLS is spoken at this port, and from which version on"
        raise NotReached(f"{where} shakes no hands by TLS: {clean(why, 80)}", hint) from error
    except OSError as error:
        raise refused(error, where) from error
    try:
        shaken = transport.get_extra_info("ssl_object")
        return shaken.version() or "", (shaken.cipher() or ("",))[0], sent_by(shaken)
    finally:
        # With a goodbye: a reset at every check would fill the log of the server.
        transport.close()


def sent_by(shaken: ssl.SSLObject) -> list[bytes]:
    """Return every certificate that the other side sent, its own first.

    Before Python 3.13 only the object within knows more than the first.
    """
    ask = getattr(shaken, "get_unverified_chain", None) or getattr(
        getattr(shaken, "_sslobj", None), "get_unverified_chain", None
    )
    found: list[bytes] = []
    for one in (ask() if ask is not None else None) or ():
        found.append(one if isinstance(one, bytes) else one.public_bytes(ENCODING_DER))
    if found:
        return found
    own = shaken.getpeercert(True)
    return [own] if own else []


ENCODING_DER = 2
"""How the object within gives a certificate as bytes; its default is text."""


def _trusted(ca: str) -> "tuple[x509.Certificate, ...]":
    """Return the authorities of a file, or those of this machine where ``ca`` is empty."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    take_in(context, ca)
    found = []
    for data in context.get_ca_certs(binary_form=True):
        try:
            found.append(load(data))
        except ValueError:
            continue
    return tuple(found)


_roots = Kept(_trusted)
