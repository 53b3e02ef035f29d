"""Files that were made to do harm, or by a cat on the keyboard."""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui_ops.inventory import InventoryError, load, peek_name
from tui_ops.inventory.locate import is_fleet_name
from tui_ops.inventory.source import FILE_LIMIT

FILE = Path("f.yaml")

PIECES = st.sampled_from(
    [
        *("name: x\n", "hosts:\n", "  a: 10.0.0.1\n", "  b: {via: a}\n", "  c-[1:3]:\n", "    via: b\n", "    id: a\n"),
        *("services:\n", "  s: {hosts: ['*'], depends_on: s}\n", "groups:\n", "  g: {hosts: [a], labels: {x: y}}\n"),
        *("&a ", "*a", "<<: ", "!env X", "!command 'x", "[", "]", "{", "}", ": ", "- ", "---\n", "\t", "'", '"', "? "),
        *("    password: !file /x\n", "    was: [a, b]\n", "sites: {q: {racks: ['[1:9]']}}\n", "%YAML 1.2\n", "\n"),
        "defaults: {site: q}\n",
    ]
)
"""What inventories are made of, so that chance gets further than the first line."""


def outcome(text: str) -> str:
    """Return the fleet's name or the report of the mistakes; anything else is raised."""
    try:
        return load(FILE, text).name
    except InventoryError as error:
        found = error
    assert found.mistakes
    assert all(mistake.message and mistake.place.line >= 1 for mistake in found.mistakes)
    return found.report(excerpts=True)


@settings(deadline=None)
@given(st.text())
@example("\ud800")
@example("\ufeff")
@example("a: \x85b")
def test_any_text_is_a_fleet_or_a_report(text: str) -> None:
    """No text raises anything but the one error, and no report carries a control character."""
    said = outcome(text)
    assert said.replace("\n", "").isprintable() or not text.isprintable()


@settings(deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_heap_of_pieces_is_a_fleet_or_a_report(text: str) -> None:
    """Neither do the parts of an inventory in any order."""
    outcome(text)


@settings(deadline=None)
@given(st.binary())
@example(b"\xff\xfeh\x00")
@example(b"hosts:\n  a: \xff\n")
@example(b"\xef\xbb\xbfhosts: {a: local}\n")
def test_any_bytes_are_a_fleet_or_a_report(data: bytes) -> None:
    """No file raises anything but the one error, read in full or for its name."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(data)
        file.flush()
        for read in (load, peek_name):
            with contextlib.suppress(InventoryError):
                read(Path(file.name))


SCALARS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=30)
MISTAKABLE = st.sampled_from(
    ["no", "yes", "on", "off", "true", "null", "~", "010", "0x1F", "1e3", "22:30", "1_000", ".inf", "2024-01-01", "="]
)


@settings(deadline=None)
@given(SCALARS | MISTAKABLE)
def test_a_scalar_stays_what_was_written(text: str) -> None:
    """Neither numbers nor truth values, times or dates are read into a text."""
    dumped = yaml.dump({"hosts": {"h": {"address": "10.0.0.1", "labels": {"x": text}}}}, Dumper=yaml.SafeDumper)
    assert dict(load(FILE, dumped).hosts[0].labels) == {"x": text}


@pytest.mark.parametrize("text", ["no", "~", "010", "1e3", "22:30", "0x1F", "null", "2024-01-01", "1.10", "-0"])
def test_a_plain_scalar_stays_what_was_written(text: str) -> None:
    """Nor where it stands without quotes."""
    fleet = load(FILE, f"hosts: {{h: {{labels: {{x: {text}}}}}}}\n")
    assert dict(fleet.hosts[0].labels) == {"x": text}


@pytest.mark.parametrize(
    "name", ["..", ".", "../x", "/etc", "a/b", "A", "-x", "x" * 64, "a\x00b", "a b", "", "é", ".x"]
)
def test_no_name_leaves_the_state_folder(tmp_path: Path, name: str) -> None:
    """What could not be one plain folder is no fleet's name, neither in the file nor as the file's own."""
    file = tmp_path / "f.yaml"
    file.write_text(yaml.safe_dump({"name": name, "hosts": {"a": "local"}}))
    with pytest.raises(InventoryError):
        peek_name(file)
    with pytest.raises(InventoryError):
        load(file)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80).filter(lambda text: "/" not in text and "\0" not in text))
def test_any_file_name_gives_a_folder_name(stem: str) -> None:
    """A file without a name lends its own, made harmless."""
    name = load(Path(stem), "hosts: {a: local}").name
    assert is_fleet_name(name)
    assert name not in (".", "..")


def test_a_flood_of_brackets_is_refused_soon() -> None:
    """Nesting is bounded before anything recurses."""
    assert "levels deep" in outcome("hosts: " + "[" * 200_000)
    assert "levels deep" in outcome("hosts:\n" + "- " * 200_000)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Neither is a large one read to its end, nor one that never ends, nor one that nobody writes to."""
    large = tmp_path / "large.yaml"
    large.touch()
    os.truncate(large, FILE_LIMIT + 1)
    with pytest.raises(InventoryError, match="larger than 16 MiB"):
        load(large)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path in (Path("/dev/zero"), pipe):
        with pytest.raises(InventoryError, match="not a regular file"):
            load(path)
    large.unlink()
    with pytest.raises(InventoryError, match="not a regular file"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {labels: {" + ", ".join(f"l{n}: x" for n in range(1000)) + "}}\nhosts: {'h[1:10000]': }\n",
        "hosts: {'h[1:10000]': {was: [" + ", ".join(f"'w{n}-[1:10000]'" for n in range(1000)) + "]}}\n",
        "hosts: {'h[1:10000]': }\nservices: {" + ", ".join(f"s{n}: {{hosts: ['*']}}" for n in range(1000)) + "}\n",
        "hosts: {'h[1:10000]': }\nservices: {" + ", ".join(f"s{n}: {{hosts: ['*9999']}}" for n in range(400)) + "}\n",
        "hosts: {a: local}\nsites: {" + ", ".join(f"s{n}: {{racks: ['[1:9999]']}}" for n in range(1000)) + "}\n",
        "hosts: {a: local}\nservices: {"
        + ", ".join(f"s{n}: {{depends_on: [{', '.join(f's{m}' for m in range(300))}]}}" for n in range(300))
        + "}\n",
    ],
    ids=["labels", "was", "members", "wildcards", "racks", "loops"],
)
def test_small_files_do_not_grow_in_memory(text: str) -> None:
    """What ranges multiply is bounded: each of these would stand for millions of values."""
    with pytest.raises(InventoryError):
        load(FILE, text)


def test_hostile_values_are_harmless_in_the_report() -> None:
    """Escape sequences and bidirectional marks in a value are made visible, long values are cut."""
    said = outcome('hosts:\n  a: {address: "\\e[2J\\u202e' + "x" * 500 + '", "\\ekey": 1}\n')
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "␛[2J" in said
    assert max(len(line) for line in said.splitlines()) < 250


def test_a_secret_that_was_written_out_is_not_shown_again() -> None:
    """Neither the message nor its excerpt repeats a password."""
    said = outcome("hosts:\n  a: {address: 10.0.0.1, password: hunter2}\n")
    assert "hunter2" not in said
    assert "!env NAME" in said
