"""What tests of plans that mend share: a host as it is before, and what its plans say that look first."""

import shlex
from collections.abc import Mapping

from support.mended_host import MendedHost
from tui_ops.model.facts import Field
from tui_ops.model.plans import Part, Plan, StepKind
from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.remedies import mend

GOOD = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIANErQfuA5eQd0P7WEYfQKT9kvsOp0y9dx7gHnxwKIdk anna@desk"
WEAK = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCZowIFsjsG3q4CJLbG8pHtwv/Nq4JIDKgW3k0nQVtCaTJ34cEwtJhBRzJuIT+ztVUap1HcC5"
    "o3J6wSvZ2cHVANBSAW+CQgcvW0647HcmvlCrboqod01n8/uZEYi0qj4xg5s3S3oOt2Pxc+p6KAmCe8bcnREPhJt5UERL3x1gQToQ== anna@old"
)
"""Public keys whose private ones nobody has kept; the second is of 1,024 bits."""

FORWARD = (Part.PRE, Part.STEP, Part.POST)

PREPARED = """
mkdir -p /etc/systemd/system/own.target.wants
cat >/etc/systemd/system/ssh.service <<'unit'
[Service]
Type=notify
ExecStart=/usr/sbin/sshd -D
ExecReload=/usr/sbin/sshd -t
ExecReload=/bin/kill -HUP $MAINPID
unit
ln -s ../ssh.service /etc/systemd/system/own.target.wants/ssh.service
rm -f /etc/ssh/sshd_config.d/*
sed -i 's/^#*Port .*/Port @port@/; s/^#*ListenAddress 0.*/ListenAddress 127.1.99.1/' /etc/ssh/sshd_config
ssh-keygen -A >/dev/null
sed -i '/use_pty/d' /etc/sudoers
useradd -m anna && echo anna:secret-1 | chpasswd
mkdir -m 700 /home/anna/.ssh
cat >/home/anna/.ssh/authorized_keys <<'keys'
# anna
@good@
no-pty,command="a b" @weak@
keys
chown -R anna: /home/anna/.ssh
"""


def prepared(port: str) -> str:
    """Return sh that makes a host ready.

    Args:
        port: at which its sshd is to listen.
    """
    return PREPARED.replace("@port@", port).replace("@good@", GOOD).replace("@weak@", WEAK)


def refused(host: MendedHost, check: str, data: Mapping[str, Field], asked: Mapping[str, str] | None = None) -> str:
    """Return why the plan for what a check has seen is not begun, as what looks first says it on the host."""
    seen = Seen("x", "x", data=data)
    values = {**dict(mend(check, BY_ID[check].kind, seen).values), **(asked or {})}
    given = " ".join(f"TUI_{name}={value}" for name, value in values.items())
    for step in host.plan(check, seen, asked).pre:
        if step.kind is StepKind.SCRIPT:
            said = host.run(f"env {given} sh -c {shlex.quote(str(step.args['text']))} || echo refused")
            if said.endswith("refused\n"):
                return said
    return ""


def script(plan: Plan, part: Part) -> str:
    """Return the one script of a part of a plan."""
    (one,) = [step for step in plan.all_steps() if step.part is part and step.kind is StepKind.SCRIPT]
    return str(one.args["text"])


def said(host: MendedHost, plan: Plan, part: Part, **values: str) -> str:
    """Run the one script of a part as root; return what it says, and whether it refused."""
    given = " ".join(f"TUI_{name}={shlex.quote(value)}" for name, value in values.items())
    return host.run(f"env LC_ALL=C {given} sh -c {shlex.quote(script(plan, part))} 2>&1 || echo refused").strip()
