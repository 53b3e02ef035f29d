"""Which findings a document of OpenVEX sets aside."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui_ops.model.scans import Product, Statement, VexStatus

ASIDE = (VexStatus.NOT_AFFECTED, VexStatus.FIXED)
"""What sets a finding aside. That something is affected, or looked into, changes nothing."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A live finding about a vulnerability."""

    id: int
    name: str
    """Of the vulnerability, without the tool."""
    host: str
    package: str
    installed: str
    part: str


_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,12}(?![0-9])", re.ASCII)


def weakness_name(check: str) -> str:
    """Return the vulnerability that a check is about: ``CVE-2024-6387`` of ``trivy:CVE-2024-6387``, and of
    ``grype:CVE-2024-6387-openssh``, as Grype calls it in SARIF."""
    name = check.rpartition(":")[2]
    found = _CVE.match(name)
    return found[0] if found else name


def words_of(statement: Statement) -> str:
    """Return what a statement says, in words for people."""
    return f"{statement.status.replace('_', ' ')}{f': {statement.why}' if statement.why else ''}"


def set_aside(
    statements: Sequence[Statement], weaknesses: Iterable[Weakness], here: bool
) -> Iterator[tuple[Weakness, Statement]]:
    """Give the findings that statements set aside, each with the last one about it: a later word counts.

    Args:
        statements: in the order of the document.
        weaknesses: live ones of the hosts that it is for.
        here: whether somebody said which hosts it is for: then what a statement says of a whole product holds for all
            of them, whatever it calls it.
    """
    by_name: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.names:
            by_name.setdefault(name.upper(), []).append(statement)
    for one in weaknesses:
        about = [
            statement for statement in by_name.get(one.name.upper(), [])
            if is_about(statement, one, here)
        ]  # fmt: skip
        if about and about[-1].status in ASIDE:
            yield one, about[-1]


def is_about(statement: Statement, one: Weakness, here: bool) -> bool:
    """Return whether a statement is about the package of a finding; ``here`` as for :func:`set_aside`."""
    return any(_fits(product, one, here) for product in statement.products)


def _fits(product: Product, one: Weakness, here: bool) -> bool:
    if product.within and not here and product.within.lower() not in (one.host.lower(), one.part.lower()):
        return False
    if not product.name:
        return bool(product.within)
    last = product.name.rpartition("/")[2]
    if one.package.lower() not in (product.name.lower(), last.lower()):
        return False
    return not product.version or product.version == one.installed
