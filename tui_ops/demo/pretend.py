"""What an operator's own commands become in the demo: its hosts are pretended, this machine is not.

The probe runs for real, since it reads a generated tree. A log or a command of the operator would read and change
the machine that the demo runs on, so a log is made up, and only a few harmless commands are run.
"""

import re
import shlex

SHELL = "/bin/sh"

HARMLESS = ("uname", "hostname", "df", "date", "echo", "true", "false", "sleep")
"""What may be run: it reads the generated tree, or nothing."""

_PLAIN = re.compile(r"[A-Za-z0-9 ._/+,:%-]*")
"""No sign that a shell gives a meaning."""

_LOGS = ("journalctl", "tail", "dmesg")

_LOG = r"""
say() { printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%S+0000)" "$(uname -n)" "$1"; }
say 'systemd[1]: Started Session of user ops.'
say 'kernel: TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending cookies.'
say 'cron[611]: (root) CMD (run-parts /etc/cron.hourly)'
say 'app[2214]: error: upstream timed out after 5000 ms'
n=0
while :; do n=$((n + 1)); say "app[2214]: request $n served in $((n * 7 % 90 + 3)) ms"; sleep 2; done
"""


def instead_of(command: str) -> list[str]:
    """Return what is run in place of a command that a client sends; a bare shell is one, and takes the probe."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if words in (["sh"], [SHELL]):
        return [SHELL]
    if words and words[0] in _LOGS:
        return [SHELL, "-c", _LOG]
    # What a person typed is one word of what the engine makes of it.
    asked = words[4] if len(words) == 6 and words[:2] == [SHELL, "-c"] else command
    if _PLAIN.fullmatch(asked) and asked.split()[:1] and asked.split()[0] in HARMLESS:
        return [SHELL, "-c", asked]
    return [SHELL, "-c", f"echo 'the demo runs only: {' '.join(HARMLESS)}'; exit 126"]
