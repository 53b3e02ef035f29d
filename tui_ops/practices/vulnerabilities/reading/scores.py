"""KEV of CISA, and EPSS: what is used by attackers, and what is likely to be."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from tui_ops.model.vulnerabilities import Exploited, Likelihood
from tui_ops.practices.vulnerabilities.reading.jsonflow import JsonFlow
from tui_ops.practices.vulnerabilities.reading.limits import FeedBroken, lines, plain, unpacked
from tui_ops.practices.vulnerabilities.reading.words import CVE, Entry, Told, line_of, moment_of, share_of

GZIP = b"\x1f\x8b"

DAY_LIMIT = 10
"""Characters of a day."""


def read_kev(file: BinaryIO, told: Told) -> Iterator[Entry]:
    """Give the entries of the catalogue of vulnerabilities that are known to be exploited.

    Args:
        file: at its beginning.
        told: takes what is said beside them.

    Raises:
        FeedBroken: it is none, or not all of it.
    """
    flow = JsonFlow(plain(file))
    listed = False
    for name in flow.members():
        if name != "vulnerabilities" or flow.peek() != "[":
            value = flow.value()
            told.dated_at = moment_of(value) if name == "dateReleased" else told.dated_at
            continue
        listed = True
        for _ in flow.elements():
            told.budget.spend()
            entry = flow.value()
            cve = entry.get("cveID") if isinstance(entry, Mapping) else None
            if not isinstance(cve, str) or not CVE.fullmatch(cve):
                told.left.out(str(cve), "no CVE")
                continue
            yield Exploited(
                cve, line_of(entry.get("dateAdded"), DAY_LIMIT), line_of(entry.get("dueDate"), DAY_LIMIT),
                entry.get("knownRansomwareCampaignUse") == "Known", line_of(entry.get("vulnerabilityName")),
            )  # fmt: skip
    flow.end()
    if not listed:
        raise FeedBroken("it has no list of vulnerabilities", "take known_exploited_vulnerabilities.json")


def read_epss(file: BinaryIO, told: Told) -> Iterator[Entry]:
    """Give the entries of a day's scores, packed with gzip or not.

    Args:
        file: at its beginning.
        told: takes what is said beside them.

    Raises:
        FeedBroken: it is none, or not all of it.
    """
    packed = file.read(2) == GZIP
    file.seek(0)
    found = lines(unpacked(file, 31, "gzip") if packed else plain(file))
    header = next(found, "")
    if header.startswith("#"):
        dated = (word.partition("score_date:")[2] for word in header.split(",") if "score_date:" in word)
        told.dated_at = moment_of(next(dated, ""))
        header = next(found, "")
    if header.strip() != "cve,epss,percentile":
        raise FeedBroken("its columns are not cve,epss,percentile", "take epss_scores-DAY.csv.gz")
    for line in found:
        told.budget.spend()
        cve, _, rest = line.strip().partition(",")
        score, percentile = (share_of(one) for one in (rest.split(",") + [""] * 2)[:2])
        if CVE.fullmatch(cve) and score is not None:
            yield Likelihood(cve, score, percentile or 0.0)
        elif line.strip():
            told.left.out(line, "no CVE with a score")
