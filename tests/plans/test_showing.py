"""Plans as lines, and how two texts differ."""

from difflib import unified_diff

from hypothesis import example, given
from hypothesis import strategies as st

from tui_ops.model.plans import Part, StepKind
from tui_ops.plans import read_plan
from tui_ops.plans.showing import COMPARED_MAX, SHOWN_MAX, compare, lines_of

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "d e"]), max_size=12).map(
    lambda lines: "".join(f"{one}\n" for one in lines)
)


def test_steps_as_lines() -> None:
    """What is as usual is left away."""
    plan = read_plan("""\
pre: [http: {url: "http://{host}/", within: 2m}]
steps:
  - {package: nginx, become: yes, retries: 2, when: "group('web')"}
  - file: {path: /x, content: "a\\nb\\n", mode: 644}
  - script: "echo\\n"
  - command: a 'b c'
  - wait: 5s
""")
    lines = lines_of(plan)
    assert [one.detail for one in lines] == [
        "url http://{host}/ · within 2m",
        'name nginx · as root · when group("web") · again up to 2× after 5s',
        "path /x · mode 0644 · 2 lines",
        "1 lines",
        "a b c",
        "5s",
        "files",
    ]
    assert [(one.key, one.line, one.kind, one.part) for one in lines][-1] == (
        "rollback-1", 0, StepKind.RESTORE, Part.ROLLBACK,
    )  # fmt: skip


def test_the_difference_of_two_texts() -> None:
    found = compare("a\nb\nc\nd\ne\nf\n", "a\nb\nx\nd\ne\nf\ng\n", 1)
    assert [(one.sign, one.old, one.new, one.text) for one in found] == [
        ("…", None, None, "1 equal line"), (" ", 2, 2, "b"), ("-", 3, None, "c"), ("+", None, 3, "x"),
        (" ", 4, 4, "d"), ("…", None, None, "1 equal line"), (" ", 6, 6, "f"), ("+", None, 7, "g"),
    ]  # fmt: skip
    assert compare("a\n", "a\n") == ()
    assert [str(one) for one in compare("a", "a\n")] == ["- a  (no line end)", "+ a"]
    assert [str(one) for one in compare("", "\x1b[31mx\n")] == ["+ ␛[31mx"]


@given(TEXTS, TEXTS)
@example("", "a\n")
@example("a\n", "")
def test_a_difference_leads_from_one_text_to_the_other(old: str, new: str) -> None:
    """Equal and removed lines are the old text, equal and new ones the new one, each with its number."""
    lines = compare(old, new, None)
    if old == new:
        assert lines == ()
        return
    assert "".join(f"{one.text}\n" for one in lines if one.sign != "+") == old
    assert "".join(f"{one.text}\n" for one in lines if one.sign != "-") == new
    assert [one.old for one in lines if one.old] == list(range(1, len(old.splitlines()) + 1))
    assert [one.new for one in lines if one.new] == list(range(1, len(new.splitlines()) + 1))
    changes = [
        line for line in unified_diff(old.splitlines(), new.splitlines(), n=0) if line[:3] not in ("---", "+++", "@@ ")
    ]
    assert sum(one.sign in "+-" for one in lines) <= len(changes)


def test_long_texts_are_compared_in_bounded_time() -> None:
    """What can't be held against each other is shown as replaced, and no more than a person scrolls through."""
    old = "".join(f"{number % 7}\n" for number in range(COMPARED_MAX))
    new = "".join(f"{number % 5}\n" for number in range(COMPARED_MAX))
    found = compare(old, new)
    assert len(found) == SHOWN_MAX + 1
    assert found[-1].text.endswith("further lines")
    assert compare(old + "x\n", old + "y\n")[-1].sign == "+"
