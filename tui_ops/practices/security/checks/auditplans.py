"""Plans of the audit daemon and of the integrity of files."""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.serviceplans import DEBIAN

_INSTALLED = """\
pre:
  - script: '[ -d /etc/audit/rules.d ] || { echo "the audit daemon is not installed: mend aud-on first"; exit 1; }'
    name: the audit daemon is there
    become: yes
"""

_LOAD = """\
  - script: |
      augenrules --load && exit 0
      auditctl -s | grep -q '^enabled 2' || exit 1
      echo "the rules hold until the next boot: these are read then"
    name: load the rules
    become: yes
"""


def _rules(name: str, *lines: str) -> str:
    """Return the plan that adds rules in a file of their own.

    Args:
        name: of the file: they are read in the order of their names.
        lines: of rules.
    """
    content = "".join(f"        {line}\n" for line in lines)
    return f"""\
{_INSTALLED}steps:
  - file:
      path: /etc/audit/rules.d/{name}.rules
      mode: "0640"
      content: |
{content}    become: yes
{_LOAD}rollback:
  - restore: files
{_LOAD}"""


IDENTITY = _rules(
    "50-tui-ops-identity",
    *(f"-w /etc/{name} -p wa -k identity" for name in ("passwd", "shadow", "group", "gshadow")),
    *(f"-w /etc/{name} -p wa -k rights" for name in ("sudoers", "sudoers.d")),
)

_FINAL = _rules("99-zz-tui-ops-final", "-e 2")
"""Taken back, it is gone with the next boot."""

_DAEMON = f"""\
steps:
  - package: auditd
    become: yes
    when: {DEBIAN}
  - package: audit
    become: yes
    when: not ({DEBIAN})
  - unit: {{name: auditd, do: enable}}
    become: yes
  - unit: {{name: auditd, do: start}}
    become: yes
post:
  - check: {{unit: auditd, is: active}}
rollback:
  - unit: {{name: auditd, do: disable}}
    become: yes
"""
"""An audit daemon that runs stays until the next boot: systemd itself may not stop it."""

BY_HAND = "what switched it off, or which rule keeps it silent, somebody has written: see /etc/audit/rules.d"
"""Why an audit that is there, and records nothing, is left to people."""

LOST = "what was lost is lost: raise the buffer (-b) or write fewer rules, then auditctl --reset-lost"


def audit(seen: Seen) -> Way | None:
    """Return the way of what the audit lacks: the daemon, rules, or that they hold; None for what people settle."""
    if seen.object == "lost":
        return Way(by_hand=LOST)
    if seen.object == "immutable":
        return Way(_FINAL)
    if seen.object == "rules" and not seen.data.get("rule"):
        return Way(IDENTITY)
    return Way(_DAEMON) if seen.data.get("lacks") == "daemon" or seen.data.get("install") else None


AIDE = f"""\
steps:
  - package: aide
    become: yes
  - package: aide-common
    become: yes
    when: {DEBIAN}
  - script: |
      set -- /var/lib/aide/aide.db /var/lib/aide/aide.db.gz
      if [ -e "$1" ] || [ -e "$2" ]; then echo "there is a database, which stays"; exit 0; fi
      if command -v aideinit >/dev/null; then exec aideinit -y -f; fi
      aide --init && mv /var/lib/aide/aide.db.new.gz /var/lib/aide/aide.db.gz
    name: make the first database
    become: yes
    timeout: 2h
  - file:
      path: /etc/systemd/system/aidecheck.service
      mode: "0644"
      content: |
        [Unit]
        Description=Compare files with the database of AIDE
        [Service]
        Type=oneshot
        Nice=19
        IOSchedulingClass=idle
        ExecStart=/usr/sbin/aide --check
    become: yes
    when: not ({DEBIAN})
  - file:
      path: /etc/systemd/system/aidecheck.timer
      mode: "0644"
      content: |
        [Unit]
        Description=Compare files with the database of AIDE every day
        [Timer]
        OnCalendar=*-*-* 05:00:00
        RandomizedDelaySec=30min
        Persistent=true
        [Install]
        WantedBy=timers.target
    become: yes
    when: not ({DEBIAN})
  - script: |
      systemctl daemon-reload
      timer=aidecheck service=aidecheck
      if systemctl cat dailyaidecheck.timer >/dev/null 2>&1; then timer=dailyaidecheck service=dailyaidecheck; fi
      systemctl enable --now "$timer.timer" || exit 1
      # It ends badly where a file differs, which is what it is for.
      systemctl start "$service.service" || echo "files differ: see /var/log/aide"
    name: compare every day, and once now
    become: yes
    timeout: 2h
rollback:
  - script: |
      for timer in dailyaidecheck aidecheck; do systemctl disable --now "$timer.timer" 2>/dev/null; done
      exit 0
    name: compare no more
    become: yes
  - restore: files
"""
"""A database that is there is never made anew: it would take for good whatever was changed since."""
