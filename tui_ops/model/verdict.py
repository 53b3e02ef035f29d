"""The answer of a rule: whether something may be done now, and if not, why not."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Truthy where the act is possible."""

    ok: bool
    why: str = ""
    """Why not, one clause for the footer and the menu: ``host is local``."""

    def __bool__(self) -> bool:
        return self.ok


YES = Verdict(True)


def no(why: str) -> Verdict:
    """Return a refusal with its reason."""
    return Verdict(False, why)


def either(words: Iterable[str]) -> str:
    """Return what is possible for a sentence: ``take on, analyse or dismiss``; there is at least one."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
