"""The section ``checks``: what is put into a target, and any text in any of its places."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_ops.inventory import InventoryError, load
from tui_ops.inventory.checked import Check
from tui_ops.model.checks import Address, CheckKind, CheckSpec, TargetError, address_of, ask_of, url_address

FILE = Path("f.yaml")
KEYS = tuple(Check.model_fields)


def quoted(text: str) -> str:
    """Return a text as YAML in double quotes, whatever it holds."""
    return '"' + "".join(char if char.isalnum() and char.isascii() else f"\\U{ord(char):08x}" for char in text) + '"'


values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(
        ["{address}:22", "https://{address}/", "[a, b]", "10:20", "@1", "30s", "web-1", "check_x -w 1", "A", "no"]
    ),
)


@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=6))
def test_any_check_is_one_or_a_mistake(said: dict[str, str]) -> None:
    """Whatever stands where, it is read, or told with its place; and what is read can be filled in."""
    lines = "".join(f"    {key}: {quoted(value)}\n" for key, value in said.items())
    try:
        fleet = load(FILE, f"hosts: {{web-1: 192.0.2.7}}\nchecks:\n  it:\n{lines or '    {}'}")
    except InventoryError as error:
        lines_told = [mistake.place.line for mistake in error.mistakes]
    else:
        lines_told = [3]
        assert all("{address}" not in "".join(ask_of(one, "web-1", "192.0.2.7").target) for one in fleet.checks)
    assert min(lines_told) >= 3


def filled(kind: CheckKind, *target: str, name: str = "web-1", address: str = "192.0.2.7") -> tuple[str, ...]:
    return ask_of(CheckSpec("it", kind, target), name, address).target


def test_a_host_is_put_in_once() -> None:
    """What is put in is not looked at again, so no name can bring another's address in."""
    assert filled(CheckKind.PLUGIN, "-H", "{address}", "{name}{name}", name="{address}") == (
        "-H", "192.0.2.7", "{address}{address}",
    )  # fmt: skip
    assert filled(CheckKind.PLUGIN, "{other}", "{", "}{name") == ("{other}", "{", "}{name")


@pytest.mark.parametrize(
    ("kind", "target", "address", "found"),
    [
        (CheckKind.TCP, "{address}:22", "2001:db8::1", "[2001:db8::1]:22"),
        (CheckKind.HTTP, "http://{address}/", "2001:db8::1", "http://[2001:db8::1]/"),
        (CheckKind.ICMP, "{address}", "2001:db8::1", "2001:db8::1"),
        (CheckKind.PLUGIN, "{address}", "2001:db8::1", "2001:db8::1"),
        (CheckKind.TCP, "{address}:22", "local", "127.0.0.1:22"),
    ],
)
def test_addresses_in_targets(kind: CheckKind, target: str, address: str, found: str) -> None:
    """An IPv6 address stands in brackets where a port can follow; this machine is loopback."""
    assert filled(kind, target, address=address) == (found,)


@pytest.mark.parametrize(
    ("text", "port", "found"),
    [
        ("web-1:443", None, Address("web-1", 443)),
        ("[2001:db8::1]:22", None, Address("2001:db8::1", 22)),
        ("[2001:db8::1]", 443, Address("2001:db8::1", 443)),
        ("web-1", 443, Address("web-1", 443)),
        ("192.0.2.1:1", 443, Address("192.0.2.1", 1)),
    ],
)
def test_hosts_and_ports(text: str, port: int | None, found: Address) -> None:
    """As people write them, and as they are shown again."""
    assert address_of(text, port) == found
    assert address_of(str(found)) == found


@pytest.mark.parametrize(
    "text", ["", ":1", "h", "h:", "h:0", "h:70000", "h:²", "a b:1", "-h:1", "::1:22", "[::1]x", "h:1:2"]
)
def test_what_is_no_host_and_port(text: str) -> None:
    """Each is refused with what would be right."""
    with pytest.raises(TargetError, match=r"write|put"):
        address_of(text)


@pytest.mark.parametrize(
    "url", ["", "h", "ftp://h/", "http://", "http://a b/", "http://h:x/", "http://u:p@h/", "http://h/\n"]
)
def test_what_is_no_url(url: str) -> None:
    """Neither without a scheme nor with a password in it."""
    with pytest.raises(TargetError):
        url_address(url)


def test_a_password_in_a_url_is_not_shown_again() -> None:
    """Not in the message, and not by showing the line."""
    with pytest.raises(InventoryError) as refused:
        load(FILE, "hosts: {web-1: 192.0.2.7}\nchecks:\n  a: {http: 'https://u:s3cret@h/'}\n")
    assert "s3cret" not in refused.value.report(excerpts=True)
