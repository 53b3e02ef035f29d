"""The expressions of rules: what is one, what is told of what is none, and that a tree and its text are the same."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_ops.model.metrics import METRICS
from tui_ops.model.ruleast import Binary, Call, Compare, Name, Node, Number, Text, Unary, walk, written
from tui_ops.model.rulecheck import HEADLINES, SECTIONS, Kind, Scope, check
from tui_ops.model.ruletemplate import parse_template
from tui_ops.model.ruletext import RuleError, parse, parse_number

PIECES = st.sampled_from(
    ["value", "cpu", "fs.used", "state", '"down"', "avg", "absent", "count", "(", ")", ",", ">", ">=", "==", "until",
     "and", "or", "not", "above", "below", "+", "-", "*", "/", "new", "items", "field('x')",
     "85 %", "5GiB", "10m", "2.5", "1h", "%", "'", "=", "."]
)  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_an_expression_or_a_complaint_with_a_column(text: str) -> None:
    """Nothing else is raised, and the column lies in the text or at its end."""
    for scope in Scope:
        error = complaint(lambda scope=scope: check(parse(text), scope, Kind.TRUTH))  # type: ignore[misc]
        assert error is None or (error.message and 0 <= error.at <= len(text))
    with_braces = f"{{{text}}} {text}"
    error = complaint(lambda: parse_template(with_braces, Scope.HOST, "%", has_value=True))
    assert error is None or 0 <= error.at <= len(with_braces)


def complaint(call: Callable[[], object]) -> RuleError | None:
    """Return what is told of a text; None where it is right."""
    try:
        call()
    except RuleError as error:
        return error
    return None


NUMBERS = st.floats(0, 1e9, allow_nan=False).map(lambda value: Number(float(f"{value:.6f}")))
LEAVES = NUMBERS | st.sampled_from([Name("cpu"), Name("fs.used"), Name("value"), Text("do\\wn"), Text('a"b')])


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "not"]), inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "and", "or"]), inner, inner),
        st.builds(Compare, st.sampled_from([">", ">=", "<", "<=", "==", "!="]), inner, inner),
        st.builds(Compare, st.sampled_from([">", "<"]), inner, inner, inner),
        st.builds(Call, st.sampled_from(["avg", "abs"]), st.lists(inner, max_size=3).map(tuple)),
    )


@settings(deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=12))
def test_a_tree_is_what_its_text_says(tree: Node) -> None:
    """Whatever the tree, its text parses to the same tree."""
    assert parse(written(tree)) == tree


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("> 85 %", "value > 85"),
        ("above 85 % until 75 %", "value > 85 until 75"),
        ("below 5GiB", "value < 5368709120"),
        ("not a == 1 or b == 2 and c == 3", "(not (a == 1)) or ((b == 2) and (c == 3))"),
        ("1 + 2 * 3 - 4 / 2 > 0", "((1 + (2 * 3)) - (4 / 2)) > 0"),
        ("a - b - c", "(a - b) - c"),
        ("cpu>85%and memory<10", "cpu > 85 and memory < 10"),
        ("'x' == state", '"x" == state'),
        ("not a > 1 and b > 2", "(not (a > 1)) and (b > 2)"),
    ],
)
def test_what_holds_together(text: str, same: str) -> None:
    """The usual order of operators, with and without spaces."""
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("text", "value"),
    [("85 %", 85.0), ("85%", 85.0), ("5GiB", 5 * 2**30), ("10m", 600.0), ("50ms", 0.05), ("2.5", 2.5), ("4KiB", 4096.0),
     ("1h", 3600.0), ("10MB", 1e7), (".5", 0.5), ("3d", 259200.0)],
)  # fmt: skip
def test_numbers_with_units(text: str, value: float) -> None:
    """A number is brought to percent, bytes or seconds."""
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "something is missing"),
        ("cpu >", 5, "something is missing"),
        ("cpu > 85 memory", 9, "not expected"),
        ("cpu > 1 > 2", 8, "two comparisons"),
        ("a and b > 1 > 2", 12, "two comparisons"),
        ("not a > 1 > 2", 10, "two comparisons"),
        ("> 1 > 2", 4, "two comparisons"),
        ("(cpu > 1", 0, "not closed"),
        ('state == "down', 9, "quotes is not closed"),
        ("cpu = 3", 4, "compares nothing"),
        ("cpu && x", 4, "means nothing"),
        ("cpu > 5x", 7, "unit 'x'"),
        ("cpu until 3", 4, "follows a comparison"),
        ("state == 'up' until 3", 14, "goes with > and <"),
        ("99999999999999999GiB > 1", 0, "too large"),
    ],
)
def test_a_mistake_is_told_with_its_column(text: str, at: int, message: str) -> None:
    """The column is where the eye has to go."""
    with pytest.raises(RuleError, match=message) as caught:
        parse(text)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "scope", "at", "message"),
    [
        ("cppu > 1", Scope.HOST, 0, "nothing is called 'cppu'"),
        ("avrg(cpu, 5m) > 1", Scope.HOST, 0, "no function 'avrg'"),
        ("avg(cpu) > 1", Scope.HOST, 0, "takes 2 values"),
        ("avg(cpu, 5) > 1", Scope.HOST, 9, "duration"),
        ("avg(avg(cpu, 5m), 5m) > 1", Scope.HOST, 4, "can't stand within"),
        ("state > 3", Scope.HOST, 6, "a text is compared with a number"),
        ("state == 'dwn'", Scope.HOST, 9, "no state is called"),
        ("cpu and memory > 1", Scope.HOST, 0, "takes a condition"),
        ("cpu + 1", Scope.HOST, 4, "a condition is needed"),
        ("count(state == 'down') > 1", Scope.HOST, 0, "counts hosts"),
        ("cpu > 85 until 95", Scope.HOST, 15, "end above"),
        ("cpu < 10 until 5", Scope.HOST, 15, "end below"),
        ("status == 'ok'", Scope.HOST, 0, "belongs to a rule"),
        ("firing('x')", Scope.STATUS, 0, "stands within count"),
        ("status('arays') == 'ok'", Scope.HOST, 7, "no section"),
        ("cpu > 1", Scope.FLEET, 0, "counts them"),
        ("count(fs.used > 1) > 1", Scope.FLEET, 14, "labels"),
        ("count(cpu) > 1", Scope.FLEET, 6, "a condition is needed"),
        ("field('x') == 'y'", Scope.HOST, 0, "is for a rule over facts"),
        ("count(new(1h)) > 1", Scope.FLEET, 6, "is for a rule over facts"),
        ("cpu > 1", Scope.FACT, 0, "looks at the fields"),
        ("avg(number('x'), 5m) > 1", Scope.FACT, 0, "is not for a rule over facts"),
        ("number('x') < '1'", Scope.FACT, 12, "a number is compared with a text"),
        ("field(label) == 'y'", Scope.FACT, 0, "takes a text in quotes"),
        ("has('x', field('y'))", Scope.FACT, 0, "takes a text in quotes"),
        ("field('x') < '2' until '1'", Scope.FACT, 23, "takes a number"),
        ("new(1)", Scope.FACT, 4, "duration"),
        ("changed(8d)", Scope.FACT, 8, "duration"),
        ("field('x') and new(1h)", Scope.FACT, 0, "takes a condition"),
    ],
)
def test_what_does_not_fit_is_told(text: str, scope: Scope, at: int, message: str) -> None:
    """Names, functions and kinds are looked at before a rule is used."""
    with pytest.raises(RuleError, match=message) as caught:
        check(parse(text), scope, Kind.TRUTH)
    assert caught.value.at == at


def test_every_name_can_be_compared() -> None:
    """All headline values and all metrics are known."""
    for name in (*HEADLINES, *METRICS):
        check(parse(f"{name} > 1"), Scope.HOST, Kind.TRUTH)


def test_the_sections_are_those_that_are_read() -> None:
    """The names that a rule can use are those of the collectors, and the engine's own."""
    from tui_ops.collectors.sections import BY_NAME
    from tui_ops.engine.own import SECTION

    assert set(SECTIONS) == {*BY_NAME, SECTION}


def test_deep_and_long_texts_are_refused() -> None:
    """Neither parentheses nor chains use up the stack."""
    for text in ("(" * 500, "not " * 240, "-" * 900, "1+" * 490 + "1", "x" * 2000):
        with pytest.raises(RuleError):
            parse(text)
    assert len(list(walk(parse(" + ".join(["1"] * 40))))) == 79
