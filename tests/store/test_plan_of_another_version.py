"""A desk reads who is on call as an engine of another version has written it down."""

import json
from pathlib import Path

import pytest

from tui_ops.inventory import load
from tui_ops.model.oncall import OnCallSpec
from tui_ops.store.oncallplan import from_text, to_text

TEXT = """\
hosts: {a: {}}
operators: {anna: operator}
oncall:
  contacts: {anna: {ways: {push: "json://127.0.0.1/anna"}, quiet: "22:00-07:00"}}
  rotations: {first: {people: [anna], every: week}}
  schedules: {line: {layers: [first]}}
  policies: {standard: {steps: [line]}}
  use: [standard]
"""


@pytest.mark.parametrize("part", ["contacts", "rotations", "schedules", "policies", "uses", "business", "timezone"])
@pytest.mark.parametrize("value", [None, [[]], [["a"] * 9], [{}], 7])
def test_what_can_not_be_read_is_nobody_and_no_crash(tmp_path: Path, part: str, value: object) -> None:
    """Each part of the text left out, longer, shorter or of another kind."""
    path = tmp_path / "inventory.yaml"
    path.write_text(TEXT)
    spec = load(path).oncall
    text = to_text(spec)
    assert from_text(text).rotations == spec.rotations
    said = json.loads(text)
    assert isinstance(from_text(json.dumps({**said, part: value})), OnCallSpec)
    del said[part]
    assert from_text(json.dumps(said)) == OnCallSpec()
