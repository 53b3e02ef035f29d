"""Conditions over hosts: what they come to, and what nobody knows. Their mistakes are in ``test_mistakes.py``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.model.ruletext import RuleError
from tui_ops.plans import read_plan
from tui_ops.plans.hostfacts import HostFacts
from tui_ops.plans.when import NotKnown, evaluate, topics_of

FACTS = HostFacts(
    "web-1", "10.0.0.1", "lon", "r1", frozenset({"web"}), frozenset({"shop"}), {"role": "canary"},
    {
        "hardware": {
            "machine": {"arch": "x86_64", "threads": 8, "memory": 16 * 2**30, "virtual": "kvm"},
            "system": {"os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.1.0-18-amd64", "init": "systemd"},
        },
        "packages": {
            "nginx": {"version": "1.9.3-1", "arch": "amd64"},
            "libc6:i386": {"version": "2.36", "arch": "i386"},
            "bash.x86_64": {"version": "5.2", "arch": "x86_64"},
        },
        "units": {"nginx.service": {"active": "active"}, "old.service": {"active": "failed"}},
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ('host == "web-1" and site == "lon" and rack == "r1" and address == "10.0.0.1"', True),
        ('group("web")', True), ('group("db")', False), ('service("shop")', True), ('service("x")', False),
        ('label("role") == "canary"', True), ('label("none") == ""', True), ('label("role") != "x"', True),
        ('like(os, "debian*")', True), ('like(os, "*BOOKWORM?")', True), ('like(os, "ubuntu*")', False),
        ('like(label("role"), "can*")', True), ('like(host, "web-[2-9]")', False),
        ('arch == "x86_64" and virtual == "kvm" and init == "systemd"', True),
        ('kernel > "6.0" and kernel < "6.10"', True), ('kernel >= "6.1.0-18-amd64"', True),
        ("cpus >= 8", True), ("cpus > 8", False), ("memory > 8GiB", True), ("memory == 16GiB", True),
        ('installed("nginx")', True), ('installed("libc6")', True), ('installed("bash")', True),
        ('installed("ngin")', False), ('version("nginx") < "1.10"', True), ('version("nginx") == "1.9.3-1"', True),
        ('version("none") == ""', True), ('unit("nginx") == "active"', True), ('unit("old.service") == "failed"', True),
        ('unit("none") == "inactive"', True), ('not group("web")', False), ('not (group("db") or group("x"))', True),
        ('group("db") or group("web") and not group("x")', True),
    ],
)  # fmt: skip
def test_what_a_condition_comes_to(text: str, holds: bool) -> None:
    assert evaluate(text, FACTS) is holds


NOTHING = HostFacts("new-1")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('os == "x"', "os"), ("cpus > 1", "cpus"), ('installed("a")', "what is installed"),
        ('version("a") < "1"', "what is installed"), ('unit("a") == "active"', "the state of units"),
        ('not installed("a")', "what is installed"), ('like(os, "*")', "os"),
        ('arch != "x" and group("x") or cpus > 1', "arch"),
        ('installed("a") and host == "new-1"', "what is installed"),
        ('host == "new-1" and installed("a")', "what is installed"), ('cpus > 1 or group("x")', "cpus"),
        ('group("x") or cpus > 1', "cpus"),
    ],
)  # fmt: skip
def test_what_is_not_known_decides_nothing(text: str, what: str) -> None:
    """Least of all by being turned round."""
    with pytest.raises(NotKnown, match=f"^{what} of new-1 is not known "):
        evaluate(text, NOTHING)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('installed("a") and group("x")', False), ('group("x") and installed("a")', False),
        ('installed("a") or host == "new-1"', True), ('host == "new-1" or installed("a")', True),
    ],
)  # fmt: skip
def test_what_is_known_may_decide_alone(text: str, holds: bool) -> None:
    assert evaluate(text, NOTHING) is holds


def test_a_field_of_another_type_is_not_known() -> None:
    """What a host says is not believed to be of a type."""
    strange = HostFacts("a", topics={"hardware": {"machine": {"threads": "many", "arch": 7}, "system": {"os": ""}}})
    for text in ("cpus > 1", 'arch == "x"', 'os == "x"', "memory > 1"):
        with pytest.raises(NotKnown):
            evaluate(text, strange)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("", set()), ('group("web")', set()), ('installed("a") or unit("b") == "active"', {"packages", "units"}),
        ('like(os, "a")', {"hardware"}), ("cpus > 1", {"hardware"}),
        ('version("a") < kernel', {"packages", "hardware"}),
    ],
)  # fmt: skip
def test_which_topics_a_condition_looks_at(text: str, topics: set[str]) -> None:
    assert topics_of(text) == topics


def when_of(text: str, values: dict[str, str] | None) -> str:
    """Return the condition of a plan's step."""
    return read_plan(f"parameters: {{a: }}\nsteps:\n- command: x\n  when: {text}\n", values).steps[0].when


def test_a_parameter_is_its_value() -> None:
    """In quotes, whatever is in it; without values it stays."""
    assert when_of('param("a") == "1"', None) == 'param("a") == "1"'
    assert when_of('param("a") == "1"', {"a": "1"}) == '"1" == "1"'
    assert when_of('not like(param(\'a\'), "x") and group("b")', {"a": 'x"y\\'}) == (
        'not like("x\\"y\\\\", "x") and group("b")'
    )


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r\n"), max_size=50))
def test_any_value_can_be_compared(value: str) -> None:
    """What is written in its place is that text again."""
    if "host" in value or "address" in value:
        return
    assert evaluate(when_of('param("a") == host', {"a": value}), HostFacts(value)) is True


def test_one_condition_is_written_one_way() -> None:
    """So that spaces and superfluous parentheses make no other plan."""
    assert when_of("( (param('a')  == 'b') ) and not(group('c'))", None) == 'param("a") == "b" and not group("c")'


@pytest.mark.parametrize(
    "text",
    [
        "cpus > 1 until 0", "-cpus > 1", "cpus + 1 > 2", "group(os)", 'group("a", "b")', '(group("a")) == (group("b"))',
        "os > 1", "installed", "value > 1", "> 1", 'like("a", os)',
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        evaluate(text, FACTS)
