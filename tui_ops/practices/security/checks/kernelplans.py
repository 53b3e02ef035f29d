"""Plans of the kernel's settings, and of mandatory access control."""

from collections.abc import Mapping

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Way

SET = """\
parameters:
  key: {pattern: "(net|kernel|fs)[.][a-z0-9_.]{1,100}", help: the setting of the kernel}
  value: {pattern: "[0-9]{1,9}"}
  was: {pattern: "-?[0-9]{1,9}", help: the value before}
pre:
  - script: |
      case $TUI_key in *forward*) ;; *) exit 0 ;; esac
      for link in /sys/class/net/*; do
        if [ -d "$link/bridge" ] || [ -e "$link/tun_flags" ] || grep -qs DEVTYPE=wireguard "$link/uevent"; then
          echo "${link##*/} is a bridge or a tunnel, which needs it: give the host the role of a router"
          exit 1
        fi
      done
    name: nothing here needs packets to be passed on
steps:
  - file:
      path: "/etc/sysctl.d/99-zz-tui-ops-{{key}}.conf"
      mode: "0644"
      template: yes
      content: |
        {{key}} = {{value}}
    become: yes
  - file: {path: /etc/sysctl.conf, state: kept}
    become: yes
  - script: |
      [ -f /etc/sysctl.conf ] || exit 0
      new=$(awk -v key="$TUI_key" -F= '
        { name = $1; gsub(/[ \\t]/, "", name); gsub("/", ".", name); sub(/^-/, "", name) }
        name == key { print "# " $0; next }
        { print }' /etc/sysctl.conf) && printf '%s\\n' "$new" >/etc/sysctl.conf
    name: say nothing else of it in sysctl.conf, which some boots read last
    become: yes
  - command: [sysctl, -w, "{{key}}={{value}}"]
    become: yes
post:
  - check: {command: [sysctl, -n, "{{key}}"], says: "^{{value}}$"}
rollback:
  - restore: files
  - command: [sysctl, -w, "{{key}}={{was}}"]
    become: yes
"""
"""The file is read behind all others of its folder."""

NO_SUCH = "this kernel has no such setting: it is built without it"


def set_values(seen: Seen) -> Mapping[str, str]:
    """Return the parameters of the plan that sets one setting."""
    given = seen.data
    return {
        "key": str(given.get("key") or seen.object), "value": str(given.get("value") or "0"),
        "was": str(given.get("is") or ""),
    }  # fmt: skip


def no_such(seen: Seen) -> Way | None:
    """Return that a setting which the kernel does not have can't be set; None for all others."""
    return Way(by_hand=NO_SUCH) if "is" in seen.data and seen.data["is"] is None else None


_ENFORCING = """\
steps:
  - file: {path: /etc/selinux/config, state: kept}
    become: yes
  - command: [sed, -i, -E, "s/^[[:space:]]*SELINUX=.*/SELINUX=enforcing/", /etc/selinux/config]
    become: yes
post:
  - check: {file: /etc/selinux/config, contains: "SELINUX=enforcing"}
    become: yes
rollback:
  - restore: files
"""

CONFINE = "what it would stop only its log tells: look there, or let it run without for a while, before it is enforced"
"""Why access control that is not in force is left to people."""


def confined(seen: Seen) -> Way | None:
    """Return the way of an SELinux that is in force, and would not be after a boot; None for all else."""
    return Way(_ENFORCING) if seen.data.get("configured") else None
