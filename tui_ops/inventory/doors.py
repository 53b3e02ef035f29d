"""The sections ``door`` and ``heartbeats``."""

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache, partial
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistakes, quoted
from tui_ops.inventory.match import Matcher
from tui_ops.inventory.schema import Name, Part, TextList, Title, as_mapping
from tui_ops.inventory.sections import named
from tui_ops.inventory.tree import Node, descend
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.doors import DOOR_HOST, DOOR_PORT, FORGET_S, DoorSpec, HeartbeatSpec
from tui_ops.model.fleet import SecretRef
from tui_ops.model.states import Severity

HEARTBEATS_MAX = 1000
"""Jobs of one file: one for each host of a large fleet."""

EVERY_RANGE_S = (60.0, 366 * 86400.0)
"""Between two reports: a job that runs more often than each minute is a service, which checks look after."""

FORGET_RANGE_S = (600.0, 366 * 86400.0)
"""Until an alert that nobody repeats is taken for over: less than ten minutes, and one lost message ends it."""

GRACE_RANGE_S = (1.0, 30 * 86400.0)

RPO_RANGE_S = (60.0, 366 * 86400.0)
"""How old a backup may be: what is copied within a minute is replication, and nobody restores what is a year old."""

CRON_GRACE_S = 1800.0
"""How long a job with a slot may take unless the file says otherwise: a nightly dump of a small shop."""

EVERY_GRACE, EVERY_GRACE_LEAST_S = 0.5, 30.0
"""The part of its period that a job without a slot gets on top, and the least of it: one late run is no alarm."""

CRON_LIMIT = 100
"""Characters of a cron expression: real ones have twenty."""

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,60}){1,6}/?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}", re.ASCII)
_LISTEN_HINT = "write 127.0.0.1:9870, [::1]:9870, or 0.0.0.0:9870 for every address of this machine"


def _listen(text: object) -> tuple[str, int]:
    if not isinstance(text, str):
        raise Wrong("an address with its port is one text", _LISTEN_HINT)
    host, colon, port = text.rpartition(":")
    if not colon:
        raise Wrong(f"{quoted(text)} is no address with a port", _LISTEN_HINT)
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        found = ipaddress.ip_address(bare)
    except ValueError as error:
        raise Wrong(f"{quoted(text)} is no IP address with a port", _LISTEN_HINT) from error
    if (found.version == 6) is not host.startswith("["):
        raise Wrong(f"{quoted(text)} is no IP address with a port", _LISTEN_HINT)
    return bare, fields.port(port)


def _prefix(text: str) -> str:
    if text and not _PREFIX.fullmatch(text):
        raise Wrong(f"{quoted(text)} can't be the beginning of a path", "write it as /tui-ops")
    return text.rstrip("/")


def _severity(text: object) -> Severity:
    known = {str(one): one for one in (Severity.WARNING, Severity.CRITICAL)}
    found = known.get(text) if isinstance(text, str) else None
    if found is None:
        raise Wrong(f"{quoted(str(text))} is no severity here", "write warning or critical")
    return found


def _forget(text: object) -> float:
    if text in ("no", "off"):
        return 0.0
    return fields.duration(text, FORGET_RANGE_S, "10m to 366d, or no")


def _every(text: object) -> float:
    return fields.duration(text, EVERY_RANGE_S, "1m to 366d")


def _grace(text: object) -> float:
    return fields.duration(text, GRACE_RANGE_S, "1s to 30d")


def _rpo(text: object) -> float:
    return fields.duration(text, RPO_RANGE_S, "1m to 366d")


def _cron(text: str) -> str:
    hint = "write five fields: minute, hour, day, month, weekday, such as '0 3 * * *' for every day at three"
    # The library takes a sixth field for seconds, which no cron has.
    if len(text) > CRON_LIMIT or len(text.split()) != 5 or not _comes_round(text):
        raise Wrong(f"{quoted(text)} is no cron expression that comes round", hint)
    return text


@lru_cache(maxsize=256)
def _comes_round(text: str) -> bool:
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        return False
    return True


def _timezone(text: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        if not _ZONE.fullmatch(text):
            raise ValueError(text)
        ZoneInfo(text)
    except (ValueError, OSError, KeyError) as error:
        raise Wrong(f"there is no time zone {quoted(text)}", "write a name such as Europe/Berlin, or UTC") from error
    return text


class Tls(Part):
    """The mapping ``tls`` of the door."""

    certificate: Annotated[str, AfterValidator(fields.identity)]
    key: Annotated[str, AfterValidator(fields.identity)] = ""


class Backup(Part):
    """The mapping ``backup`` of a heartbeat: what its job keeps a copy of."""

    rpo: Annotated[float, BeforeValidator(_rpo)]
    hosts: TextList = ()


class TheDoor(Part):
    """The mapping below ``door``."""

    token: Annotated[SecretRef, BeforeValidator(fields.secret)]
    listen: Annotated[tuple[str, int], BeforeValidator(_listen)] | None = None
    prefix: Annotated[str, AfterValidator(_prefix)] = ""
    tls: Tls | None = None
    plain: Annotated[bool, BeforeValidator(fields.yes_or_no)] = False
    severity: Annotated[Severity, BeforeValidator(_severity)] = Severity.CRITICAL
    forget: Annotated[float, BeforeValidator(_forget)] = FORGET_S

    @property
    def place(self) -> tuple[str, int]:
        """Address and port to listen at."""
        return self.listen or (DOOR_HOST, DOOR_PORT)

    @model_validator(mode="after")
    def _keeps_the_token(self) -> Self:
        if not (self.tls or self.plain or ipaddress.ip_address(self.place[0]).is_loopback):
            raise Wrong(
                "the door would take the token from the network in clear",
                "add tls: {certificate: …, key: …}; or plain: yes, where a proxy or a tunnel stands before it",
            )
        return self


class Heartbeat(Part):
    """A job below ``heartbeats``."""

    cron: Annotated[str, AfterValidator(_cron)] | None = None
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    every: Annotated[float, BeforeValidator(_every)] | None = None
    grace: Annotated[float, BeforeValidator(_grace)] | None = None
    severity: Annotated[Severity, BeforeValidator(_severity)] = Severity.CRITICAL
    host: Annotated[str, AfterValidator(fields.host_name)] = ""
    service: Name | None = None
    title: Title = ""
    backup: Annotated[Backup | None, BeforeValidator(partial(as_mapping, key="rpo"))] = None

    @model_validator(mode="after")
    def _has_one_pace(self) -> Self:
        if (self.cron is None) is (self.every is None):
            found = "has neither cron nor every" if self.cron is None else "has both cron and every"
            raise Wrong(f"a heartbeat {found}", "write cron: '0 3 * * *' for a slot, or every: 1h for a period")
        return self

    @property
    def grace_s(self) -> float:
        """Seconds after its time until a report is missed."""
        if self.grace is not None:
            return self.grace
        return CRON_GRACE_S if self.every is None else max(EVERY_GRACE_LEAST_S, self.every * EVERY_GRACE)


def read_door(node: Node | None, validator: Validator) -> DoorSpec | None:
    """Return where alerts from elsewhere are taken; None where they are not."""
    said = validator.model(TheDoor, node) if node is not None else None
    if said is None:
        return None
    host, port = said.place
    tls = (said.tls.certificate, said.tls.key) if said.tls is not None else ("", "")
    return DoorSpec(said.token, host, port, said.prefix, *tls, said.severity, said.forget)


def read_heartbeats(
    node: Node | None,
    validator: Validator,
    mistakes: Mistakes,
    hosts: Collection[str] | None = None,
    services: Collection[str] | None = None,
    matcher: Matcher | None = None,
) -> tuple[HeartbeatSpec, ...]:
    """Return the jobs that have to report.

    Args:
        node: the section.
        validator: of the file.
        mistakes: receives what is wrong.
        hosts: names of the hosts there are; None leaves them unchecked.
        services: names of the services there are; the same.
        matcher: finds the hosts of which a job keeps a copy; None takes their names as they are.
    """
    found: list[HeartbeatSpec] = []
    for name, entry in named(validator.section(node, "heartbeats"), mistakes).items():
        model = validator.model(Heartbeat, entry.value)
        if len(found) >= HEARTBEATS_MAX:
            mistakes.add(
                entry.key, f"with this the file holds more than {HEARTBEATS_MAX:,} heartbeats", "leave some out"
            )
            break
        if model is None:
            continue
        for key, word, known in (("host", model.host, hosts), ("service", model.service or "", services)):
            if word and known is not None and word not in known:
                at = descend(entry.value, (key,))
                mistakes.add(at, f"there is no {key} {quoted(word)}", mistakes.suggest(word, known))
        found.append(
            HeartbeatSpec(
                name, model.cron or "", model.timezone, model.every or 0.0, model.grace_s, model.severity, model.host,
                model.service or "", model.title, model.backup.rpo if model.backup is not None else None,
                _backed_up(model, entry.value, mistakes, matcher),
            )
        )  # fmt: skip
    return tuple(found)


def _backed_up(model: Heartbeat, node: Node, mistakes: Mistakes, matcher: Matcher | None) -> tuple[str, ...]:
    """Return the names of the hosts of which a job keeps a copy: its own unless it names others."""
    if model.backup is None:
        return ()
    if not model.backup.hosts:
        if not model.host:
            at = descend(node, ("backup",), to_key=True)
            hint = "add 'hosts: [PATTERN]' below 'backup:'"
            mistakes.add(at, "it is not said of which hosts this is the backup", hint)
        return (model.host,) if model.host else ()
    if matcher is None:
        return tuple(model.backup.hosts)
    found: list[str] = []
    for index, pattern in enumerate(model.backup.hosts):
        try:
            found += matcher.match(pattern)
        except Wrong as wrong:
            mistakes.add_wrong(descend(node, ("backup", "hosts", index)), wrong)
    return matcher.ordered(found)
