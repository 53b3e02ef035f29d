"""How a plugin is started, here and on a host: as an argument list, with a clean environment and an end."""

import math
from collections.abc import Sequence

FOLDERS = (
    "/usr/lib/nagios/plugins",
    "/usr/lib64/nagios/plugins",
    "/usr/lib/monitoring-plugins",
    "/usr/libexec/monitoring-plugins",
    "/usr/libexec/nagios/plugins",
    "/usr/local/lib/nagios/plugins",
    "/usr/local/libexec/nagios",
    "/usr/local/nagios/libexec",
)
"""Where systems keep plugins: Debian, Red Hat, SUSE and Alpine, then what was built by hand."""

GRACE_S = 2
"""Seconds after our own time-out at which the machine ends a plugin: not every sshd ends one whose channel closes."""

_START = (
    "name=$1 limit=$2; shift 2; found=; "
    "case $name in /*) found=$name;; *) for folder in {folders}; do "
    'if [ -x "$folder/$name" ]; then found=$folder/$name; break; fi; done;; esac; '
    'if [ -z "$found" ] || [ ! -x "$found" ]; then '
    'echo "there is no plugin $name here: install monitoring-plugins, or write its path"; exit 3; fi; '
    "clean='env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C'; "
    'cd /; if command -v timeout >/dev/null; then exec timeout -k 2 "$limit" $clean "$found" "$@"; fi; '
    'exec $clean "$found" "$@"'
).replace("{folders}", " ".join(FOLDERS))
"""The words of the plugin are its arguments and never part of it. No home, no locale, no variables of an account."""


def command_of(words: Sequence[str], timeout_s: float) -> list[str]:
    """Return the argument list that runs a plugin.

    Args:
        words: the plugin and its options.
        timeout_s: seconds that it may take; the machine ends it a little later.
    """
    return ["/bin/sh", "-c", _START, "sh", words[0], str(math.ceil(timeout_s) + GRACE_S), *words[1:]]
