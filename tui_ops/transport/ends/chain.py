"""What a server's certificates are worth: from the bytes that it sent to a chain and to why it would be refused.

Expired, misnamed and unknown ones are all read: a check must be able to say what is wrong with them. Signatures, the
way up to a trusted authority, names and purpose are looked at; whether one was revoked is not.
"""

import ipaddress
import warnings
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from tui_ops.model.clean import clean
from tui_ops.transport.ends.seen import Certificate, NotReached

if TYPE_CHECKING:
    from cryptography import x509

CHAIN_LIMIT = 10
"""Certificates of one chain that are looked at; three are usual."""

CERTIFICATE_LIMIT = 64 * 1024
"""Bytes of one certificate."""

NAMES_LIMIT = 100
"""Names of one certificate that are shown; all are compared."""

TEXT_LIMIT = 200
"""Characters of a name."""


def judged(
    sent: Sequence[bytes], roots: "Sequence[x509.Certificate]", name: str, at: datetime
) -> tuple[tuple[Certificate, ...], tuple[str, ...]]:
    """Return the certificates that a server sent, and why a client would refuse them; arguments as :func:`faults`.

    Raises:
        NotReached: they can't be read.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.x509 import UnsupportedGeneralNameType

    chain = read_chain(sent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(map(described, chain)), tuple(faults(chain, roots, name, at))
    except (ValueError, TypeError, UnsupportedAlgorithm, UnsupportedGeneralNameType) as error:
        # Its outer form is right; what stands in a field of it is not, or is of another kind than the field takes.
        raise NotReached("the server's certificate can't be read", "look at it by openssl s_client") from error


def read_chain(sent: Sequence[bytes]) -> "list[x509.Certificate]":
    """Return the certificates that a server sent.

    Raises:
        NotReached: the first one can't be read. Others that can't are left out.
    """
    found = []
    for index, data in enumerate(sent[:CHAIN_LIMIT]):
        try:
            found.append(load(data[:CERTIFICATE_LIMIT]))
        except ValueError as error:
            if index == 0:
                raise NotReached("the server's certificate can't be read", "look at it by openssl s_client") from error
    if not found:
        raise NotReached("the server shows no certificate", "look at its TLS settings")
    return found


def load(data: bytes) -> "x509.Certificate":
    """Return a certificate from its bytes in DER; what is merely unusual in it is not spoken of.

    Raises:
        ValueError: it is none.
    """
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(data)
        except x509.InvalidVersion as error:
            raise ValueError("of an unknown version") from error


def described(certificate: "x509.Certificate") -> Certificate:
    """Return what people want to know of a certificate."""
    return Certificate(
        subject=_title(certificate.subject),
        issuer=_title(certificate.issuer),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        names=tuple(clean(name, TEXT_LIMIT) for name in names_of(certificate)[:NAMES_LIMIT]),
    )


def _title(name: "x509.Name") -> str:
    """Return the name by which people know a certificate or an authority."""
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return clean(str(found[0].value), TEXT_LIMIT)
    return clean(name.rfc4514_string(), TEXT_LIMIT) or "(no name)"


def names_of(certificate: "x509.Certificate") -> list[str]:
    """Return the names and addresses that a certificate is made out to; the subject itself does not count."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []
    return [
        *found.get_values_for_type(x509.DNSName),
        *(str(address) for address in found.get_values_for_type(x509.IPAddress)),
    ]


def fits(name: str, pattern: str) -> bool:
    """Return whether a certificate's name stands for a host's: ``*`` stands for one whole first part. Pure."""
    with suppress(ValueError):
        wanted = ipaddress.ip_address(name.partition("%")[0])
        with suppress(ValueError):
            return wanted == ipaddress.ip_address(pattern)
        return False
    name, pattern = name.lower().rstrip("."), pattern.lower().rstrip(".")
    if pattern.startswith("*.") and pattern.count(".") >= 2:
        return name.partition(".")[2] == pattern[2:] and bool(name.partition(".")[0])
    return bool(name) and name == pattern


def faults(
    chain: "Sequence[x509.Certificate]", roots: "Sequence[x509.Certificate]", name: str, at: datetime
) -> list[str]:
    """Return why a client would refuse the chain, worst first; whether the first is too old is left out.

    Args:
        chain: as the server sent it, its own first.
        roots: authorities that are trusted.
        name: the server's.
        at: now.
    """
    leaf = chain[0]
    found: list[str] = []
    names = names_of(leaf)
    if not any(fits(name, one) for one in names):
        shown = ", ".join(clean(one, 60) for one in names[:3]) + (" …" if len(names) > 3 else "")
        found.append(f"made out to {shown or 'no name'}, not to {clean(name, 80)}")
    if not _serves(leaf):
        found.append("not made for servers")
    return found + _way_up(list(chain), list(roots), at)


def _way_up(chain: "list[x509.Certificate]", roots: "list[x509.Certificate]", at: datetime) -> list[str]:
    """Return what is wrong on the way from a server's certificate to an authority that is trusted."""
    trusted = {bytes(one.tbs_certificate_bytes) for one in roots}
    here = chain[0]
    for _ in range(CHAIN_LIMIT):
        if bytes(here.tbs_certificate_bytes) in trusted:
            return []
        if _is_signed_by(here, here):
            who = _title(here.subject)
            return ["self-signed" if here is chain[0] else f"the authority {who} is not trusted here"]
        above = next((one for one in [*roots, *chain[1:]] if one is not here and _is_signed_by(here, one)), None)
        if above is None:
            return [f"the certificate of its authority {_title(here.issuer)} is neither sent nor known here"]
        if not _may_sign(above):
            return [f"{_title(above.subject)}, which signed it, is no authority"]
        if not above.not_valid_before_utc <= at <= above.not_valid_after_utc:
            return [f"the certificate of its authority {_title(above.subject)} is out of date"]
        here = above
    return ["its chain goes on and on"]


def _is_signed_by(certificate: "x509.Certificate", issuer: "x509.Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_sign(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _serves(certificate: "x509.Certificate") -> bool:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (x509.DuplicateExtension, ValueError):
        return False
    return ExtendedKeyUsageOID.SERVER_AUTH in found or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in found
