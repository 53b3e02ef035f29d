"""One run of one check: ask, judge, and keep what people want to see of it."""

import threading
import time
from collections.abc import Awaitable, Callable

from tui_ops.collectors.checks.judges import Result, judge, judge_failure, takes_long
from tui_ops.collectors.checks.perfdata import OUTPUT_LIMIT
from tui_ops.collectors.checks.plugins import command_of
from tui_ops.inventory import InventoryError, resolve_secret
from tui_ops.model.checks import (
    TLS_PORT,
    CheckKind,
    CheckSpec,
    DnsWish,
    HttpWish,
    TlsWish,
    address_of,
)
from tui_ops.model.fleet import SecretRef
from tui_ops.transport.base import Link
from tui_ops.transport.ends.dns import ask_dns
from tui_ops.transport.ends.http import ask_http
from tui_ops.transport.ends.icmp import ask_icmp
from tui_ops.transport.ends.seen import (
    CantTell,
    DnsSeen,
    EndError,
    HttpSeen,
    IcmpSeen,
    NotReached,
    PluginSeen,
    TcpSeen,
    TlsSeen,
)
from tui_ops.transport.ends.tcp import ask_tcp
from tui_ops.transport.ends.tls import ask_tls
from tui_ops.transport.errors import ChannelRefused, Overdue
from tui_ops.transport.threads import in_thread

CHANNELS = 10
"""What sshd opens over one connection by its own default. The readings hold two, the plugins of a host up to three, and
people need some."""

CHANNELS_HINT = f"write 'MaxSessions {CHANNELS}' into its sshd_config and reload sshd, or run the plugin 'on: engine'"

_one_pattern = threading.Lock()
"""Patterns are tried one after another: each takes Python's lock from the event loop, and many would share it out."""

LinkTo = Callable[[], Awaitable[Link]]
"""Gives the connection on which a plugin runs."""


async def ask(spec: CheckSpec, link_to: LinkTo) -> Result:
    """Run a check once, its target filled in.

    Args:
        spec: the check, as :func:`tui_ops.model.checks.ask_of` made it for its host.
        link_to: where its plugin runs; asked only for a plugin.

    Raises:
        TransportError: there is no connection to the host that a plugin runs on, so nothing was tried.
    """
    try:
        seen = await _seen(spec, link_to)
    except EndError as error:
        return judge_failure(error)
    if not takes_long(spec):
        return judge(spec, seen)

    def judged() -> Result:
        with _one_pattern:
            return judge(spec, seen)

    return await in_thread(judged, "pattern of a check")


async def _seen(
    spec: CheckSpec, link_to: LinkTo
) -> HttpSeen | TcpSeen | DnsSeen | TlsSeen | IcmpSeen | PluginSeen:  # fmt: skip
    target, wish, timeout_s = spec.target[0], spec.wish, spec.timeout_s
    if spec.kind is CheckKind.HTTP:
        http = wish if isinstance(wish, HttpWish) else HttpWish()
        return await ask_http(target, http, await _headers(http), timeout_s)
    if spec.kind is CheckKind.TCP:
        return await ask_tcp(address_of(target), timeout_s)
    if spec.kind is CheckKind.DNS:
        return await ask_dns(target, wish if isinstance(wish, DnsWish) else DnsWish(), timeout_s)
    if spec.kind is CheckKind.TLS:
        tls = wish if isinstance(wish, TlsWish) else TlsWish()
        return await ask_tls(address_of(target, TLS_PORT), timeout_s, tls.name, tls.ca)
    if spec.kind is CheckKind.ICMP:
        return await ask_icmp(target, timeout_s)
    return await _run_plugin(spec, await link_to())


async def _headers(wish: HttpWish) -> dict[str, str]:
    """Return the headers with the secrets in them; each is looked up anew, since secrets are renewed."""
    found: dict[str, str] = {}
    for name, value in wish.headers:
        found[name] = await _secret(value) if isinstance(value, SecretRef) else value
    return found


async def _secret(reference: SecretRef) -> str:
    try:
        return await in_thread(lambda: resolve_secret(reference), "secret of a check")
    except InventoryError as error:
        raise CantTell(f"a header's secret can't be had: {error.message}", error.hint) from error


async def _run_plugin(spec: CheckSpec, link: Link) -> PluginSeen:
    began = time.monotonic()
    try:
        done = await link.run(command_of(spec.target, spec.timeout_s), timeout_s=spec.timeout_s, limit=OUTPUT_LIMIT)
    except Overdue as error:
        said = f"{spec.target[0][-60:]} did not end within {spec.timeout_s:g} s and was killed"
        # Critical: what a plugin that hangs asks most often hangs too.
        raise NotReached(said, "look at what it waits for, or give the check a longer 'timeout'") from error
    except ChannelRefused as error:
        said = "no channel is left for the plugin: the readings of the host hold those that its sshd opens; set "
        raise CantTell(f"{said}MaxSessions there to {CHANNELS} or more", CHANNELS_HINT) from error
    return PluginSeen(done.exit_status, done.stdout, done.stderr_tail, done.truncated, time.monotonic() - began)
