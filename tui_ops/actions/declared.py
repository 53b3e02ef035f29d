"""The acts, declared. A new practice adds its own here and nowhere else on the reading side."""

from tui_ops.actions.action import Action, Danger, Param, ParamKind
from tui_ops.actions.registry import Registry
from tui_ops.model.people import Role
from tui_ops.practices.administration import rules as administration
from tui_ops.practices.security import rules as security

HOST_READ = Action(
    id="host.read",
    label="read now",
    noun="host",
    role=Role.OPERATOR,
    danger=Danger.NONE,
    key="R",
    rule=administration.may_read,
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

REGISTRY = Registry((HOST_READ, HOST_MAINTENANCE, HOST_MAINTENANCE_END, HOST_TRUST, FLEET_RELOAD, ENGINE_STOP))
"""Every act there is."""
