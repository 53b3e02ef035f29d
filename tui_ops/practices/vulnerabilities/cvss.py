"""The base score of CVSS 2, 3.0 and 3.1 from a vector, by the formulas of the specifications.

CVSS 4 has a table in the place of a formula; its vectors give no score here.
"""

import math
from collections.abc import Mapping

_AV = {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}
_AC = {"L": 0.77, "H": 0.44}
_PR = {"N": (0.85, 0.85), "L": (0.62, 0.68), "H": (0.27, 0.5)}
_UI = {"N": 0.85, "R": 0.62}
_IMPACT = {"N": 0.0, "L": 0.22, "H": 0.56}

_AV2 = {"L": 0.395, "A": 0.646, "N": 1.0}
_AC2 = {"H": 0.35, "M": 0.61, "L": 0.71}
_AU2 = {"M": 0.45, "S": 0.56, "N": 0.704}
_IMPACT2 = {"N": 0.0, "P": 0.275, "C": 0.66}

VECTOR_LIMIT = 200
"""Characters of a vector: the longest has some 120."""


def base_score(vector: str) -> float | None:
    """Return the base score of a vector, 0 to 10; None where it is no vector that is known."""
    if len(vector) > VECTOR_LIMIT:
        return None
    version, _, rest = vector.partition("/")
    try:
        if version in ("CVSS:3.0", "CVSS:3.1"):
            return _third(_metrics(rest), version == "CVSS:3.0")
        if not version.startswith("CVSS:"):
            return _second(_metrics(vector))
    except KeyError:
        return None
    return None


def _metrics(vector: str) -> Mapping[str, str]:
    return dict(part.split(":", 1) for part in vector.strip("()").split("/") if ":" in part)


def _third(given: Mapping[str, str], is_first: bool) -> float:
    changed = {"U": False, "C": True}[given["S"]]
    missed = math.prod(1 - _IMPACT[given[name]] for name in "CIA")
    base = 1 - missed
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    exploit = 8.22 * _AV[given["AV"]] * _AC[given["AC"]] * _PR[given["PR"]][changed] * _UI[given["UI"]]
    if impact <= 0:
        return 0.0
    score = min((1.08 if changed else 1.0) * (impact + exploit), 10.0)
    return math.ceil(round(score * 10, 6)) / 10 if is_first else _rounded_up(score)


def _rounded_up(score: float) -> float:
    """Round up to one digit, as appendix A of CVSS 3.1 does it."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10


def _second(given: Mapping[str, str]) -> float:
    impact = 10.41 * (1 - math.prod(1 - _IMPACT2[given[name]] for name in "CIA"))
    exploit = 20 * _AV2[given["AV"]] * _AC2[given["AC"]] * _AU2[given["Au"]]
    return round((0.6 * impact + 0.4 * exploit - 1.5) * (0 if impact == 0 else 1.176), 1)
