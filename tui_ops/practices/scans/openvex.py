"""OpenVEX: what a maker, or we ourselves, say of vulnerabilities in products."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tui_ops.model.scans import Product, Scan, Statement, VexStatus
from tui_ops.practices.scans import limits
from tui_ops.practices.scans.limits import Left, ScanBroken, line, listed, mapping, mappings, moment

TOOL = "openvex"

HOST = "host:"
"""How a product is called that is a host of ours; its name follows …"""

PART = "#"
"""… and behind this a package of it."""

PRODUCTS_LIMIT = 1000
"""Products of one statement."""

_PURL = re.compile(r"pkg:([a-zA-Z0-9.+-]{1,30})/([^@?#\s]{1,300})(?:@([^?#\s]{1,200}))?", re.ASCII)


def is_openvex(document: dict[str, Any]) -> bool:
    """Return whether a document is of OpenVEX."""
    return "openvex" in str(document.get("@context", ""))[:300] and isinstance(document.get("statements"), list)


def read_openvex(document: dict[str, Any]) -> Scan:
    """Read a document.

    Args:
        document: of JSON.

    Raises:
        ScanBroken: it is beyond the limits.
    """
    raw = document.get("statements")
    if isinstance(raw, list) and len(raw) > limits.ITEMS_LIMIT:
        raise ScanBroken(f"it has more than {limits.ITEMS_LIMIT} statements", "import it by parts")
    left, found = Left(), []
    for number, one in enumerate(listed(raw), 1):
        statement = _statement(mapping(one), document)
        if isinstance(statement, Statement):
            found.append(statement)
        else:
            left.out(f"statements {number}", statement)
    if not found:
        why = f": {left.note()}" if left.note() else ""
        raise ScanBroken(f"it says nothing of any vulnerability{why}", "nothing is set aside by it: check which it is")
    author = line(document.get("author"), 80)
    return Scan(
        TOOL, "OpenVEX", line(document.get("version"), 20), at=moment(document.get("timestamp")),
        statements=tuple(found), note=left.note(f"by {author}" if author else ""),
    )  # fmt: skip


def _statement(raw: dict[str, Any], document: dict[str, Any]) -> Statement | str:
    """Return a statement, or what is wrong with it."""
    told = raw.get("vulnerability")
    names = [told] if isinstance(told, str) else [mapping(told).get("name"), *listed(mapping(told).get("aliases"), 20)]
    known = tuple(dict.fromkeys(name for one in names if (name := line(one, 90))))
    if not known:
        return "names no vulnerability"
    try:
        status = VexStatus(str(raw.get("status")))
    except ValueError:
        return "a status that is not known"
    justification = line(raw.get("justification"), 80).replace("_", " ")
    if status is VexStatus.NOT_AFFECTED and not justification and not line(raw.get("impact_statement")):
        return "not affected, and no word why"
    products: list[Product] = []
    for one in listed(raw.get("products") or document.get("products"), PRODUCTS_LIMIT):
        products += _products(one)
    if not products:
        return "names no product"
    said = [justification, line(raw.get("impact_statement"), 200), line(raw.get("status_notes"), 100)]
    return Statement(known, status, tuple(products[:PRODUCTS_LIMIT]), ": ".join(one for one in said if one))


def _products(raw: object) -> list[Product]:
    if (own := _own(mapping(raw))) is not None:
        return [own]
    whole = _names(raw)
    within = [named for one in mappings(mapping(raw).get("subcomponents"), PRODUCTS_LIMIT) for named in _names(one)]
    if not within:
        return [_product(one) for one in whole]
    places = [_product(one) for one in whole]
    return [
        Product(part.name, part.version, place.within or place.name)
        for one in within for part in [_product(one)] for place in places
    ]  # fmt: skip


def _own(told: dict[str, Any]) -> Product | None:
    """Return a package of a host as we write it for other scanners: they go by its purl, we by the host as well."""
    name, purl = line(told.get("@id"), 400), line(mapping(told.get("identifiers")).get("purl"), 400)
    host, mark, _ = name.removeprefix(HOST).rpartition(PART)
    if not name.startswith(HOST) or not mark or not _PURL.match(purl):
        return None
    return replace(_product(purl), within=host)


def _names(raw: object) -> list[str]:
    """Return by what a product or a component is known."""
    told = mapping(raw)
    known = mapping(told.get("identifiers")).get("purl")
    names = [raw] if isinstance(raw, str) else [told.get("@id"), known]
    return list(dict.fromkeys(name for one in names if (name := line(one, 400))))


def _product(name: str) -> Product:
    """Return a package by its purl; what has none is a host or an image by its name."""
    found = _PURL.match(name)
    if not found:
        return Product("", within=name.removeprefix(HOST))
    kind, path, version = found[1].lower(), unquote(found[2]), unquote(found[3] or "")
    last = path.rpartition("/")[2]
    if kind in ("oci", "docker"):
        return Product("", within=last)
    return Product(line(path if kind in ("golang", "npm", "maven") else last, 200), line(version, 100))
