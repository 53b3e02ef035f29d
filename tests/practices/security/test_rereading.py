"""Who looks at a finding anew: readings of ours, or others, of whom the answer says what they have to do."""

from collections.abc import Iterator

import pytest
from support.finding_world import FindingWorld

from tui_ops.engine.security.complying import SOURCE
from tui_ops.model.security import FindingKind, FindingState
from tui_ops.practices.asked import Refused
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.rereading import ATTESTATIONS, CERTIFICATES


@pytest.fixture
def world() -> Iterator[FindingWorld]:
    world = FindingWorld()
    with world:
        yield world


def test_the_words_are_those_of_who_says_them() -> None:
    assert ATTESTATIONS == SOURCE
    assert CERTIFICATES in BY_ID


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("import:lynis", "tui-ops do scan.run web-1 tool=lynis, or bring in a newer report: tui-ops findings import"),
        ("import:openscap", "tui-ops do scan.run web-1 tool=openscap, or bring in a newer report"),
        ("import:trivy", "bring in a newer report: tui-ops findings import FILE"),
        ("attestations", "attest the control anew, with its proof: tui-ops do compliance.attest"),
    ],
)
def test_what_no_reading_of_ours_looks_at_is_not_said_to_be_read(world: FindingWorld, source: str, hint: str) -> None:
    """It is refused, with what has to be done, and no line says otherwise."""
    world.sweep("a", check="x:1", source=source)
    with pytest.raises(Refused) as refused:
        world.act("finding.recheck", "FND-1")
    assert refused.value.message == "FND-1: no reading of ours looks at that"
    assert refused.value.hint is not None
    assert refused.value.hint.startswith(hint)
    assert "to be read anew" not in world.texts(1)


def test_of_several_those_that_can_be_are_read_and_the_others_are_told(world: FindingWorld) -> None:
    world.sweep("a")
    world.sweep("openssl", check="CVE-2026-1", source="feed", kind=FindingKind.VULNERABILITY)
    world.sweep("b", check="trivy:CVE-2026-1", source="import:trivy")
    said = world.act("finding.recheck", "FND-1", "FND-2", "FND-3").done.message
    assert said == (
        "FND-1, FND-2: their hosts are read anew; FND-3: bring in a newer report: tui-ops findings import FILE"
    )
    assert [("to be read anew" in world.texts(number)) for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("check", "about", "kind", "what"),
    [
        ("ssh-root", "a", FindingKind.CONFIGURATION, "its host is read anew"),
        ("tls-expiry", "/etc/a.pem", FindingKind.EXPOSURE, "its host is read anew"),
        ("tls-expiry", "endpoint web:443", FindingKind.EXPOSURE, "its endpoint is asked anew"),
        ("bak-age", "nightly", FindingKind.BACKUP,
         "what a backup reported last is judged, and its next good run decides: tui-ops show heartbeats"),
    ],
)  # fmt: skip
def test_it_is_said_what_is_looked_at(
    world: FindingWorld, check: str, about: str, kind: FindingKind, what: str
) -> None:
    world.sweep(about, check=check, kind=kind)
    assert world.act("finding.recheck", "FND-1").done.message == f"FND-1: {what}"
    assert world.act("finding.claim", "FND-1").done.message == f"FND-1: said to be resolved; {what}"
    assert world.texts(1)[-1] == "said to be resolved; the next reading decides"


def test_who_says_that_it_is_resolved_hears_who_decides(world: FindingWorld) -> None:
    """The state is as with others; only a newer report verifies it."""
    world.sweep("b", check="trivy:CVE-2026-1", source="import:trivy")
    said = world.act("finding.claim", "FND-1").done.message
    assert said == "FND-1: said to be resolved; bring in a newer report: tui-ops findings import FILE"
    assert world.finding(1).state == FindingState.CLAIMED
    assert world.texts(1)[-1] == "said to be resolved; the next word of who saw it decides"
