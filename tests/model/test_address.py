"""The grammar of addresses: one for ``/``, for ``:`` and for ``tui-ops show``."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tui_ops.model.address import (
    ADDRESS_LIMIT,
    OPEN_REPEATS,
    SUBJECT_LIMIT,
    AddressError,
    Value,
    compile_pattern,
    letters_for,
    parse,
    parse_words,
    split_address,
)

WEB: dict[str, Value] = {
    "": "web-07.lon 10.0.1.7 lon load 14.2 web canary", "name": "web-07.lon", "site": "lon", "state": "auth failed",
    "cpu": 97.04, "age": 301.0, "net_rx": 2.5e6, "groups": ("web", "canary"), "rack": "", "memory": None,
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "web", "WEB canary", "!db", "site=lon", "site=LON", "site!=par", "name=web-*", "name=web-0?.lon",
        'state="auth failed"', "'state=auth failed'", "cpu>80", "cpu>=97", "cpu>80%", "cpu=97", "cpu!=4", "age>5m",
        "age<1h", "net_rx>2M", "net_rx<3MB", "groups=canary", "groups!=db", "name~^web.*lon$", "name!~db",
        "groups~^can", "rack=", "memory!=4", "site=lon web cpu>80 !db sort=-cpu limit=3",
    ],
)  # fmt: skip
def test_it_fits(text: str):
    """Each of these is true of the host."""
    assert parse(text).matches(WEB.get), text


@pytest.mark.parametrize(
    "text",
    ["db", "!web", "site=par", "site!=lon", "name=web", "cpu>98", "cpu<97", "age>6m", "net_rx>2G", "groups=db",
     "groups!=web", "name~^db", "name!~web", "memory=4", "memory>1", "memory<1", "site=lon db", "site>3"],
)  # fmt: skip
def test_it_does_not_fit(text: str):
    """None of these is; an unknown value fits no comparison but 'is not'."""
    assert not parse(text).matches(WEB.get), text


def test_sort_and_limit():
    """They are not conditions; a minus begins with the highest."""
    query = parse("sort=-cpu,name web sort=age limit=20")
    assert query.sort == (("cpu", True), ("name", False), ("age", False))
    assert query.limit == 20
    assert len(query.terms) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colur=red", "there is no key 'colur' (did you mean 'colour'?)"),
        ("sort=-nothing", "there is no key 'nothing'"),
        ("cpu>warm", "is not a number"),
        ("limit=many", "is not a number of rows"),
        ("limit=0", "is not a number of rows"),
        ("name~(", "can't be read"),
        ("name~" + "a" * 201, "at most 200 characters"),
        ("name~(a+)+$", "repeats a group that itself repeats"),
        ("name~(a|aa)*$", "repeats a group that itself repeats"),
        ("name~((a*)b){2,}", "repeats a group that itself repeats"),
        (r"name~(a)\1", "refer back"),
        ("name~a*b*c*d*e", "at most 3"),
        ('state="auth', "a quote is open"),
        ("x" * (ADDRESS_LIMIT + 1), "at most 1000"),
    ],
)
def test_what_can_not_be_read_is_said(text: str, said: str):
    """Each mistake has its sentence, and where possible what would be right."""
    with pytest.raises(AddressError) as caught:
        parse(text, ("colour", "cpu", "name", "state"))
    assert said in str(caught.value)


def test_labels_need_no_list_of_keys():
    """Labels are the inventory's own words."""
    assert parse("label.tier=1", ("name",)).matches({"label.tier": "1"}.get)


def test_noun_and_rest():
    """The noun comes first."""
    assert split_address(" hosts  site=lon web ") == ("hosts", "site=lon web")
    assert split_address("hosts") == ("hosts", "")


@given(some.text(max_size=80))
def test_any_text_is_a_query_or_a_sentence(text: str):
    """Nothing else than AddressError comes out, and what was read can be asked."""
    try:
        query = parse(text)
    except AddressError:
        return
    query.matches(WEB.get)


@given(some.text(alphabet="ab(|)*+?{}[]^$.\\1,", max_size=24))
def test_no_pattern_takes_long(text: str):
    """Whatever pattern is accepted ends soon on the worst text."""
    try:
        pattern = compile_pattern(text)
    except AddressError:
        return
    begun = time.process_time()
    pattern.search("a" * letters_for(text))
    assert time.process_time() - begun < 1.0


def steps_of(repeats: int, letters: int) -> int:
    """Return how often a matcher that goes back compares a letter until ``a*`` so many times, then ``b``, has failed
    on letters ``a`` alone: from each place on, each repeat takes all that is left and gives back one after the other.
    """
    at_rest = [1] * (letters + 1)
    for _ in range(repeats):
        at_rest = [left + sum(at_rest[: left + 1]) for left in range(letters + 1)]
    return sum(at_rest)


@pytest.mark.parametrize("repeats", range(OPEN_REPEATS + 1))
def test_the_worst_pattern_of_each_kind_takes_a_few_million_steps(repeats: int):
    """A value of two hundred letters would cost one with three repeats seventy million."""
    text = "a*" * repeats + "b"
    assert steps_of(repeats, letters_for(text)) < 4_000_000
    assert steps_of(OPEN_REPEATS, SUBJECT_LIMIT) > 60_000_000, "so that the shorter limit is needed"


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [("b", 200), ("a.*b", 200), ("[*+]{a}\\*b?", 200), ("a*b*c*d", 80), ("a+b{2,}c{3}", 80)],
)
def test_a_pattern_looks_at_so_many_letters(pattern: str, letters: int):
    """Those are all that it is shown of a longer value: what stands behind them is not found."""
    assert letters_for(pattern) == letters
    query = parse_words([f"name~({pattern})|end"])
    assert query.matches({"name": "x" * (letters - 3) + "end"}.get)
    assert not query.matches({"name": "x" * (letters - 2) + "end"}.get)
