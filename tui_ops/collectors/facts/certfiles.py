"""The topic ``certfiles``: certificates in files, whose public halves alone leave the host.

Parts: ``conf`` (lines of services' settings that name one), ``named`` (``PATH:LINE`` of those) and ``found`` (of those
in the usual places, for root: a path in a line of its own, then the certificate).
"""

import base64
import binascii
import hashlib
from itertools import pairwise

from tui_ops.collectors.facts.body import Body, Items, Part, read_body, reading, split_path, text
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "certfiles", "certificates"

CERTIFICATES_LIMIT = 200
"""Certificates of one host that are kept: a web server for a hundred names has a hundred."""

NAMED_LIMIT = 400
"""Lines of settings that name a certificate: as many as the probe tells."""

VOUCHED_LIMIT = 100
"""Signatures of one host that are checked: a key may be made so that each takes the engine ten milliseconds."""

IN_FILE_LIMIT = 5
"""Certificates of one file: its own, and those that vouch for it."""

BYTES_LIMIT = 24_000
"""Of one certificate, as it is written: one for a hundred names has 6,000."""

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def parse_certfiles(body: bytes) -> FactReading:
    """Read one run of the topic.

    Returns:
        An item for each file: whom it is for, who issued it, until when, and whether each of its certificates was
        issued by the next.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(CERTIFICATES_LIMIT)
    vouched = 0
    for path, blocks in _files(found).items():
        if items.has_room(path):
            vouched += len(blocks) - 1
            items.add(path, _told(blocks, vouched <= VOUCHED_LIMIT))
    named = list(dict.fromkeys(text(split_path(line)[1]) for line in found.of("conf")))[:NAMED_LIMIT]
    for path, fields in items.found.items():
        fields["used"] = any(path in line for line in named)
    parts = {
        "conf": Part((), "settings of services", ("used",)),
        "named": Part(("/",)),
        "found": Part(("/",), "certificates that lie beside keys"),
    }
    return reading(TOPIC, WHAT, found, items, parts)


def _files(found: Body) -> dict[str, list[bytes]]:
    files: dict[str, list[bytes]] = {}
    path, lines, is_on = "", b"", False
    for word, line in found.rows:
        if word not in ("named", "found"):
            continue
        if word == "named":
            path, line = split_path(line)
        elif line.startswith(b"/") and not is_on:
            path = text(line)
            continue
        line = line.strip()
        if line == _BEGIN:
            lines, is_on = b"", True
        elif line == _END:
            blocks = files.setdefault(path, [])
            if is_on and path and lines not in blocks and len(blocks) < IN_FILE_LIMIT:
                blocks.append(lines)
            is_on = False
        elif is_on and len(lines) < BYTES_LIMIT:
            lines += line
    return {path: blocks for path, blocks in files.items() if path and blocks}


def _told(blocks: list[bytes], is_checked: bool) -> Fields:
    """Return what the certificates of one file say. The library is loaded where there is one to read.

    Args:
        blocks: each in base64, the first one the file's own.
        is_checked: whether it is looked whether each vouches for the one before.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    chain = []
    for block in blocks:
        try:
            chain.append(x509.load_der_x509_certificate(base64.b64decode(block, validate=True)))
        except (ValueError, binascii.Error, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            return {"readable": False}
    first = chain[0]
    try:
        names = _names(first)
        fields: Fields = {
            "readable": True,
            "subject": text(first.subject.rfc4514_string(), 160),
            "issuer": text(first.issuer.rfc4514_string(), 160),
            "names": names,
            "from": first.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "until": first.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sha256": hashlib.sha256(base64.b64decode(blocks[0])).hexdigest(),
            "chain": len(chain),
            "chain_until": min(one.not_valid_after_utc for one in chain).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "self_signed": first.subject == first.issuer,
        }
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return {"readable": False}
    if is_checked:
        fields["chain_ok"] = all(_vouches(issuer, one) for one, issuer in pairwise(chain))
    return fields


def _vouches(issuer: object, certificate: object) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    assert isinstance(issuer, x509.Certificate)
    assert isinstance(certificate, x509.Certificate)
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _names(certificate: object) -> list[str]:
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []
    return sorted(text(name, 120) for name in found.value.get_values_for_type(x509.DNSName)[:50])
