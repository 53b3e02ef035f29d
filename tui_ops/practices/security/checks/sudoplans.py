"""Plans of sudo and su: what a broken file of them would take away is root itself, so each is read before it counts."""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Way


def _drop_in(name: str, line: str) -> str:
    """Return the plan of one line for all, in a file that sudo reads last, since the last word counts.

    Args:
        name: of the file, a plain word.
        line: of sudoers.
    """
    return f"""\
pre:
  - script: printf '%s\\n' '{line}' | visudo -c -f -
    name: sudo understands it
    become: yes
steps:
  - file:
      path: /etc/sudoers.d/zz-tui-ops-{name}
      mode: "0440"
      content: |
        {line}
    become: yes
post:
  - check: {{command: [visudo, -c], says: "zz-tui-ops-{name}"}}
    become: yes
rollback:
  - restore: files
on_failure: roll back
"""


SUDO_PTY = _drop_in("pty", "Defaults use_pty")

_LOG = _drop_in("log", 'Defaults logfile="/var/log/sudo.log"')


def written_way(seen: Seen) -> Way | None:
    """Return the way of a sudo that writes nothing down: a log of its own, whatever is said of syslog. Where a line
    turns terminals off, people take it out.
    """
    if seen.data.get("off"):
        return Way(by_hand="a line turns use_pty off, and somebody may need it so: take it out with visudo")
    return Way(_LOG) if seen.object == "log" else None


SU = """\
parameters:
  group: {pattern: "[a-z_][a-z0-9_-]{0,31}", default: sugroup, help: a group that is empty}
pre:
  - command: id -u
    name: root can be had by sudo here
    become: yes
steps:
  - file: {path: /etc/pam.d/su, state: kept}
    become: yes
  - script: |
      set -e
      getent group "$TUI_group" >/dev/null || groupadd --system "$TUI_group"
      sed -i -E '/^[[:space:]]*auth[[:space:]].*pam_wheel\\.so/d' /etc/pam.d/su
      line="auth required pam_wheel.so use_uid group=$TUI_group"
      if grep -qE '^[[:space:]]*auth[[:space:]]+sufficient[[:space:]]+pam_rootok\\.so' /etc/pam.d/su; then
        sed -i -E "/^[[:space:]]*auth[[:space:]]+sufficient[[:space:]]+pam_rootok\\.so/a $line" /etc/pam.d/su
      else
        sed -i "1i $line" /etc/pam.d/su
      fi
    name: bound su to a group
    become: yes
post:
  - check: {file: /etc/pam.d/su, contains: "pam_wheel.so use_uid group={{group}}"}
    become: yes
  - command: [su, -c, "true"]
    name: root is let through
    become: yes
rollback:
  - restore: files
on_failure: roll back
"""
"""Root itself passes by pam_rootok, which has to stand before."""
