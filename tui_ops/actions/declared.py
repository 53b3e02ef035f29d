"""The acts, declared. A new practice adds its own here and nowhere else on the reading side."""

from tui_ops.actions import (
    baselines,
    changeruns,
    changes,
    compliance,
    drift,
    evidence,
    feeds,
    findings,
    freezes,
    incidents,
    intake,
    oncall,
    problems,
    releases,
    scans,
)
from tui_ops.actions.action import Action, Danger, Param, ParamKind, Stream
from tui_ops.actions.registry import Registry
from tui_ops.model.people import Role
from tui_ops.practices.administration import rules as administration
from tui_ops.practices.security import rules as security

LOG_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""As syslog has them, the worst first."""

_INCIDENT = Param("incident", "the incident it is for", required=False, help="INC-12: it stands on its timeline then")
_WHY = Param("reason", "why, where a change runs there", required=False, help="needed while one runs, and in a freeze")

HOST_READ = Action(
    id="host.read",
    label="read now",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    key="R",
    rule=administration.may_read,
    params=(
        Param(
            "topics",
            "topics of facts to be read whole as well",
            required=False,
            help="by commas, such as suid,mounts; empty: those alone that are due",
        ),
    ),
    words=("refresh", "poll", "retry"),
    help="Reads the host at once, whatever its period; it also ends a back-off or a latched login early.",
)

HOST_MAINTENANCE = Action(
    id="host.maintenance",
    label="maintenance",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.REVERSIBLE,
    key="m",
    params=(
        Param("for", "how long", ParamKind.DURATION, default="1h", help="such as 30m, 2h or 1d"),
        Param("reason", "why, for everyone who looks", help="what is being done, or a ticket"),
        Param(
            "flexible",
            "only with the first problem within",
            ParamKind.DURATION,
            required=False,
            help="such as 8h: it begins with the first problem that comes so soon; empty: it begins now",
        ),
    ),
    rule=administration.may_maintain,
    undo="host.maintenance_end",
    words=("silence", "downtime", "hold"),
    help="Says that work goes on here for a time. The host keeps being read; its row says until when and why.",
)

HOST_MAINTENANCE_END = Action(
    id="host.maintenance_end",
    label="end maintenance",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.REVERSIBLE,
    rule=administration.may_end_maintenance,
    words=("unsilence", "downtime"),
    help="Ends maintenance before its time.",
)

HOST_TRUST = Action(
    id="host.trust",
    label="trust key",
    noun="host",
    role=Role.ADMIN,
    danger=Danger.GRAVE,
    key="y",
    params=(
        Param(
            "fingerprints", "the fingerprints that were compared", ParamKind.FINGERPRINTS,
            help="SHA256:… as ssh-keygen -lf prints it on the host",
        ),
        Param(
            "replace", "give up the key trusted so far", ParamKind.FLAG, required=False, default="no",
            help="needed where the key has changed",
        ),
    ),
    rule=security.may_trust,
    words=("host key", "fingerprint", "accept"),
    help="Records that this host key was compared and belongs to this host. Until then there is no connection.",
)  # fmt: skip

HOST_SHELL = Action(
    id="host.shell",
    label="shell",
    noun="host",
    role=Role.OPERATOR,
    # Opening one changes nothing yet; asking before every look at a host would only teach to say yes.
    danger=Danger.NONE,
    key="!",
    rule=administration.may_log_in,
    stream=Stream.SHELL,
    alone=True,
    params=(_INCIDENT, _WHY),
    own_role=Role.ADMIN,
    words=("ssh", "login", "terminal"),
    help="Opens a shell on the host over the engine's connection. What it shows is recorded. enter ~ . cuts it off.",
)

HOST_LOGS = Action(
    id="host.logs",
    label="logs",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    key="l",
    params=(
        Param("source", "journal or kernel", required=False, default="journal", choices=("journal", "kernel")),
        Param("since", "how far back", ParamKind.DURATION, required=False, help="such as 10m, 1h or 2d"),
        Param("level", "this bad and worse", required=False, choices=LOG_LEVELS, help="err for one"),
        _INCIDENT,
    ),
    rule=administration.may_log_in,
    stream=Stream.LOG,
    alone=True,
    words=("journal", "journalctl", "dmesg", "syslog", "tail"),
    help="Shows what the host logs, as it comes: the journal, or the log files where there is none.",
)

HOST_RUN = Action(
    id="host.run",
    label="run",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.GRAVE,
    params=(
        Param("command", "the command line", help="for /bin/sh on the host"),
        Param("timeout", "how long it may take on each", ParamKind.DURATION, required=False, default="60s"),
        _INCIDENT,
        Param(
            "step",
            "the step of its runbook",
            required=False,
            help="its number: it is checked off where the command ends with status 0 everywhere",
        ),
        _WHY,
    ),
    rule=administration.may_log_in,
    stream=Stream.RUN,
    own_role=Role.ADMIN,
    words=("command", "execute", "ssh"),
    help="Runs a command on every target, without a terminal or input, and shows what is equal only once.",
)

FLEET_RELOAD = Action(
    id="fleet.reload",
    label="reload inventory",
    noun="fleet",
    role=Role.ADMIN,
    danger=Danger.NONE,
    words=("inventory", "yaml", "configuration"),
    help="Reads the inventory again. A file with mistakes is refused as a whole and the old one stays in force.",
)

ENGINE_STOP = Action(
    id="engine.stop",
    label="stop the engine",
    noun="fleet",
    role=Role.ADMIN,
    danger=Danger.GRAVE,
    words=("quit", "shutdown"),
    help="Stops the engine cleanly: what was answered is on disk, and nothing is polled until it is started again.",
)

REGISTRY = Registry((
    HOST_READ, HOST_SHELL, HOST_LOGS, HOST_RUN, HOST_MAINTENANCE, HOST_MAINTENANCE_END, HOST_TRUST,
    FLEET_RELOAD, ENGINE_STOP, *incidents.ACTS, intake.ALERT_INGEST,
    intake.HEARTBEAT_BEAT, *oncall.ACTS, *evidence.ACTS, *problems.ACTS,
    *changes.ACTS, *changeruns.ACTS, *drift.ACTS, *freezes.ACTS, *releases.ACTS, *findings.ACTS,
    *feeds.ACTS, *scans.ACTS, *baselines.ACTS, *compliance.ACTS,
))  # fmt: skip
"""Every act there is."""
