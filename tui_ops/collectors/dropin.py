"""The drop-in for sudo, as text: the lines that root runs for us, spelt as sudoers takes them."""

from collections.abc import Collection, Iterable, Mapping

from tui_ops.collectors.privilege import RootLine, asked
from tui_ops.model.filepaths import is_file_path, is_sshd_file

SCAN_NOTE = (
    "# Scanners that the inventory has run here once a week. These do more than read: they run programs of others,\n"
    "# and Lynis writes its report and its log.\n"
)

NAMED_BY_HOST = (
    "the host itself named this file, as one that a further sshd reads: look at it before you install this, since the "
    "account reads all of it"
)
"""What is said of each file of a further sshd that root is asked for."""


def lines(
    files: Iterable[str], programs: Mapping[str, str], disks: Iterable[tuple[str, str]] = (), sshds: Iterable[str] = ()
) -> list[str]:
    """Return the commands of a drop-in as sudoers spells them, each exact to its last word.

    Args:
        files: paths of the inventory; one that it would not allow is left out.
        programs: where each program is; lines of those that are not in it are left out.
        disks: device and type of each.
        sshds: files that further sshds read; one that it would not allow is left out.
    """
    timeout = programs.get("timeout")
    if timeout is None:
        return []
    return [_spelt(timeout, programs, line) for line in asked(files, disks, sshds) if line.program in programs]


def _spelt(timeout: str, programs: Mapping[str, str], line: RootLine) -> str:
    # A command without words would be allowed with any: the seconds stand before it, and so it has some.
    return " ".join(
        [_escaped(timeout), str(line.seconds), _escaped(programs[line.program]), *map(_escaped, line.words)]
    )


def needed(
    sections: Collection[str], programs: Mapping[str, str], allowed: Collection[int] = (), sshds: Iterable[str] = ()
) -> list[str]:
    """Return the commands of a drop-in that would make some sections known, as sudoers spells them.

    Args:
        sections: that are to be known.
        programs: where each program is; lines of those that are not in it are left out.
        allowed: places of lines that root runs already, as the section ``privilege`` numbers them.
        sshds: files that further sshds of the host read.
    """
    timeout = programs.get("timeout")
    if timeout is None:
        return []
    return [
        _spelt(timeout, programs, line)
        for number, line in enumerate(asked((), (), sshds), 1)
        if line.section in sections and line.program in programs and number not in allowed
    ]


def dropin(
    user: str,
    files: Iterable[str],
    programs: Mapping[str, str],
    disks: Iterable[tuple[str, str]] = (),
    left_out: Mapping[str, str] | None = None,
    scans: Iterable[RootLine] = (),
    no_scans: Mapping[str, str] | None = None,
    sshds: Collection[str] = (),
) -> str:
    """Return the text of a drop-in for ``/etc/sudoers.d``.

    Args:
        user: the account that tui-ops logs in as.
        files: paths of the inventory for this host.
        programs: where each program is on it.
        disks: device and type of each.
        left_out: files of the inventory, and of sshds, that root is not asked for, each with the reason, which is told.
        scans: what scanners take that the inventory has run there.
        no_scans: scanners of the inventory without lines, each with the reason, which is told.
        sshds: files that further sshds of the host read.
    """
    who = "".join(sign if sign.isalnum() or sign in "._-" else f"\\{sign}" for sign in user)
    head = (
        "# What tui-ops may have root read on this host: each line is one command, word for word, and ends by itself.\n"
        "# Install it with:  visudo -cf FILE && install -m 0440 FILE /etc/sudoers.d/tui-ops\n"
        "# The logs that an operator opens are read without it: let the account join the group systemd-journal.\n"
        f"Defaults:{who} !requiretty\n"
    )
    notes = [f"# Left out: {path}: {why}.\n" for path, why in (left_out or {}).items() if is_file_path(path)]
    notes += [f"# {path}: {NAMED_BY_HOST}.\n" for path in sshds if is_sshd_file(path)]
    rules = dict.fromkeys(lines(files, programs, disks, sshds))
    told = head + "".join(notes) + "".join(f"{who} ALL=(root) NOPASSWD: {rule}\n" for rule in rules)
    runs = dict.fromkeys(_spelt(programs["timeout"], programs, line) for line in scans if "timeout" in programs)
    missing = [f"# Left out: {tool}: {why}.\n" for tool, why in (no_scans or {}).items()]
    if runs or missing:
        told += SCAN_NOTE + "".join(missing) + "".join(f"{who} ALL=(root) NOPASSWD: {rule}\n" for rule in runs)
    return told


def _escaped(word: str) -> str:
    """Return a word as sudoers spells it: what separates words there, and what would be a pattern, taken literally."""
    spelt = []
    for sign in word:
        if sign == "\\":
            spelt.append("\\\\\\\\")
        elif sign in "*?[]:,=#\t":
            spelt.append(f"\\{sign}")
        else:
            spelt.append(sign)
    return "".join(spelt)
