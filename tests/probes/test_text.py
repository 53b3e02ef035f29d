"""The probe's text as a whole."""

import re
from collections import Counter

from tui_ops.probes import text


def test_no_two_functions_have_one_name() -> None:
    """All sections are one function's text: the second of a name would take the place of the first."""
    names = Counter(re.findall(r"^\s*([a-z_]+)\(\) *\{", text(), re.MULTILINE))
    assert len(names) > 60
    assert [name for name, count in names.items() if count > 1] == []
