"""The checks of logs and of the clock that stamps them."""

import re
from collections.abc import Mapping

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import is_active, running
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Read,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.kernel import is_container
from tui_ops.practices.security.checks.logplans import CLOCK_BY_HAND, JOURNAL, REMOTE_BY_HAND, clock, remote
from tui_ops.practices.security.checks.plain import besides, flag, listed, names, number, settled, starting, word

SYSLOGS = ("rsyslog", "syslog-ng", "syslogd", "busybox-syslogd", "metalog")
SHIPPERS = ("filebeat", "fluent-bit", "fluentd", "td-agent", "vector", "promtail", "alloy", "elastic-agent",
            "splunk", "SplunkForwarder", "nxlog", "graylog-sidecar", "datadog-agent", "google-fluentd")  # fmt: skip
"""Programs that carry logs off, whose settings are not read."""

KEEPERS_OF_TIME = {
    "chrony": ("chrony", "chronyd"),
    "ntp": ("ntp", "ntpd", "ntpsec"),
    "systemd-timesyncd": ("systemd-timesyncd",),
    "openntpd": ("openntpd",),
}
"""Programs that set the clock, to their services."""

QUEUE_BYTES = 1_000_000

_HERE = re.compile(r"(?:localhost|127\.[0-9.]+|\[::1\]|::1)(?::[0-9]+)?/?", re.ASCII)
_UNREAD_SETTINGS = "not all logs leave the host by what is read; what other programs or files send is not known"


def _local(scene: Scene) -> Judgement:
    if running(scene, SYSLOGS):
        return passed(f"{running(scene, SYSLOGS)[0]} writes logs")
    read = scene.read("protections")
    fields = read.items.get("journald")
    if fields is None:
        read.looked("journald")
        return failed("nothing writes logs that outlast a boot")
    storage = word(fields, "storage")
    if storage == "persistent" or (storage == "auto" and flag(fields, "folder")):
        return passed("journald keeps its logs")
    if storage == "none":
        return failed("journald keeps nothing, and no syslog runs")
    return failed("journald keeps its logs in memory alone, and no syslog runs")


def _local_in_use(scene: Scene) -> tuple[str, ...]:
    """Return which program keeps logs: where a syslog runs, the journal hands all to it."""
    return tuple(running(scene, SYSLOGS)) or ("journald",)


def _remote(scene: Scene) -> Judgement:
    read = scene.read("protections")
    found = dict(starting(read, "sends "))
    targets = {name: fields for name, fields in found.items() if not _is_here(name)}
    if not targets:
        _settle_none(scene, read, found)
        return failed("logs stay on the host")
    seen = []
    for name, fields in targets.items():
        program = word(fields, "program")
        unit = "systemd-journal-upload" if program == "journal-upload" else program
        if not is_active(scene, unit):
            text = f"{unit} does not run: nothing is sent to {name.partition(' ')[2]}"
            seen.append(Seen(f"{name} stopped", text, data={"unit": unit}))
        elif not flag(fields, "tls"):
            text = f"{program} sends to {name.partition(' ')[2]} by {word(fields, 'protocol')} without TLS"
            seen.append(Seen(name, text, data={"target": name}))
    some = [word(fields, "what") for fields in targets.values()]
    if all(some) and not _has_unread(scene, read):
        seen.append(Seen("partial", f"not all logs leave the host, but only: {names(some)}"))
    queued = sum(
        number(fields, "size") or 0
        for path, fields in starting(read, "guard ")
        if path.startswith("/var/spool/rsyslog/")
    )
    most = scene.number("log_queue_mb")
    if queued > most * QUEUE_BYTES:
        seen.append(Seen("queue", f"{queued / QUEUE_BYTES:.0f} MB of logs wait to be sent"))
    unread = ["partial"] if all(some) and _has_unread(scene, read) else []
    judged = settled(
        f"logs go to {names(list(targets))} by TLS", names([one.text for one in seen]), seen, unread, _UNREAD_SETTINGS
    )
    return judged if read.knows("guard /var/spool/rsyslog/") else besides(judged, ["queue"])


def _settle_none(scene: Scene, read: Read, here: Mapping[str, Fields]) -> None:
    """End as unknown where something that is not read may carry logs off, such as what listens at a target ``here``."""
    for program in ("rsyslog", "syslog-ng", "journal-upload"):
        read.looked(f"sends {program}")
    if here:
        raise NotReadable(f"{names(list(here))} is on the host itself: where that sends logs to is not read")
    elsewhere = listed(read.items.get("settings of rsyslog"), "elsewhere")
    if elsewhere:
        raise NotReadable(f"rsyslog takes in {names(elsewhere)}, which is not read: logs may go off by it")
    others = running(scene, SHIPPERS)
    if others:
        raise NotReadable(f"{', '.join(others)} may carry logs off: where to and how is not read")


def _is_here(name: str) -> bool:
    """Whether a target, by the rest of its item's name, is the host itself: a tunnel may begin there."""
    host = name.partition(" ")[2].removeprefix("https://").removeprefix("http://")
    return _HERE.fullmatch(host) is not None


def _has_unread(scene: Scene, read: Read) -> bool:
    """Whether something else may carry the rest of the logs off."""
    return bool(listed(read.items.get("settings of rsyslog"), "elsewhere") or running(scene, SHIPPERS))


def _clock_in_use(scene: Scene) -> tuple[str, ...]:
    return tuple(name for name, services in KEEPERS_OF_TIME.items() if running(scene, services))


def _clock(scene: Scene) -> Judgement:
    if is_container(scene):
        raise NotForThis("a container: its clock is its machine's")
    kept = _clock_in_use(scene)
    if len(kept) > 1:
        return failed(f"more than one program sets the clock: {', '.join(kept)}")
    read = scene.read("clock")
    fields = read.items.get("clock")
    program = word(fields, "program")
    if not program and not kept:
        text = "no program sets the clock"
        return failed(text, Seen("", text, data={"lacks": "program"}))
    most = scene.number("clock_offset_most_s")
    offset = scene.known.get("clock_offset_s")
    if isinstance(offset, int | float) and not isinstance(offset, bool) and abs(offset) >= most:
        return failed(f"the clock is {abs(offset):.1f} s off ours")
    told = (fields or {}).get("offset_s")
    if isinstance(told, int | float) and not isinstance(told, bool) and abs(told) >= most:
        return failed(f"the clock is {abs(told):.1f} s off, says {program}")
    if fields is None or word(fields, "state") != "ok" or not isinstance(fields.get("synchronised"), bool):
        raise NotReadable(f"{program or kept[0]} does not tell how the clock is kept")
    if not flag(fields, "synchronised"):
        return failed(f"the clock is not synchronised by {program}")
    return passed(f"{program} keeps the clock")


CHECKS_OF_LOGS: tuple[Check, ...] = (
    Check(
        "log-local",
        "logs outlast a boot",
        ("protections", "unitfiles", "units"),
        _local,
        FindingSeverity.MEDIUM,
        controls=Controls(("6.1.1.1", "6.1.2.4", "6.1.3.2"), ("10.2.1",), ("AU-4(1)",), ("8.15",)),
        remedy=Remedy("Let journald keep its logs on the disk, or run rsyslog.", JOURNAL),
        in_use=_local_in_use,
    ),
    Check(
        "log-remote",
        "logs go to another machine, by TLS",
        ("protections", "unitfiles", "units"),
        _remote,
        FindingSeverity.MEDIUM,
        controls=Controls(("6.1.3.6",), ("10.3.3",), ("AU-4(1)", "AU-9(2)"), ("8.15",)),
        remedy=Remedy(
            "Send logs to a machine that this one can't change, by TLS, with its certificate checked.",
            by_hand=REMOTE_BY_HAND,
            choose=remote,
        ),
        parameters={"log_queue_mb": 100},
    ),
    Check(
        "time-sync",
        "one program keeps the clock, and it is right",
        ("clock", "unitfiles", "units", "hardware"),
        _clock,
        FindingSeverity.MEDIUM,
        applies="hosts with a clock of their own",
        controls=Controls(("2.3.1.1", "2.3.3.1"), ("10.6.1",), ("AU-8(1)(a)",), ("8.17",)),
        remedy=Remedy(
            "Run chrony with at least one source that answers, and nothing beside it.",
            by_hand=CLOCK_BY_HAND,
            choose=clock,
        ),
        parameters={"clock_offset_most_s": 1.0},
        in_use=_clock_in_use,
    ),
)
"""``log_queue_mb``: rsyslog's queue on the disk is used when the other side does not take logs; a hundred are an hour
of a busy server's."""
