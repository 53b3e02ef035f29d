"""Which files of a host may be named: paths that are never more than one plain word, to whatever reads them."""

import re

FILES_LIMIT = 64
"""Files of one host: each costs it a few processes every time they are read."""

PATH_LIMIT = 200
"""Characters of a path: longer ones are generated, and nobody follows those by name."""

_PATH = re.compile(r"/[A-Za-z0-9._@+:,=-][A-Za-z0-9/._@+:,=-]*", re.ASCII)


def is_file_path(path: str) -> bool:
    """Return whether a probe may be asked for a file of this path.

    It becomes a word of an order and of a command of sudoers; so it is absolute, its characters mean nothing to a
    shell or a pattern, and it does not lead upwards.
    """
    return len(path) <= PATH_LIMIT and _PATH.fullmatch(path) is not None and ".." not in path.split("/")
