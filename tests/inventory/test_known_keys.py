"""A key that is not known is told with those that are, as they are written in the file."""

from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load

TEXT = """\
hosts: {a: {}}
operators: {anna: operator}
oncall:
  mail: {server: mail.example.org, wrongly: 2525, from: desk@example.org}
  contacts: {anna: {ways: {mail: anna@example.org}}}
"""


def test_a_key_is_named_as_it_is_written(tmp_path: Path) -> None:
    """``from`` is a word of Python, so its field has another name; nobody who writes a file knows of that."""
    path = tmp_path / "inventory.yaml"
    path.write_text(TEXT)
    with pytest.raises(InventoryError) as caught:
        load(path)
    (mistake,) = caught.value.mistakes
    assert "known here: server, tls, from, user, password" in str(mistake)


def test_one_that_is_nearly_right_is_told(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(TEXT.replace("wrongly: 2525, from:", "fromm:"))
    with pytest.raises(InventoryError, match="did you mean 'from'"):
        load(path)
