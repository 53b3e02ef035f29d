"""One line of sshd_config, read in one way by whoever needs it."""

import re

_SETTING = re.compile(r"([A-Za-z0-9]{1,60})(?:\s*=\s*|\s+|$)(.*)", re.ASCII)


def split_setting(line: str) -> tuple[str, str]:
    """Return name, in small letters, and value of a line of sshd_config, a comment behind it left out.

    Args:
        line: without blanks around it. ``Name value``, ``Name=value`` and ``Name = "value"`` are the same, as
            sshd_config(5) has it.

    Returns:
        Both empty where it is no setting.
    """
    found = _SETTING.fullmatch(line.partition(" #")[0].rstrip())
    return (found[1].lower(), found[2].strip().strip('"')) if found else ("", "")
