"""Hostile reports: whatever a file holds, its reader ends within time and memory, and says something or refuses it."""

import asyncio
import gzip
import json
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.reports import as_json, grype, openvex, placed, real, sarif, ssh_audit, trivy, vuls

from tui_ops.engine.security.importing import read_aside
from tui_ops.engine.security.scanreader import CPU_LIMIT_S, MEMORY_LIMIT
from tui_ops.engine.security.spool import FileRefused
from tui_ops.model.clean import clean
from tui_ops.practices.scans.limits import ITEMS_LIMIT, ScanBroken
from tui_ops.practices.scans.recognise import read_scans

WEAK = [("CVE-2026-1", "openssl", "3.0.11-1", "3.0.13-1")]
VEX = {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:deb/debian/a@1"}], "status": "fixed"}
DOCUMENTS: list[Any] = [
    trivy(WEAK, [("openssl", "3.0.11-1")]), grype(WEAK), sarif([placed("R")], [{"id": "R"}]), ssh_audit(),
    openvex([VEX]), vuls(WEAK),
]  # fmt: skip
TEXTS = [real("lynis-root.dat"), real("openscap-results.xml"), real("openscap-arf.xml")]

NASTY = "\x1b]0;x\x07[@click=app.exit()]\u202e\0\x9b2J\n[/x]"
"""An escape sequence, markup, a mark that reorders, a NUL, a control of eight bits, an end of line."""

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(NASTY), st.just(10**400),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)  # fmt: skip
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def texts(value: object) -> list[str]:
    """Return every text in a report, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts(one)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for name in value.__dataclass_fields__ for text in texts(getattr(value, name))]
    return []


def is_harmless(scans: object) -> bool:
    """Whether nothing in a report needs cleaning any more."""
    return all(clean(text, 10**6) == text for text in texts(scans))


def read(data: bytes) -> None:
    """Read hostile data: a report whose every text is harmless, or a refusal in words."""
    try:
        said: object = read_scans(data)
    except ScanBroken as error:
        said = [error.message, error.hint]
    assert is_harmless(said)


def spoilt(document: Any, draw: st.DataObject) -> Any:
    """Return a document with one value in the place of another, somewhere."""
    if isinstance(document, dict) and document and draw.draw(st.booleans() | st.just(True)):
        key = draw.draw(st.sampled_from(sorted(document)))
        return {**document, key: spoilt(document[key], draw)}
    if isinstance(document, list) and document and draw.draw(st.booleans()):
        return [spoilt(document[0], draw), *document[1:]]
    return draw.draw(VALUES)


@FUZZ
@given(draw=st.data(), which=st.sampled_from(range(len(DOCUMENTS))))
def test_any_value_in_the_place_of_another(draw: st.DataObject, which: int) -> None:
    document = spoilt(DOCUMENTS[which], draw)
    read(json.dumps(document, allow_nan=True).encode("utf-8", "replace"))


@FUZZ
@given(data=st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    read(data)


@FUZZ
@given(which=st.sampled_from(TEXTS + [as_json(one) for one in DOCUMENTS]), at=st.floats(0, 1), cut=st.booleans(),
       junk=st.binary(min_size=1, max_size=12))  # fmt: skip
def test_any_bytes_in_the_middle_and_any_end(which: bytes, at: float, cut: bool, junk: bytes) -> None:
    place = int(len(which) * at)
    read(which[:place] if cut else which[:place] + junk + which[place + len(junk) :])


@pytest.mark.parametrize("which", range(len(DOCUMENTS)))
def test_hostile_text_in_every_place_becomes_harmless(which: int) -> None:
    def everywhere(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: everywhere(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [everywhere(one, key) for one in value]
        keep = {"$schema", "@context", "status", "kind", "Class", "Status", "version"}
        return value + NASTY if isinstance(value, str) and key not in keep and value != "grype" else value

    scans = read_scans(as_json(everywhere(DOCUMENTS[which])))
    assert is_harmless(scans)
    assert any("␛" in text for text in texts(scans)), "it was there"


@pytest.mark.parametrize("which", [0, 1])
def test_hostile_text_in_lynis_and_xml(which: int) -> None:
    data = TEXTS[which].replace(b"Some", "\u202eSome".encode()).replace(b"Install", b"\x1b]0;x\x07Install")
    data = data.replace(b"There is", "[@click=app.exit()]\u202eThere is".encode())
    assert is_harmless(read_scans(data))


# --- bombs, in the process that reads, within its limits --------------------------------------------------------------

LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 60000 + b'">]><Benchmark>&b;</Benchmark>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Benchmark><title>&a;</title></Benchmark>'
NET = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><Benchmark/>'
MANY = ITEMS_LIMIT + 1

BOMBS: dict[str, bytes] = {
    "laughs": LAUGHS, "outside": OUTSIDE, "net": NET,
    "attributes": b"<Benchmark " + b" ".join(b"a%d='x'" % at for at in range(200_000)) + b"></Other>",
    "deep xml": b"<Benchmark>" + b"<a>" * 300_000,
    "wide xml": b"<Benchmark>" + b"<a/>" * 3_100_000 + b"</Benchmark>",
    "long name": b"<" + b"a" * 30_000_000,
    "undefined": b"<Benchmark>&nothing;</Benchmark>",
    "encoding": b"<?xml version='1.0' encoding='utf-7'?><Benchmark>+ADw-</Benchmark>",
    "deep json": b'{"runs":' + b"[" * 2_000_000, "deep object": b'{"a":' * 500_000,
    "many lists": b'{"SchemaVersion":2,"ArtifactName":[' + b"[]," * 15_000_000 + b"[]]}",
    "gzip": gzip.compress(b"{" + b" " * (80 << 20), 1), "gzip of nothing": gzip.compress(b"")[:-4],
    "many lines": b"# Lynis Report\n" + b"a=b\n" * 2_000_000,
    "many found": b"# Lynis Report\nlynis_version=3\n" + b"suggestion[]=AAA-1|x|-|-|\n" * MANY,
    "many results": as_json(sarif([{"ruleId": "a"}] * MANY)), "too large": b" " * (65 << 20),
    "many weak": as_json(trivy([(f"CVE-1-{at}", "a", "1", "2") for at in range(MANY)])),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_refused_within_limits(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(BOMBS[name])
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, time.monotonic()
    with pytest.raises(FileRefused) as refused:
        asyncio.run(read_aside(file))
    assert refused.value.message
    assert refused.value.hint
    if name in ("laughs", "outside", "net"):
        assert "document type" in refused.value.message, "at its first sign, and not by what it leads to"
    assert time.monotonic() - began < CPU_LIMIT_S
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert max(before, after) * 1024 < MEMORY_LIMIT, "no child ever takes more than it may"


LONG = {
    "number": b'{"SchemaVersion":2,"ArtifactName":"x","Results":' + b"9" * 5_000_000 + b"}",
    "line": b"# Lynis Report\nlynis_version=" + b"\0" * 40_000_000,
}


@pytest.mark.parametrize("name", sorted(LONG))
def test_what_is_only_long_says_little(name: str, tmp_path: Path) -> None:
    file = tmp_path / "long"
    file.write_bytes(LONG[name])
    scans = asyncio.run(read_aside(file))
    assert is_harmless(scans)
    assert [scan.items for scan in scans] == [()]


def test_no_path_in_a_report_is_opened(tmp_path: Path) -> None:
    """A pipe that nobody writes would hold up for ever whoever opens it."""
    import os

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    where = pipe.as_uri()
    result = placed("R", where)
    document = sarif([result], [{"id": "R", "helpUri": where}], originalUriBaseIds={"X": {"uri": where}},
                     artifacts=[{"location": {"uri": where}}])  # fmt: skip
    document["$schema"] = f"{where}#sarif"
    assert read_scans(as_json(document))[0].items[0].seen[0].object == where
