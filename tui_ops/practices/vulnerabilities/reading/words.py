"""What the readers share: what they give, and which texts of a feed can be names and versions."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from tui_ops.model.clean import clean
from tui_ops.model.vulnerabilities import Advisory, Exploited, FeedRule, Likelihood
from tui_ops.practices.vulnerabilities.reading.limits import NAME_LIMIT, TEXT_LIMIT, Budget, Left
from tui_ops.practices.vulnerabilities.versions import VERSION_LIMIT

Entry: TypeAlias = FeedRule | Advisory | Exploited | Likelihood

PACKAGE = re.compile(rf"[A-Za-z0-9@][A-Za-z0-9+._@/-]{{0,{NAME_LIMIT - 1}}}", re.ASCII)
VERSION = re.compile(rf"[A-Za-z0-9.+:~^_-]{{1,{VERSION_LIMIT}}}", re.ASCII)
IDENTITY = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{2,60}", re.ASCII)
"""``CVE-2024-6387``, ``TEMP-0841856-B18BAF``, ``DSA-5763-1``, ``openSUSE-SU-2024:0123-1``."""
CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{3,12}", re.ASCII)


@dataclass
class Told:
    """What a reader tells beside its entries; complete when it has come to the end."""

    left: Left = field(default_factory=Left)
    budget: Budget = field(default_factory=Budget)
    dated_at: float | None = None
    """When the publisher made it, epoch seconds, where the file says so."""
    name: str = ""
    """The rest of its name: a suite, an ecosystem."""


def is_package(value: object) -> bool:
    """Return whether a value can be the name of a package."""
    return isinstance(value, str) and PACKAGE.fullmatch(value) is not None


def is_version(value: object) -> bool:
    """Return whether a value can be a version."""
    return isinstance(value, str) and VERSION.fullmatch(value) is not None


def is_identity(value: object) -> bool:
    """Return whether a value can name a vulnerability."""
    return isinstance(value, str) and IDENTITY.fullmatch(value) is not None


def line_of(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text of a feed as one harmless line; empty for anything else."""
    return clean(" ".join(value[: limit * 4].split()), limit) if isinstance(value, str) else ""


def moment_of(value: object) -> float | None:
    """Return a time of ISO 8601 as epoch seconds, in UTC where it names no zone; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def share_of(value: object) -> float | None:
    """Return a number from 0 to 1; None for anything else."""
    try:
        found = float(value) if isinstance(value, str | int | float) else -1.0
    except ValueError:
        return None
    return found if 0.0 <= found <= 1.0 else None
