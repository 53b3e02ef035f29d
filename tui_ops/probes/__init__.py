"""The texts that run on a host, as they are sent: POSIX sh, no file of which is ever written there."""

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=4)
def text(name: str = "probe.sh") -> str:
    """Return a probe's text: one function definition, which does nothing until it is called.

    Args:
        name: file name in this package.
    """
    return files(__name__).joinpath(name).read_text("utf-8")
