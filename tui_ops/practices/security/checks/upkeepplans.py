"""Plans of updates."""

from tui_ops.model.security import Seen
from tui_ops.practices.security.checks.base import Way
from tui_ops.practices.security.checks.serviceplans import DEBIAN

SECURITY = """\
steps:
  - package: {do: security}
    become: yes
"""

UNATTENDED = f"""\
steps:
  - package: unattended-upgrades
    become: yes
    when: {DEBIAN}
  - file:
      path: /etc/apt/apt.conf.d/zz-tui-ops-auto-upgrades
      mode: "0644"
      content: |
        APT::Periodic::Enable "1";
        APT::Periodic::Update-Package-Lists "1";
        APT::Periodic::Unattended-Upgrade "1";
    become: yes
    when: {DEBIAN}
  - unit: {{name: apt-daily.timer, do: enable}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: apt-daily.timer, do: start}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: apt-daily-upgrade.timer, do: enable}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: apt-daily-upgrade.timer, do: start}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: apt-daily-upgrade.service, do: start}}
    name: take what waits now, as every day from now on
    become: yes
    timeout: 1h
    when: {DEBIAN}
  - package: dnf-automatic
    become: yes
    when: not ({DEBIAN})
  - file: {{path: /etc/dnf/automatic.conf, state: kept}}
    become: yes
    when: not ({DEBIAN})
  - command: [sed, -i, -E, "s/^[ ]*upgrade_type[ ]*=.*/upgrade_type = security/", /etc/dnf/automatic.conf]
    become: yes
    when: not ({DEBIAN})
  - unit: {{name: dnf-automatic-install.timer, do: enable}}
    become: yes
    when: not ({DEBIAN})
  - unit: {{name: dnf-automatic-install.timer, do: start}}
    become: yes
    when: not ({DEBIAN})
rollback:
  - restore: files
  - unit: {{name: apt-daily-upgrade.timer, do: disable}}
    become: yes
    when: {DEBIAN}
  - unit: {{name: dnf-automatic-install.timer, do: stop}}
    become: yes
    when: not ({DEBIAN})
  - unit: {{name: dnf-automatic-install.timer, do: disable}}
    become: yes
    when: not ({DEBIAN})
"""

_SIGNED = """\
parameters:
  setting:
    choices:
@settings@
steps:
  - file:
      path: "/etc/apt/apt.conf.d/zz-tui-ops-{{setting}}"
      mode: "0644"
      template: yes
      content: |
        {{setting}} "false";
    become: yes
post:
  - check: {command: [apt-config, dump], says: '^{{setting}} "false";$'}
rollback:
  - restore: files
"""

SETTINGS = (
    "APT::Get::AllowUnauthenticated", "Acquire::AllowInsecureRepositories", "Acquire::AllowWeakRepositories",
    "Acquire::AllowDowngradeToInsecureRepositories",
)  # fmt: skip
"""Settings of apt that the plan turns off, as apt.conf(5) spells them."""


def signed(seen: Seen) -> Way | None:
    """Return the way of a setting of apt; None for a source, whose key has to be found."""
    spelt = {one.lower(): one for one in SETTINGS}.get(seen.object.lower())
    if spelt is None:
        return None
    plan = _SIGNED.replace("@settings@", "\n".join(f'      - "{one}"' for one in SETTINGS))
    return Way(plan, lambda _seen: {"setting": spelt})


REBOOT = """\
steps:
  - reboot: 15m
    become: yes
"""
