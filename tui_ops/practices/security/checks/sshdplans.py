"""Plans that set sshd: a drop-in that sshd reads first, a look at it by sshd itself, and a reload.

Sessions that are open stay, this desk's too. What sshd does not take, or what does not hold then, is taken back by
itself.
"""

from collections.abc import Mapping

from tui_ops.model.security import Seen

TEMPLATED = "{{"
"""How a parameter begins in a line."""

_RELOAD = """\
  - script: |
      for unit in ssh sshd; do
        if systemctl is-active --quiet "$unit.service" 2>/dev/null; then exec systemctl reload "$unit.service"; fi
      done
      for unit in ssh sshd; do
        if systemctl is-active --quiet "$unit.socket" 2>/dev/null; then
          echo "each connection begins an sshd of its own"
          exit 0
        fi
      done
      if command -v rc-service >/dev/null; then exec rc-service sshd reload; fi
      echo "no service of sshd is known here: have it read its settings anew" >&2
      exit 1
    name: reload sshd
    become: yes
"""

_TAKEN_IN = """\
  - script: |
      grep -qiE '^[[:space:]]*include[[:space:]=].*/sshd_config\\.d/\\*\\.conf' /etc/ssh/sshd_config ||
        { echo "sshd_config takes in no /etc/ssh/sshd_config.d/*.conf here: set it there by hand"; exit 1; }
    name: sshd reads drop-ins
    become: yes
"""

NOT_ROOT = """\
  - script: |
      [ "$(id -u)" -ne 0 ] || { echo "this desk logs in as root here, and would shut itself out"; exit 1; }
    name: this desk does not log in as root
"""

IN_GROUP = """\
  - script: |
      for one in $(id -Gn); do [ "$one" != "$TUI_group" ] || exit 0; done
      echo "$(id -un), by which this desk logs in, is not in $TUI_group"
      exit 1
    name: this desk's own login is in the group
"""


def drop_in(check: str, *lines: str, parameters: str = "", pre: str = "", without: str = "", last: bool = False) -> str:
    """Return a plan that sets what a check asks for.

    Args:
        check: its id, after which the drop-in is called. ``00-`` stands before all others, and the first value counts.
        lines: of sshd_config.
        parameters: in YAML, indented by two; what they are called in the lines is put in.
        pre: steps before, in YAML, indented by two.
        last: whether it is written a second time, behind all others: of some settings old versions of sshd take the
            last value.
        without: an extended regular expression of what may not be in the list afterwards from which a line takes.
    """
    content = "".join(f"        {line}\n" for line in lines)
    # What is taken out of a list is told by no line of its own.
    says = "".join(_says(line) for line in lines if " -" not in line)
    files = "".join(_file(f"{place}-tui-ops-{check}", content) for place in (("00", "zz") if last else ("00",)))
    return (
        (f"parameters:\n{parameters}" if parameters else "")
        + f"pre:\n{_TAKEN_IN}{pre}"
        + f"steps:\n{files}"
        + "  - command: /usr/sbin/sshd -t\n    become: yes\n"
        + _RELOAD
        + f"post:\n{says}{_none_left(lines[0], without)}"
        + f"rollback:\n  - restore: files\n    become: yes\n{_RELOAD}"
        + "on_failure: roll back\n"
    )


def _file(name: str, content: str) -> str:
    return (
        f'  - file:\n      path: /etc/ssh/sshd_config.d/{name}.conf\n      mode: "0600"\n'
        + ("      template: yes\n" if TEMPLATED in content else "")
        + f"      content: |\n{content}    become: yes\n"
    )


def _says(line: str) -> str:
    name, _, value = line.partition(" ")
    said = value if TEMPLATED in value else value.lower()
    return f'  - check: {{command: [/usr/sbin/sshd, -T], says: "^{name.lower()} {said}$"}}\n    become: yes\n'


def _none_left(line: str, without: str) -> str:
    if not without:
        return ""
    name = line.partition(" ")[0].lower()
    return f"""\
  - script: |
      told=$(/usr/sbin/sshd -T) || exit 1
      ! printf '%s\\n' "$told" | sed -n 's/^{name} //p' | tr , '\\n' | grep -xE '{without}'
    name: none of them is offered any more
    become: yes
"""


def number_in(name: str) -> str:
    """Return the parameter of a plan for a number that the profile says."""
    return f"  {name}: {{type: number, least: 1, most: 100000}}\n"


def wanted(name: str) -> "WantedValue":
    """Return how a plan's parameter is filled: with what the check wanted where it saw it otherwise."""
    return WantedValue(name)


class WantedValue:
    """From what was seen to the one parameter of a plan.

    Args:
        name: of the parameter.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, seen: Seen) -> Mapping[str, str]:
        """Return the values of the plan's parameters."""
        return {self._name: str(seen.data.get("wanted", ""))}
