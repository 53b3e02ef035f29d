"""Which files of a host may be named: paths that are never more than one plain word, to whatever reads them."""

import re

FILES_LIMIT = 64
"""Files of one host: each costs it a few processes every time they are read."""

PATH_LIMIT = 200
"""Characters of a path: longer ones are generated, and nobody follows those by name."""

SSHD_FOLDER = "/etc/ssh/"
"""Where a file lies of which root may be asked what an sshd that reads it is set to."""

_SSHD_NAME = re.compile(r"[A-Za-z0-9._-]*(?:sshd|config)[A-Za-z0-9._-]*", re.ASCII)
_KEY_ENDS = ("_key", ".key", ".pem", ".pub")
_PATH = re.compile(r"/[A-Za-z0-9._@+:,=-][A-Za-z0-9/._@+:,=-]*", re.ASCII)


def is_file_path(path: str) -> bool:
    """Return whether a probe may be asked for a file of this path.

    It becomes a word of an order and of a command of sudoers; so it is absolute, its characters mean nothing to a
    shell or a pattern, and it does not lead upwards.
    """
    return len(path) <= PATH_LIMIT and _PATH.fullmatch(path) is not None and ".." not in path.split("/")


def is_sshd_file(path: str) -> bool:
    """Return whether root may read a file as the settings of an sshd.

    Which file that is a host says itself, by the words of its processes and units. So only one counts that lies
    directly in ssh's own folder, is called like settings, and not like a key. The section ``sshdconf`` has the same
    rule.
    """
    name = path.removeprefix(SSHD_FOLDER)
    return (
        path.startswith(SSHD_FOLDER)
        and is_file_path(path)
        and _SSHD_NAME.fullmatch(name) is not None
        and not name.lower().endswith(_KEY_ENDS)
    )
