"""Passive check results: Nagios's external commands, ``send_nsca``'s lines, and Icinga's action."""

import re
from collections.abc import Mapping

from tui_ops.model.alerts import SUBJECT_LIMIT, TEXT_LIMIT, Signal, Source
from tui_ops.model.clean import clean
from tui_ops.model.states import Severity
from tui_ops.practices.intake.hosts import host_of
from tui_ops.practices.intake.reading import ITEMS_LIMIT, as_object, text_at
from tui_ops.practices.intake.taken import Around, NotTaken, Taken

SERVICE_COMMAND, HOST_COMMAND = "PROCESS_SERVICE_CHECK_RESULT", "PROCESS_HOST_CHECK_RESULT"

SERVICE_CODES = (Severity.OK, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)

HOST_CODES = (Severity.OK, Severity.CRITICAL, Severity.UNKNOWN)
"""Up, down, unreachable: of a host that can't be reached nothing is known."""

HOST_RULE = "host"
"""The rule of a host's own result."""

OLDEST_S = 86400.0
"""Results that were taken longer ago are refused: a spool that was forgotten says nothing of now."""

_LINE = re.compile(r"\[(\d{1,12})\]\s+([A-Z_]+);(.*)", re.DOTALL)
_CODE = re.compile(r"[0-3]")


def read_lines(text: str, around: Around) -> Taken:
    """Return what lines of passive results say.

    Each line is ``[epoch] PROCESS_SERVICE_CHECK_RESULT;host;service;code;output``, the form of a host without the
    service, or what ``send_nsca`` takes: the same fields apart by tabs, without time and command.

    Args:
        text: the lines; empty ones and those that begin with # are left alone.
        around: what is known here.

    Raises:
        NotTaken: with the line that is wrong.
    """
    found: list[Signal] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if len(found) >= ITEMS_LIMIT:
            raise NotTaken(f"line {number}", f"is one more than the {ITEMS_LIMIT} that one message may have")
        found.append(_line(line, f"line {number}", around))
    if not found:
        raise NotTaken("", "the message holds no result")
    return Taken(tuple(found))


def _line(line: str, where: str, around: Around) -> Signal:
    if "\t" in line and not line.startswith("["):
        parts = line.split("\t", 3)
        # A host's result has three fields; its output may hold tabs, so the code's place tells which it is.
        of_host = len(parts) == 3 or (len(parts) > 3 and bool(_CODE.fullmatch(parts[1])) and not _is_code(parts[2]))
        fields = line.split("\t", 2) if of_host else parts
        return _result(fields, of_host, around.now, where, around)
    match = _LINE.fullmatch(line)
    if match is None:
        hint = f"write [epoch] {SERVICE_COMMAND};host;service;0-3;output"
        raise NotTaken(where, "is no passive check result", hint)
    command = match[2]
    if command not in (SERVICE_COMMAND, HOST_COMMAND):
        raise NotTaken(where, f"is another command than {SERVICE_COMMAND} and {HOST_COMMAND}")
    at = float(match[1])
    if at < around.now - OLDEST_S:
        raise NotTaken(where, "was taken more than a day ago", "send results while they are true")
    of_host = command == HOST_COMMAND
    return _result(match[3].split(";", 2 if of_host else 3), of_host, min(at, around.now), where, around)


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text.strip()))


def _result(fields: list[str], of_host: bool, at: float, where: str, around: Around) -> Signal:
    if len(fields) < (2 if of_host else 3):
        raise NotTaken(where, "has too few fields", "a host, its service where it is one's, a code and the output")
    host, service = fields[0].strip(), "" if of_host else fields[1].strip()
    code = fields[1 if of_host else 2].strip()
    output = fields[2 if of_host else 3] if len(fields) > (2 if of_host else 3) else ""
    if not host or not (of_host or service):
        raise NotTaken(where, "names no host" if not host else "names no service")
    codes = HOST_CODES if of_host else SERVICE_CODES
    if not _is_code(code) or int(code) >= len(codes):
        raise NotTaken(where, f"has a code that is none of 0 to {len(codes) - 1}")
    return signal(host, service, codes[int(code)], output, at, around)


def signal(host: str, service: str, severity: Severity, output: str, at: float, around: Around) -> Signal:
    """Return a result as a signal.

    Args:
        host: as the sender calls it.
        service: the check; empty for the host's own result.
        severity: its state.
        output: the plugin's; its first line is kept, numbers behind ``|`` are not.
        at: when it was taken, epoch seconds.
        around: what is known here.
    """
    rule = clean(service, SUBJECT_LIMIT) or HOST_RULE
    said = clean(output.replace("\\n", "\n").split("\n", 1)[0].partition("|")[0].strip(), TEXT_LIMIT)
    return Signal(
        source=Source.NAGIOS,
        rule=rule,
        subject=clean(host, SUBJECT_LIMIT),
        severity=severity,
        text=said or f"{rule}: {severity}",
        at=at,
        host=host_of({"host": host}, around.hosts),
        item=rule if service else "",
    )


def read_icinga(value: object, around: Around, query: Mapping[str, str] | None = None) -> Taken:
    """Return what a message of Icinga's ``/v1/actions/process-check-result`` says.

    Args:
        value: the JSON: ``exit_status``, ``plugin_output``, and ``host`` or ``service`` (``host!service``).
        around: what is known here.
        query: of the address, where host and service may stand as well.

    Raises:
        NotTaken: with the field that is wrong; a ``filter`` is one, since it is a program to be run.
    """
    message = as_object(value, "")
    if "filter" in message:
        raise NotTaken("filter", "is not followed", "name the object: service: host!service, or host: name")
    given = {**(query or {}), **message}
    of_service = text_at(given, "service", "service", 2 * SUBJECT_LIMIT)
    host = text_at(given, "host", "host", SUBJECT_LIMIT)
    if of_service:
        host, mark, service = of_service.partition("!")
        if not mark or not host or not service:
            raise NotTaken("service", "is not of the form host!service")
    elif host:
        service = ""
    else:
        raise NotTaken("service", "is missing", "name the object: service: host!service, or host: name")
    status = message.get("exit_status")
    codes = SERVICE_CODES if service else HOST_CODES
    if isinstance(status, bool) or not isinstance(status, int | float) or status not in range(len(codes)):
        raise NotTaken("exit_status", f"is none of 0 to {len(codes) - 1}")
    output = message.get("plugin_output", "")
    if not isinstance(output, str):
        raise NotTaken("plugin_output", "a text belongs here")
    return Taken((signal(host, service, codes[int(status)], output, around.now, around),))
