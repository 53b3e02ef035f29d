"""Plans of packages and services: installed, set, started, restarted, removed."""

from collections.abc import Mapping

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.accountplans import told
from tui_ops.practices.security.checks.base import Way

DEBIAN = 'like(os, "debian*") or like(os, "ubuntu*")'
"""Where packages and services have Debian's names."""

REMOVE = """\
parameters:
  package: {pattern: "[a-z0-9][a-z0-9+.-]+"}
pre:
  - script: |
      if command -v apt-get >/dev/null; then
        others=$(apt-get -s -q remove -- "$TUI_package") || { echo "apt-get does not say what would go"; exit 1; }
        others=$(printf '%s\\n' "$others" | sed -n 's/^Remv \\([^ ]*\\).*/\\1/p')
        others=$(printf '%s\\n' "$others" | grep -vxF -- "$TUI_package")
        [ -z "$others" ] || { echo "with $TUI_package would go:" $others; exit 1; }
      elif command -v rpm >/dev/null; then
        rpm -e --test -- "$TUI_package" || exit 1
      else
        echo "nothing here says what would go with $TUI_package: remove it by hand"
        exit 1
      fi
    name: nothing else goes with it
    become: yes
steps:
  - package: {name: "{{package}}", do: remove}
    become: yes
post:
  - check: {package: "{{package}}", installed: no}
rollback:
  - package: "{{package}}"
    become: yes
"""
"""Its settings and what it served stay."""


def package_of(seen: Seen) -> Mapping[str, str]:
    """Return the parameter of the plan that removes a package."""
    return {"package": str(seen.data.get("package") or seen.object)}


_POSTFIX = """\
steps:
  - file: {path: /etc/postfix/main.cf, state: kept}
    become: yes
  - command: [postconf, -e, inet_interfaces = loopback-only]
    become: yes
  - command: [postfix, check]
    become: yes
  - unit: {name: postfix, do: restart}
    become: yes
post:
  - check: {command: [postconf, -h, inet_interfaces], says: "^loopback-only$"}
rollback:
  - restore: files
  - unit: {name: postfix, do: restart}
    become: yes
on_failure: roll back
"""

_EXIM = """\
pre:
  - check: {file: /etc/exim4/update-exim4.conf.conf}
steps:
  - file: {path: /etc/exim4/update-exim4.conf.conf, state: kept}
    become: yes
  - command:
      - sed
      - -i
      - -E
      - s/^dc_local_interfaces=.*/dc_local_interfaces='127.0.0.1 ; ::1'/
      - /etc/exim4/update-exim4.conf.conf
    become: yes
  - command: update-exim4.conf
    become: yes
  - unit: {name: exim4, do: restart}
    become: yes
post:
  - check: {file: /etc/exim4/update-exim4.conf.conf, contains: "dc_local_interfaces='127.0.0.1 ; ::1'"}
rollback:
  - restore: files
  - command: update-exim4.conf
    become: yes
  - unit: {name: exim4, do: restart}
    become: yes
on_failure: roll back
"""

_MAIL = {"master": _POSTFIX, "postfix": _POSTFIX, "exim4": _EXIM}
"""By the process that takes mail; that of Postfix is called master."""


def mail(seen: Seen) -> Way | None:
    """Return the way of a mail server that is known; None for others."""
    plan = _MAIL.get(str(seen.data.get("process") or ""))
    return Way(plan) if plan else None


_RESTART = """\
parameters:
  unit: {pattern: "[A-Za-z0-9_@.:-]{1,100}[.]service", help: the service}
pre:
  - check: {unit: "{{unit}}", is: active}
@before@steps:
  - unit: {name: "{{unit}}", do: restart}
    become: yes
post:
  - check: {unit: "{{unit}}", is: active}
    retries: 3
    retry_after: 5s
"""

_SSHD_READS = """\
  - command: /usr/sbin/sshd -t
    name: sshd would start again
    become: yes
"""

_HOLDS = ("dbus", "systemd-", "user@", "getty@", "serial-getty@", "display-manager", "gdm", "sddm", "lightdm",
          "polkit", "NetworkManager", "networking", "wpa_supplicant", "docker", "containerd", "libvirtd")  # fmt: skip
"""How services begin with which sessions, networks, containers or machines would go: a boot has its time for that."""

RESTART_BY_HAND = "with it sessions, the network or all containers may go: restart it in a window, or reboot the host"


def restart(seen: Seen) -> Way | None:
    """Return the way of a service that runs what was replaced; None where the host itself has to start anew."""
    unit = str(seen.data.get("unit") or "")
    if not unit:
        return None
    if not unit.endswith(".service") or unit.startswith(_HOLDS):
        return Way(by_hand=RESTART_BY_HAND)
    before = _SSHD_READS if unit in ("ssh.service", "sshd.service") else ""
    return Way(_RESTART.replace("@before@", before), told("unit"))


_CLAMAV = f"""\
pre:
  - script: |
      least=3000000
      is=$(sed -n 's/^MemAvailable: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)
      [ "${{is:-0}}" -ge "$least" ] && exit 0
      echo "ClamAV takes 2 GB and more, and ${{is:-0}} kB of memory are left"
      exit 1
    name: there is memory for it
steps:
  - package: clamav-daemon
    become: yes
    when: {DEBIAN}
  - package: clamav-freshclam
    become: yes
    when: {DEBIAN}
  - unit: {{name: clamav-freshclam, do: enable}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: clamav-freshclam, do: start}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: clamav-daemon, do: enable}}
    become: yes
    when: {DEBIAN}
  - script: |
      for try in $(seq 60); do
        set -- /var/lib/clamav/daily.*
        [ ! -e "$1" ] || exec systemctl restart clamav-daemon
        sleep 10
      done
      echo "freshclam brought no signatures in ten minutes: see why it reaches no mirror" >&2
      exit 1
    name: start it once there are signatures
    timeout: 12m
    become: yes
    when: {DEBIAN}
  - manual: Install the antivirus of this system, and say that it is done once it runs
    when: not ({DEBIAN})
rollback:
  - package: {{name: clamav-daemon, do: remove}}
    become: yes
    when: {DEBIAN}
  - package: {{name: clamav-freshclam, do: remove}}
    become: yes
    when: {DEBIAN}
"""

_FAIL2BAN = """\
parameters:
  ours:
    pattern: "[0-9a-fA-F.:/ ]{2,600}"
    help: "addresses that are never banned, that of the jump host among them: 10.0.0.5 192.0.2.0/24"
steps:
  - package: fail2ban
    become: yes
  - file:
      path: /etc/fail2ban/jail.d/zz-tui-ops-sshd.conf
      mode: "0644"
      template: yes
      content: |
        [DEFAULT]
        ignoreip = 127.0.0.1/8 ::1 {{ours}}
        [sshd]
        enabled = true
    become: yes
  - script: |
      [ -e /var/log/auth.log ] || [ -e /var/log/secure ] ||
        printf 'backend = systemd\\n' >>/etc/fail2ban/jail.d/zz-tui-ops-sshd.conf
    name: read the journal where sshd has no log of its own
    become: yes
  - command: [fail2ban-client, -t]
    become: yes
  - unit: {name: fail2ban, do: enable}
    become: yes
  - unit: {name: fail2ban, do: restart}
    become: yes
post:
  - check: {command: [fail2ban-client, status, sshd], says: "Currently banned"}
    become: yes
    retries: 5
    retry_after: 3s
rollback:
  - restore: files
@back@on_failure: roll back
"""
"""Who is never banned a person says: from the host's own view all of us come from one address."""

_STOP = """\
  - unit: {name: fail2ban, do: stop}
    become: yes
  - unit: {name: fail2ban, do: disable}
    become: yes
"""

_AGAIN = """\
  - unit: {name: fail2ban, do: restart}
    become: yes
"""


def ban(seen: Seen) -> Way | None:
    """Return the way of a host where nobody bans, or fail2ban does not watch sshd; None for a jail that is blind."""
    back = {"service": _STOP, "jail": _AGAIN}.get(str(seen.data.get("lacks") or ""))
    return Way(_FAIL2BAN.replace("@back@", back)) if back else None


def virus(seen: Seen) -> Way | None:
    """Return the way of a host without antivirus; None for one whose signatures are old."""
    return Way(_CLAMAV) if seen.data.get("lacks") == "engine" else None
