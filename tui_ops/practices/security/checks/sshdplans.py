"""Plans that set sshd: a drop-in that sshd reads first, a look at it by sshd itself, and a reload."""

from collections.abc import Mapping

from tui_ops.model.security import Seen

_RELOAD = """\
  - script: |
      for unit in ssh sshd; do
        if systemctl is-active --quiet "$unit"; then exec systemctl reload "$unit"; fi
      done
      exit 1
    name: reload sshd
    become: yes
"""


def drop_in(check: str, *lines: str, parameters: str = "", pre: str = "") -> str:
    """Return a plan that sets what a check asks for.

    Args:
        check: its id, after which the drop-in is called. ``00-`` stands before all others, and the first value counts.
        lines: of sshd_config.
        parameters: in YAML, indented by two; what they are called in the lines is put in.
        pre: steps before, in YAML, indented by two.
    """
    content = "".join(f"        {line}\n" for line in lines)
    # What is taken out of a list is told by no line of its own.
    says = "".join(_says(line) for line in lines if "{{" not in line and " -" not in line)
    return (
        (f"parameters:\n{parameters}" if parameters else "")
        + (f"pre:\n{pre}" if pre else "")
        + "steps:\n  - file:\n"
        + f"      path: /etc/ssh/sshd_config.d/00-tui-ops-{check}.conf\n"
        + '      mode: "0600"\n'
        + ("      template: yes\n" if parameters else "")
        + f"      content: |\n{content}"
        + "    become: yes\n"
        + "  - command: /usr/sbin/sshd -t\n    become: yes\n"
        + _RELOAD
        + (f"post:\n{says}" if says else "")
        + "rollback:\n  - restore: files\n"
        + _RELOAD
    )


def _says(line: str) -> str:
    name, _, value = line.partition(" ")
    return f'  - check: {{command: [/usr/sbin/sshd, -T], says: "{name.lower()} {value.lower()}"}}\n    become: yes\n'


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
