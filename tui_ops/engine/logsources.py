"""Which commands show a host's logs, the best first. Pure; every word is ours or was checked."""

from collections.abc import Mapping

LINES = 200
"""Lines shown of what was before, where no time is named."""

LINES_MOST = 5000
"""The same where a time is named: as many as the desk keeps."""

LOG_FILES = ("/var/log/syslog", "/var/log/messages")
"""Where logs stand on hosts without a journal."""


def sources(params: Mapping[str, object]) -> list[list[str]]:
    """Return the commands to try one after the other.

    Args:
        params: of the act: ``source``, and where given ``since`` (seconds) and ``level``.
    """
    since, level = params.get("since"), str(params.get("level") or "")
    lines = str(LINES if since is None else LINES_MOST)
    journal = ["journalctl", "--no-pager", "--quiet", "--follow", "--output=short-iso", f"--lines={lines}"]
    if since is not None:
        journal.append(f"--since=-{round(float(str(since)))}s")
    if level:
        journal.append(f"--priority={level}")
    if params.get("source") == "kernel":
        dmesg = ["dmesg", "--follow", "--time-format=iso"]
        return [[*journal, "--dmesg"], [*dmesg, f"--level={level}+"] if level else dmesg, ["dmesg", "-w"]]
    return [journal, *(["tail", "-n", lines, "-f", path] for path in LOG_FILES), ["dmesg", "-w"]]
