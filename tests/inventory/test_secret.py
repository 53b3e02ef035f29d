"""References to secrets: where they lead, and that nothing of the secret is told."""

import time
from pathlib import Path

import pytest
from support.waiting import until_sync

from tui_ops.inventory import InventoryError, load, resolve_secret, secret
from tui_ops.model.fleet import SecretRef


def reference(folder: Path, written: str) -> SecretRef:
    """Return the reference that a host's ``password`` becomes."""
    fleet = load(folder / "f.yaml", f"hosts:\n  a: {{password: {written}}}\n")
    found = fleet.hosts[0].password
    assert found is not None
    return found


def test_a_secret_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``!env`` takes a variable of the engine, and says which one is not set."""
    monkeypatch.setenv("DB_PASSWORD", "s3cret: #x")
    assert resolve_secret(reference(tmp_path, "!env DB_PASSWORD")) == "s3cret: #x"
    monkeypatch.delenv("DB_PASSWORD")
    with pytest.raises(InventoryError, match=r"f\.yaml:2:17: !env: the variable 'DB_PASSWORD' is not set"):
        resolve_secret(reference(tmp_path, "!env DB_PASSWORD"))


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    """``!file`` counts from the inventory's folder and leaves out the one line end that editors add."""
    (tmp_path / "pw").write_text("  two words \n")
    assert resolve_secret(reference(tmp_path, "!file pw")) == "  two words "
    assert resolve_secret(reference(tmp_path, f"!file {tmp_path}/pw")) == "  two words "


@pytest.mark.parametrize("written", ["!command [sh, -c, 'echo s3cret']", "!command sh -c 'echo s3cret'"])
def test_a_secret_comes_from_a_command(tmp_path: Path, written: str) -> None:
    """``!command`` takes a list of words, or a text that is split as a shell splits it."""
    assert resolve_secret(reference(tmp_path, written)) == "s3cret"


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    """Signs that mean something to a shell are plain characters."""
    assert resolve_secret(reference(tmp_path, '!command "echo $HOME; echo `id` > x"')) == "$HOME; echo `id` > x"
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_tells_nothing_of_its_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Tools put secrets into their complaints, so neither stream is repeated."""
    with pytest.raises(InventoryError) as caught:
        resolve_secret(reference(tmp_path, "!command [sh, -c, 'echo s3cret; echo s3cret >&2; exit 3']"))
    assert "ended with code 3" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its deadline the whole process group is gone."""
    monkeypatch.setattr(secret, "COMMAND_TIMEOUT_S", 2.0)
    began = time.monotonic()
    with pytest.raises(InventoryError, match="gave no answer"):
        resolve_secret(reference(tmp_path, f"!command [sh, -c, 'sleep 77 & echo $! > {tmp_path}/pid; wait']"))
    assert time.monotonic() - began < 30
    child = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")

    def gone() -> bool:
        try:
            return child.read_text().rsplit(")", 1)[1].split()[0] in "ZX"
        except (FileNotFoundError, ProcessLookupError):
            return True

    until_sync(gone, 10, "the command's child has ended")


def test_a_command_that_floods_is_ended(tmp_path: Path) -> None:
    """What a command prints is bounded."""
    with pytest.raises(InventoryError, match="longer than 64 KiB"):
        resolve_secret(reference(tmp_path, "!command [cat, /dev/zero]"))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"\xff", "not text"), (b"a\0b", "NUL"), (b"x" * 70_000, "longer than")],
)
def test_what_is_no_secret_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """An empty, binary or endless file is told by its kind, not by its content."""
    (tmp_path / "pw").write_bytes(content)
    with pytest.raises(InventoryError, match=said):
        resolve_secret(reference(tmp_path, "!file pw"))


@pytest.mark.parametrize("written", ["!file none", "!file /dev/zero", "!file .", "!command [/none/x]", "!command [/]"])
def test_what_leads_nowhere_is_told_with_its_place(tmp_path: Path, written: str) -> None:
    """A path or program that is not there ends in the one error, with the place of the reference."""
    with pytest.raises(InventoryError) as caught:
        resolve_secret(reference(tmp_path, written))
    assert caught.value.mistakes[0].place.line == 2


def test_a_reference_shows_only_its_kind(tmp_path: Path) -> None:
    """A command's words may hold a token, so a host can be logged without them."""
    found = load(tmp_path / "f.yaml", "hosts: {a: {password: !command [curl, -H, token]}}\n").hosts[0]
    assert "token" not in repr(found)
    assert repr(found.password) == "SecretRef(!command …)"
