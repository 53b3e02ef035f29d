"""How bad a vulnerability on a host is, and whether it is a finding, or only known."""

from collections.abc import Callable, Iterable, Mapping

from tui_ops.model.security import FindingSeverity
from tui_ops.model.vulnerabilities import Advisory, Exploited, Likelihood, Vulnerable, Weighed

EPSS_NOTED = 0.1
"""A vulnerability that is this likely to be used within 30 days is a finding though nothing mends it yet. FIRST's own
figures of EPSS 3 for this threshold: 63 of 100 that were used are above it, and only 3 of 100 of all."""

VENDOR: Mapping[str, FindingSeverity] = {
    "critical": FindingSeverity.CRITICAL, "high": FindingSeverity.HIGH, "medium": FindingSeverity.MEDIUM,
    "low": FindingSeverity.LOW, "unimportant": FindingSeverity.INFO, "untriaged": FindingSeverity.MEDIUM,
}  # fmt: skip
"""The vendor's words. What Debian calls unimportant is no weakness of the package as it is built there."""

SCORES = ((9.0, FindingSeverity.CRITICAL), (7.0, FindingSeverity.HIGH), (4.0, FindingSeverity.MEDIUM))
"""CVSS 3.1, section 5: from which base score on a severity begins; below it is low."""


def severity_of(urgency: str, score: float | None) -> FindingSeverity:
    """Return how bad it is: by the vendor, who knows his build, else by CVSS, else medium.

    Args:
        urgency: the vendor's word; empty where he has none.
        score: base score of CVSS, 0 to 10.
    """
    by_vendor = VENDOR.get(urgency)
    if by_vendor is not None:
        return by_vendor
    if score is None:
        return FindingSeverity.MEDIUM
    return next((severity for least, severity in SCORES if score >= least), FindingSeverity.LOW)


def weigh(
    found: Iterable[Vulnerable], advisory: Callable[[str], Advisory | None],
    exploited: Callable[[str], Exploited | None], likelihood: Callable[[str], Likelihood | None],
) -> list[Weighed]:  # fmt: skip
    """Return what was found with what is known of it elsewhere.

    Args:
        found: on a host.
        advisory: by vulnerability, None where nothing is known.
        exploited: the same of KEV.
        likelihood: the same of EPSS.
    """
    weighed = []
    for one in found:
        said, kev, epss = advisory(one.cve), exploited(one.cve), likelihood(one.cve)
        score = said.score if said is not None else None
        text = said.text if said is not None else ""
        forecast = epss.score if epss is not None else None
        due = "" if kev is None else kev.due or "listed"
        severity = severity_of(one.urgency, score)
        ransomware = kev is not None and kev.ransomware
        text = text or (kev.name if kev is not None else "")
        weighed.append(Weighed(one, severity, score, forecast, due, ransomware, text))
    return weighed


def is_finding(one: Weighed) -> bool:
    """Return whether somebody has something to do: it can be mended here, is being used, or is likely to be.

    What the vendor calls unimportant is none, unless it is being used.
    """
    if one.kev:
        return True
    if one.severity is FindingSeverity.INFO:
        return False
    return one.found.here or (one.epss is not None and one.epss >= EPSS_NOTED)
