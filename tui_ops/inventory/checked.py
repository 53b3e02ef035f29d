"""The section ``checks``: what is asked of addresses, and which plugins are run, with every mistake at its place."""

import ipaddress
import re
import shlex
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, did_you_mean, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.schema import Part, TextList
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Entry, Mapping, Node, descend
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.address import AddressError, compile_pattern
from tui_ops.model.checks import (
    ATTEMPTS,
    PERIOD_S,
    RETRY_S,
    TIMEOUT_S,
    CheckKind,
    CheckSpec,
    DnsWish,
    HttpWish,
    IcmpWish,
    PluginWish,
    TargetError,
    TlsWish,
    Wish,
    address_of,
    ask_of,
    check_target,
    has_placeholder,
    is_host,
)
from tui_ops.model.clean import clean
from tui_ops.model.fleet import SecretRef
from tui_ops.model.thresholds import Range, RangeError, parse_range
from tui_ops.model.units import parse_duration

PERIOD_RANGE_S = (5.0, 86400.0)
"""Between two runs: a program that is started more often than that costs more than it tells."""

TIMEOUT_RANGE_S = (1.0, 300.0)
"""For one run: what answers after five minutes answers nobody."""

RETRY_RANGE_S = (1.0, 3600.0)
"""Between two attempts."""

ATTEMPTS_RANGE = (1, 20)
"""Bad results in a row until they count; with the longest retry the last is a day late already."""

WORDS_MAX, WORD_LIMIT = 100, 4096
"""Words of a plugin's command and characters of each: far more than a person writes."""

TEXT_LIMIT = 1000
"""Characters of other texts: URLs, names, what an answer must contain."""

HEADERS_MAX = 32
"""Headers of one HTTP check."""

DAYS_WARN, DAYS_CRIT = "14:", "7:"
"""Days that a certificate must still be good: two weeks to renew it, one before it can't wait."""

ECHO_WARN_MS, ECHO_CRIT_MS = "500", "1000"
"""Milliseconds of an echo, the levels of Netdata's ping alarms."""

LOSS_WARN, LOSS_CRIT = "20", "60"
"""Percent of echoes lost. Five are sent, so one that is lost is no alarm, two warn, and four can't wait."""

METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
"""POST and PUT send no body."""

DNS_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TLSA", "TXT")

SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key")
"""Headers whose value is a secret, so that it must not stand in the file."""

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_STATUS = re.compile(r"([1-5]\d\d)(?:-([1-5]\d\d))?", re.ASCII)
_OWN: dict[CheckKind, tuple[str, ...]] = {
    CheckKind.HTTP: ("method", "headers", "verify", "ca", "expect", "contains", "matches", "warn", "crit"),
    CheckKind.TCP: ("warn", "crit"),
    CheckKind.DNS: ("type", "expect", "server", "warn", "crit"),
    CheckKind.TLS: ("name", "ca", "warn", "crit"),
    CheckKind.ICMP: ("warn", "crit", "loss_warn", "loss_crit"),
    CheckKind.PLUGIN: ("on",),
}
"""Keys that mean something for a kind only."""


def _range(text: object) -> Range:
    try:
        return parse_range(text if isinstance(text, str) else "")
    except RangeError as error:
        raise Wrong(f"{quoted(str(text))} is no range of numbers", str(error)) from error


def _attempts(text: object) -> int:
    least, most = ATTEMPTS_RANGE
    if not isinstance(text, str) or not text.isdecimal() or not least <= int(text[:6]) <= most:
        raise Wrong(f"{quoted(str(text))} is no number of attempts", f"write a number from {least} to {most}")
    return int(text)


def _words(value: object) -> object:
    """Return one text as the words that a shell would make of it."""
    if not isinstance(value, str):
        return value
    try:
        return shlex.split(value)
    except ValueError as error:
        raise Wrong("a quote in the command is not closed", "write [check_http, -H, example.org]") from error


def _visible(text: str) -> str:
    if clean(text, TEXT_LIMIT) != text:
        raise Wrong(f"{quoted(text)} is too long or holds characters that can't be shown",
                    f"use at most {TEXT_LIMIT} visible characters")  # fmt: skip
    return text


def _word(text: str) -> str:
    if len(text) > WORD_LIMIT:
        raise Wrong("a word of the command is too long", f"use at most {WORD_LIMIT} characters")
    return text


def _one_of(known: tuple[str, ...], what: str, text: str) -> str:
    if text.upper() not in known:
        raise Wrong(f"{quoted(text)} is no {what}", did_you_mean(text.upper(), known) or f"known: {', '.join(known)}")
    return text.upper()


def _pattern(text: str) -> str:
    try:
        compile_pattern(text)
    except AddressError as error:
        raise Wrong(error.message, error.hint) from error
    return text


def _server(text: str) -> str:
    try:
        host = text if text.count(":") > 1 and not text.startswith("[") else address_of(text, 53).host
        ipaddress.ip_address(host)
    except ValueError as error:
        raise Wrong(f"{quoted(text)} is no name server", "write its IP address, or ADDRESS:PORT") from error
    return text


def _host(text: str) -> str:
    if not is_host(text):
        raise Wrong(f"{quoted(text)} can't be a host's name", "write a name such as www.example.org")
    return text


def _place(text: str) -> str:
    if text not in ("engine", "host"):
        raise Wrong(f"a plugin can't run on {quoted(text)}", "write engine or host")
    return text


def _authorities(text: str) -> str:
    try:
        return fields.identity(text)
    except Wrong as wrong:
        raise Wrong(f"{quoted(text)} can't be a file of authorities", wrong.hint) from wrong


def _header_name(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise Wrong(f"{quoted(text)} can't be a header's name", "write it as 'Accept: text/html'")
    return text


def _time(allowed_s: tuple[float, float], in_words: str) -> Callable[[object], float]:
    """Return what makes seconds of a duration within bounds."""

    def seconds(text: object) -> float:
        try:
            found = parse_duration(text[:32] if isinstance(text, str) else "")
        except ValueError as error:
            hint = "write a number with a unit, such as 30s, 15m, 2h or 1h30m"
            raise Wrong(f"{quoted(str(text))} is not a duration", hint) from error
        if not allowed_s[0] <= found <= allowed_s[1] or len(str(text)) > 32:
            raise Wrong(f"{quoted(str(text))} is out of bounds", f"write {in_words}")
        return found

    return seconds


Text = Annotated[str, AfterValidator(_visible)]
Number = Annotated[Range, BeforeValidator(_range)]
HeaderName = Annotated[str, AfterValidator(_header_name)]

Headers = Annotated[dict[HeaderName, Text | SecretRef], Field(max_length=HEADERS_MAX)]


class Check(Part):
    """A check below ``checks``."""

    http: Text | None = None
    tcp: Text | None = None
    dns: Text | None = None
    tls: Text | None = None
    icmp: Text | None = None
    plugin: (
        Annotated[
            tuple[Annotated[str, AfterValidator(_word)], ...], Field(max_length=WORDS_MAX), BeforeValidator(_words)
        ]
        | None
    ) = None
    hosts: TextList = ()
    """Patterns of hosts that it exists for."""
    period: Annotated[float, BeforeValidator(_time(PERIOD_RANGE_S, "5s to 24h"))] = PERIOD_S
    timeout: Annotated[float, BeforeValidator(_time(TIMEOUT_RANGE_S, "1s to 5m"))] = TIMEOUT_S
    retry: Annotated[float, BeforeValidator(_time(RETRY_RANGE_S, "1s to 1h"))] = RETRY_S
    attempts: Annotated[int, BeforeValidator(_attempts)] = ATTEMPTS
    warn: Number | None = None
    crit: Number | None = None
    method: Annotated[str, AfterValidator(partial(_one_of, METHODS, "method"))] = "GET"
    headers: Headers = Field(default_factory=dict)
    verify: Annotated[bool, BeforeValidator(fields.yes_or_no)] = True
    ca: Annotated[str, AfterValidator(_authorities)] = ""
    expect: TextList = ()
    contains: Text = ""
    matches: Annotated[str, AfterValidator(_pattern)] = ""
    type: Annotated[str, AfterValidator(partial(_one_of, DNS_TYPES, "type of record"))] = "A"
    server: Annotated[str, AfterValidator(_server)] = ""
    name: Annotated[str, AfterValidator(_host)] = ""
    loss_warn: Number | None = None
    loss_crit: Number | None = None
    on: Annotated[str, AfterValidator(_place)] = "engine"


def read_checks(node: Node | None, validator: Validator, matcher: Matcher, mistakes: Mistakes) -> tuple[CheckSpec, ...]:
    """Return the checks in the order of the file, their hosts by name; what is wrong is noted and left out."""
    entries = named(validator.section(node, "checks"), mistakes)
    found = [_Reader(name, entry, validator, matcher, mistakes).read() for name, entry in entries.items()]
    return tuple(spec for spec in found if spec is not None)


class _Reader:
    """One entry on its way to a check."""

    def __init__(
        self, name: str, entry: Entry, validator: Validator, matcher: Matcher, mistakes: Mistakes
    ) -> None:  # fmt: skip
        self._name = name
        self._entry = entry
        self._validator = validator
        self._matcher = matcher
        self._mistakes = mistakes

    def read(self) -> CheckSpec | None:
        """Return the check; None where nothing can be made of it."""
        model = self._validator.model(Check, self._entry.value)
        kind = self._kind() if model is not None else None
        if model is None or kind is None:
            return None
        self._refuse_others(kind)
        said = getattr(model, kind)
        if said is None:
            return None
        spec = CheckSpec(
            name=self._name,
            kind=kind,
            target=(said,) if isinstance(said, str) else tuple(said),
            wish=self._wish(kind, model),
            hosts=self._hosts(model),
            warn=self._level(model.warn, kind, DAYS_WARN, ECHO_WARN_MS),
            crit=self._level(model.crit, kind, DAYS_CRIT, ECHO_CRIT_MS),
            period_s=model.period,
            timeout_s=model.timeout,
            attempts=model.attempts,
            retry_s=model.retry,
            place=self._mistakes.place(self._entry.key),
        )
        self._check(spec, bool(model.hosts))
        return spec

    def _kind(self) -> CheckKind | None:
        node = self._entry.value
        given = [kind for kind in CheckKind if isinstance(node, Mapping) and kind in node.entries]
        if len(given) == 1:
            return given[0]
        if given:
            at = descend(node, (str(given[1]),), to_key=True)
            said = f"{quoted(self._name)} is {given[0]} and {given[1]} at once"
            self._mistakes.add(at, said, "make two checks of it")
        else:
            hint = f"say what it does by one of: {', '.join(CheckKind)}"
            self._mistakes.add(self._entry.key, f"the check {quoted(self._name)} asks nothing", hint)
        return None

    def _refuse_others(self, kind: CheckKind) -> None:
        """Note keys that mean something for checks of other kinds only."""
        node = self._entry.value
        special = {key for keys in _OWN.values() for key in keys}
        for key in node.entries if isinstance(node, Mapping) else ():
            if key in special and key not in _OWN[kind]:
                of = ", ".join(other for other, keys in _OWN.items() if key in keys)
                hint = (
                    "give the plugin its thresholds by its own options, usually -w and -c"
                    if kind is CheckKind.PLUGIN and key in ("warn", "crit")
                    else f"it belongs to: {of}"
                )
                at = descend(node, (key,), to_key=True)
                self._mistakes.add(at, f"{quoted(key)} means nothing for a check by {kind}", hint)

    def _hosts(self, model: Check) -> tuple[str, ...]:
        found: list[str] = []
        for index, pattern in enumerate(model.hosts):
            try:
                found += self._matcher.match(pattern)
            except Wrong as wrong:
                self._mistakes.add_wrong(descend(self._entry.value, ("hosts", index)), wrong)
        return self._matcher.ordered(found)

    @staticmethod
    def _level(given: Range | None, kind: CheckKind, days: str, echo_ms: str) -> Range | None:
        default = {CheckKind.TLS: days, CheckKind.ICMP: echo_ms}.get(kind)
        return parse_range(default) if given is None and default is not None else given

    def _wish(self, kind: CheckKind, model: Check) -> Wish:
        if kind is CheckKind.HTTP:
            return HttpWish(
                model.method, self._headers(model), model.verify, model.ca, self._statuses(model), model.contains,
                model.matches,
            )  # fmt: skip
        if kind is CheckKind.DNS:
            return DnsWish(model.type, model.expect, model.server)
        if kind is CheckKind.TLS:
            return TlsWish(model.name, model.ca)
        if kind is CheckKind.ICMP:
            return IcmpWish(model.loss_warn or parse_range(LOSS_WARN), model.loss_crit or parse_range(LOSS_CRIT))
        return PluginWish(model.on) if kind is CheckKind.PLUGIN else None

    def _headers(self, model: Check) -> tuple[tuple[str, str | SecretRef], ...]:
        for name, value in model.headers.items():
            if name.lower() in SECRET_HEADERS and not isinstance(value, SecretRef):
                hint = "refer to it: !env NAME, !file PATH or !command WORDS"
                at = descend(self._entry.value, ("headers", name))
                self._mistakes.add(at, f"the value of {quoted(name)} does not belong into this file", hint, False)
        return tuple(model.headers.items())

    def _statuses(self, model: Check) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        for index, text in enumerate(model.expect):
            status = _STATUS.fullmatch(text)
            if status is None or int(status[1]) > int(status[2] or status[1]):
                at = descend(self._entry.value, ("expect", index))
                self._mistakes.add(at, f"{quoted(text)} is no status of HTTP", "write 200 or 200-399")
                continue
            found.append((int(status[1]), int(status[2] or status[1])))
        return tuple(found) or HttpWish().expect

    def _check(self, spec: CheckSpec, has_hosts: bool) -> None:
        """Note what is wrong with the target, looked at as the first host would have it."""
        at: Any = descend(self._entry.value, (str(spec.kind),))
        if has_placeholder(spec) and not has_hosts:
            self._mistakes.add(at, "the target stands for a host, and the check has none", "add 'hosts: [PATTERN]'")
        if not has_hosts and spec.wish == PluginWish("host"):
            on = descend(self._entry.value, ("on",))
            self._mistakes.add(on, "it can't run on a host, for the check has none", "add 'hosts: [PATTERN]'")
        try:
            check_target(ask_of(spec, "name", "192.0.2.1"))
        except TargetError as error:
            shown = spec.target[0] if spec.target else ""
            secret = spec.kind is CheckKind.HTTP and "@" in shown
            said = "this" if secret else quoted(shown)
            self._mistakes.add(at, f"{said} can't be checked by {spec.kind}", str(error), shows_line=not secret)
