"""Plans to begin with: texts for common work, with remarks that explain, each a right plan as it stands."""

from dataclasses import dataclass

_HEAD = """\
# {title}
# Every mistake is told with its line when the editor is left; nothing that was written is lost.
# docs/plans.md has all kinds of steps: command, script, file, package, unit, account, key, reboot, wait, http,
# check, manual, local, ansible. Each takes name, timeout, retries, retry_after, become and when.

"""

_TAIL = """\

batches: [1, 5%, 25%, rest]         # hosts at a time: counts, shares, the rest; the last one repeats
on_failure: {failure}                  # or: roll back (the batch), roll back all
# soak: 5m                          # after each batch its alerts are watched for so long
# max_fail_percentage: 0            # has to be exceeded by the hosts of a batch that failed
# expected_alerts: [unit-failed]    # belong to the change while it runs: they page nobody
# abort_if: [http-down]             # end it at once
"""

_EMPTY = """\
pre:                                # has to hold before anything is touched; only reads
  - check: {unit: ssh, is: active}

steps:                              # in this order on each host
  - command: uname -a               # words, no shell; 'script: |' takes lines of POSIX sh
    # become: yes                   # root does it, by sudo -n
    # when: group("web")            # else it is skipped on a host

post:                               # decides whether it worked; only reads
  - check: {unit: ssh, is: active}

rollback: []                        # how it is taken back; a plan that writes files restores them without it
"""

_RESTART = """\
parameters:
  unit: {default: nginx, help: the unit as systemctl lists it}

pre:
  - check: {unit: "{{unit}}", is: active}

steps:
  - unit: {name: "{{unit}}", do: restart}
    become: yes

post:
  - check: {unit: "{{unit}}", is: active}
    retries: 5                      # a unit may take a while until it is up
    retry_after: 3s
  # - http: {url: "https://{host}/health", within: 30s, times: 3}

rollback: []                        # a restart can't be taken back
"""

_PACKAGE = """\
parameters:
  package: {default: nginx, help: the package as the host's package manager lists it}
  version: {default: 1.26.3-1~deb12u1, help: leave the key 'version' out of the step for the newest}

pre:
  - check: {package: "{{package}}"}

steps:
  - package: {name: "{{package}}", do: upgrade, version: "{{version}}"}
    become: yes

post:
  - check: {package: "{{package}}", version: "{{version}}"}
  # - check: {unit: nginx, is: active}
  # - http: {url: "https://{host}/health", within: 30s, times: 3}

rollback:
  - manual: Decide on a version to go back to; nothing is taken back by itself.
"""

_SECURITY = """\
steps:
  - package: {do: security}         # updates of security alone, of all packages
    become: yes
    timeout: 30m
  # - reboot: 15m                   # proved by a new start
  #   become: yes

post:
  - check: {unit: ssh, is: active}

rollback: []                        # put a step per package here where it has to be taken back
"""

_FILE = """\
steps:
  - file:                           # the old file is kept, with mode and owner, until the change is over
      path: /etc/nginx/conf.d/tls.conf
      # mode: "0644"                # as it was, without these
      # owner: root
      # group: root
      # template: yes               # puts parameters, {{host}} and {{address}} into the content
      content: |
        ssl_protocols TLSv1.2 TLSv1.3;
    become: yes
  - command: nginx -t               # before it is used: is it right?
    become: yes
  - unit: {name: nginx, do: reload}
    become: yes

post:
  - check: {unit: nginx, is: active}
  # - http: {url: "https://{host}/health", within: 30s, times: 3}

rollback:
  - restore: files                  # byte for byte
    become: yes
  - unit: {name: nginx, do: reload}
    become: yes
"""

_REBOOT = """\
pre:
  - check: {unit: ssh, is: enabled}

steps:
  - reboot: 15m                     # until it has to be back
    become: yes

post:
  - check: {unit: ssh, is: active}
    retries: 5

rollback: []
"""

_SCRIPT = """\
parameters:
  level: {choices: [info, debug], default: info}

steps:
  - script: |
      set -eu
      echo "level $TUI_level"       # parameters come as variables, never as text of the script
    timeout: 2m

post:
  - check: {command: ["true"], exits: 0}

rollback: []
"""

_PLAYBOOK = """\
steps:
  - ansible: {playbook: /srv/ansible/site.yml, tags: [web]}
    become: yes

post:
  - check: {unit: nginx, is: active}

rollback:
  - manual: Run the playbook of the release before.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """A plan to begin with."""

    name: str
    """One word, as the command line takes it."""
    title: str
    text: str


def _form(name: str, title: str, body: str, failure: str = "stop") -> Form:
    return Form(name, title, _HEAD.format(title=title) + body + _TAIL.format(failure=failure))


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        _form("empty", "A new plan", _EMPTY),
        _form("restart", "Restart a unit in batches", _RESTART),
        _form("package", "Upgrade a package", _PACKAGE),
        _form("security", "Install updates of security", _SECURITY),
        _form("file", "Put a file", _FILE, "roll back"),
        _form("reboot", "Reboot hosts", _REBOOT),
        _form("script", "Run a script", _SCRIPT),
        _form("playbook", "Run a playbook", _PLAYBOOK),
    )
}
"""By name, in the order in which they are offered."""
