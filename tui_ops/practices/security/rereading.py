"""What looks at a finding anew: a reading of ours, or somebody else, of whom it is said what he has to do. Pure."""

from tui_ops.model.scans import SOURCE as IMPORTED

ATTESTATIONS = "attestations"
"""The source of findings about attestations that ran out."""

RUN_HERE = frozenset({"lynis", "openscap"})
"""Scanners that can be run from here; their words are those of the act ``scan.run``."""

NEWER = "bring in a newer report: tui-ops findings import FILE"

ENDPOINT = "endpoint "
"""How the objects of ``tls-expiry`` begin that a check of the inventory was shown, not a file of the host."""

CERTIFICATES = "tls-expiry"


def elsewhere(source: str, host: str) -> str:
    """Return what has to be done for a finding to be looked at anew; empty where a reading of ours does it.

    Args:
        source: who saw it: ``check``, ``feed``, ``import:lynis``.
        host: the name of its host; empty where it has none.
    """
    if source == ATTESTATIONS:
        return "attest the control anew, with its proof: tui-ops do compliance.attest"
    if source.startswith(IMPORTED):
        tool = source.removeprefix(IMPORTED)
        return f"tui-ops do scan.run {host} tool={tool}, or {NEWER}" if tool in RUN_HERE and host else NEWER
    return ""


def is_endpoint(check: str, about: str) -> bool:
    """Return whether a check of the inventory has to run for a finding to be looked at anew."""
    return check == CERTIFICATES and about.startswith(ENDPOINT)
