"""Plans of logs and of the clock that stamps them."""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.serviceplans import DEBIAN

JOURNAL = """\
pre:
  - script: '[ -d /run/systemd/system ] || { echo "there is no journald here: run a syslog"; exit 1; }'
    name: journald keeps the logs
steps:
  - command: [mkdir, -p, /etc/systemd/journald.conf.d]
    become: yes
  - file:
      path: /etc/systemd/journald.conf.d/zz-tui-ops-storage.conf
      mode: "0644"
      content: |
        [Journal]
        Storage=persistent
    become: yes
  - unit: {name: systemd-journald, do: restart}
    become: yes
  - command: [journalctl, --flush]
    become: yes
post:
  - check: {file: /var/log/journal}
rollback:
  - restore: files
  - unit: {name: systemd-journald, do: restart}
    become: yes
"""
"""What was written down by then stays when it is taken back."""

_SEND = """\
parameters:
  target: {pattern: "[A-Za-z0-9][A-Za-z0-9.-]{0,200}", help: "who takes logs by TLS, as its certificate says"}
  port: {type: number, least: 1, most: 65535, default: 6514}
  ca: {pattern: "/[A-Za-z0-9/._-]{1,200}", default: /etc/ssl/certs/ca-certificates.crt, help: who vouches for it}
pre:
  - check: {file: "{{ca}}"}
steps:
  - package: rsyslog
    become: yes
  - package: rsyslog-gnutls
    become: yes
  - file:
      path: /etc/rsyslog.d/60-tui-ops-remote.conf
      mode: "0644"
      template: yes
      content: |
        global(DefaultNetstreamDriverCAFile="{{ca}}")
        *.* action(type="omfwd" target="{{target}}" port="{{port}}" protocol="tcp"
          StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
          StreamDriverPermittedPeers="{{target}}"
          queue.type="LinkedList" queue.filename="tui-ops-remote" queue.maxdiskspace="1g" queue.saveonshutdown="on"
          action.resumeRetryCount="-1")
    become: yes
  - command: [rsyslogd, -N1]
    become: yes
  - unit: {name: rsyslog, do: enable}
    become: yes
  - unit: {name: rsyslog, do: restart}
    become: yes
post:
  - check: {unit: rsyslog, is: active}
rollback:
  - restore: files
  - unit: {name: rsyslog, do: restart}
    become: yes
on_failure: roll back
"""

_START = """\
parameters:
  unit: {pattern: "[A-Za-z0-9_@.-]{1,60}", help: what sends the logs}
steps:
  - unit: {name: "{{unit}}", do: start}
    become: yes
post:
  - check: {unit: "{{unit}}", is: active}
rollback:
  - unit: {name: "{{unit}}", do: stop}
    become: yes
"""

REMOTE_BY_HAND = "where those logs go somebody has written, and the other side has to take them so"
"""Why logs that are sent, and not well, are left to people."""


def remote(seen: Seen) -> Way | None:
    """Return the way of logs that stay on the host, or whose sender does not run; None for all else."""
    if not seen.object:
        return Way(_SEND)
    return Way(_START, told("unit")) if seen.data.get("unit") else None


_CHRONY = f"""\
steps:
  - package: chrony
    become: yes
  - script: |
      for unit in chrony chronyd; do
        if systemctl cat "$unit" >/dev/null 2>&1; then exec systemctl enable --now "$unit"; fi
      done
      exit 1
    name: enable and start chrony
    become: yes
post:
  - check: {{command: [chronyc, tracking], says: "Leap status *: Normal"}}
    retries: 6
    retry_after: 20s
rollback:
  - unit: {{name: chrony, do: stop}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: chrony, do: disable}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: chronyd, do: stop}}
    become: yes
    when: not ({DEBIAN})
  - unit: {{name: chronyd, do: disable}}
    become: yes
    when: not ({DEBIAN})
"""

CLOCK_BY_HAND = "which program is to keep it, or why its sources are wrong or silent, has to be looked at"
"""Why a clock that is kept, and not well, is left to people."""


def clock(seen: Seen) -> Way | None:
    """Return the way of a clock that nothing keeps; None for one that is kept."""
    return Way(_CHRONY) if seen.data.get("lacks") == "program" else None
