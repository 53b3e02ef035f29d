"""The act on what is meant to be on a host, declared."""

from tui_ops.actions.action import Action, Danger, Param
from tui_ops.model.people import Role
from tui_ops.practices.security.baselines import ALL, WHICH, may_take

TAKE = Action(
    id="baseline.take",
    label="take as it is",
    noun="host",
    role=Role.APPROVER,
    danger=Danger.GRAVE,
    params=(
        Param(
            "what",
            "what of it",
            required=False,
            default=ALL,
            choices=WHICH,
            help="listeners, keys, suid (files that lend rights), sources (of logins), or all of them",
        ),
        Param("reason", "why it is meant to be so"),
    ),
    rule=may_take,
    words=("baseline", "listeners", "keys", "suid", "known"),
    help="Says that what listens there, its keys, files that lend rights and sources of logins are meant to be so: what"
    " differs from it later is a finding.",
)

ACTS = (TAKE,)
"""Every act on baselines."""
