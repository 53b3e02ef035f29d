"""The remarks on a user's ssh_config, held against what the SSH library really knows."""

from pathlib import Path

import pytest
from asyncssh.config import ConfigParseError, SSHClientConfig
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.transport.config_lint import OVERRULED, SKIPPED, lint_ssh_config

LIBRARY_KNOWS = set(SSHClientConfig._handlers)


def test_skipped_keywords_are_those_the_library_does_not_know() -> None:
    """When the library learns a keyword the list here is to be shortened."""
    assert not set(SKIPPED) & LIBRARY_KNOWS
    assert set(OVERRULED) <= LIBRARY_KNOWS


def test_a_line_is_named_with_what_to_do() -> None:
    """Path, line and keyword are as in the file."""
    text = "# mine\nHost web\n  StrictHostKeyChecking=no\n  User ops\n"
    [remark] = lint_ssh_config(text, "/home/a/.ssh/config")
    assert (remark.path, remark.line, remark.keyword) == ("/home/a/.ssh/config", 3, "StrictHostKeyChecking")
    assert "always checked" in remark.message
    assert "trust" in remark.advice


@pytest.mark.parametrize(
    "line",
    [
        "User ops",
        "Host a b",
        "Match all",
        "Match host web*",
        "ProxyCommand nc %h %p",
        "IdentityFile ~/.ssh/x",
        "# '",
        "",
    ],
)
def test_what_works_is_not_remarked(line: str) -> None:
    """Lines that do what they say get no remark."""
    assert lint_ssh_config(line, "c") == []


@pytest.mark.parametrize(
    "line",
    ['Host "web', "User it's", "Match foo bar", "Match address 10.0.0.0/8", "Match localnetwork 10.0.0.0/8", "Port"],
)
def test_what_stops_the_library_is_remarked(line: str, tmp_path: Path) -> None:
    """Lines over which the library gives up altogether are found beforehand."""
    config = tmp_path / "config"
    config.write_text(line + "\n")
    with pytest.raises(ConfigParseError):
        SSHClientConfig.load(None, [str(config)], False, False, False, "me", (), "web", ())
    assert len(lint_ssh_config(line, "c")) == 1


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    """Bytes of any kind never raise, and no remark carries them raw."""
    for remark in lint_ssh_config(text, "c"):
        assert remark.keyword.isprintable()
        assert remark.message.isprintable()
