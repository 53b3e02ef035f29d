"""Changing one step in the text of a plan, and leaving everything else in it as it was written.

What is changed is found by the places of YAML's own nodes. Comments above a step go with it, those elsewhere stay where
they are. Whatever is written is read again before it is given back: where anything but the step would have changed, it
is refused, and an editor is the way.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from tui_ops.inventory.errors import LINE_END
from tui_ops.inventory.tree import Entry, Mapping, Node, Scalar
from tui_ops.inventory.tree import Sequence as Items
from tui_ops.model.errors import TuiOpsError
from tui_ops.model.plans import Part
from tui_ops.plans import nodes
from tui_ops.plans.errors import PlanWrong
from tui_ops.plans.stepform import content_of, parsed
from tui_ops.plans.yamltext import entry

INDENT = 2
"""Spaces before the sign of a step in a part that is written anew, as the plans to begin with have it."""

BY_EDITOR = "e opens the plan in your editor"

_DASH = re.compile(r"^( *)-( +)$")


class NotByForm(TuiOpsError):
    """A step stands in the text in a way that a form can't change without changing more."""

    def __init__(self, why: str) -> None:
        super().__init__(why, BY_EDITOR)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together; counted from 0, the end is the first that is none of them."""

    lead: int
    """Where the comments above it begin."""
    begin: int
    over: int
    """Where what it says ends; comments may follow."""
    end: int


@dataclass(frozen=True, slots=True)
class _List:
    """A part of a plan as it is written: a list of which each step begins a line."""

    indent: int
    """Of the signs of its steps."""
    gap: int
    """Cells between sign and step."""
    blocks: tuple[_Block, ...]
    nodes: tuple[yaml.Node, ...]


def put_in(text: str, part: Part, at: int, step: Mapping) -> str:
    """Return a plan with a further step.

    Args:
        text: the plan.
        part: where the step comes.
        at: before which of its steps, from 0; their number puts it last.
        step: the step.

    Raises:
        NotByForm: the text is written in a way in which that can't be done.
        PlanWrong: it is no YAML.
    """
    lines, found = _lines(text), _find(text, part)
    if found is None:
        made = _with_part(lines, text, part, _step_lines(step, INDENT, INDENT - 1))
    else:
        new = _step_lines(step, found.indent, found.gap)
        where = found.blocks[at].lead if at < len(found.blocks) else found.blocks[-1].end
        made = [*lines[:where], *new, *lines[where:]]
    return _proved(text, made, part, lambda steps: [*steps[:at], step, *steps[at:]])


def take_out(text: str, part: Part, at: int) -> str:
    """Return a plan without one of its steps, and without the comments that stand directly above it."""
    lines, found = _lines(text), _wanted(text, part)
    gone = found.blocks[at]
    made = [*lines[: gone.lead], *lines[gone.end :]]
    if len(found.blocks) == 1:
        head = _key_line(text, part)
        bare = made[head].rstrip("\r\n")
        made[head] = re.sub(r"^([^:]*:)", r"\1 []", bare, count=1) + "\n"
    return _proved(text, made, part, lambda steps: [*steps[:at], *steps[at + 1 :]])


def move(text: str, part: Part, at: int, by: int) -> str:
    """Return a plan in which a step has changed places with its neighbour, each with the comments above it.

    Args:
        text: the plan.
        part: whose step it is.
        at: which, from 0.
        by: 1 for the next place, -1 for the one before.
    """
    lines, found = _lines(text), _wanted(text, part)
    first, second = (found.blocks[one] for one in sorted((at, at + by)))
    made = [
        *lines[: first.lead], *lines[second.lead : second.end], *lines[first.end : second.lead],
        *lines[first.lead : first.end], *lines[second.end :],
    ]  # fmt: skip

    def swapped(steps: list[Node]) -> list[Node]:
        steps[at], steps[at + by] = steps[at + by], steps[at]
        return steps

    return _proved(text, made, part, swapped)


def change(text: str, part: Part, at: int, step: Mapping) -> str:
    """Return a plan with another step in the place of one: only what differs in it is written anew.

    Args:
        text: the plan.
        part: whose step it is.
        at: which, from 0.
        step: what stands there then.
    """
    lines, found = _lines(text), _wanted(text, part)
    block, node = found.blocks[at], found.nodes[at]

    def there(steps: list[Node]) -> list[Node]:
        return [*steps[:at], step, *steps[at + 1 :]]

    before = _tree_of(text, part)[at]
    if isinstance(before, Mapping) and isinstance(node, yaml.MappingNode):
        try:
            made = _Entries(lines, block.end).changed(node, before, step)
            return _proved(text, made, part, there)
        except NotByForm:
            pass
    new = _step_lines(step, found.indent, found.gap)
    return _proved(text, [*lines[: block.begin], *new, *lines[block.over :]], part, there)


class _Entries:
    """The keys of a step in its text, of which some are written anew.

    Args:
        lines: the plan's.
        end: of the step, as a line.
    """

    def __init__(self, lines: Sequence[str], end: int) -> None:
        self._lines = list(lines)
        self._end = end

    def changed(self, node: yaml.MappingNode, before: Mapping, after: Mapping) -> list[str]:
        """Return all lines with what differs written anew.

        Args:
            node: the keys as they stand in the text.
            before: the same as a tree.
            after: as they shall be.

        Raises:
            NotByForm: they can't be changed one by one.
        """
        edits = list(self._edits(node, before, after, self._end))
        for begin, end, new in sorted(edits, key=lambda one: one[0], reverse=True):
            self._lines[begin:end] = new
        return self._lines

    def _edits(
        self, node: yaml.MappingNode, before: Mapping, after: Mapping, end: int
    ) -> Iterator[tuple[int, int, list[str]]]:  # fmt: skip
        if node.flow_style or len(node.value) != len(before.entries):
            raise NotByForm("its keys stand on one line")
        column = node.start_mark.column
        starts = [(key.start_mark.line, _over(value)) for key, value in node.value]
        blocks = _blocks(self._lines, starts, end, column)
        for (key, value), block in zip(node.value, blocks, strict=True):
            name = str(key.value)
            if name not in after.entries:
                if block is blocks[0]:
                    raise NotByForm("its first key goes")
                yield block.lead, block.end, []
            elif not same(before.entries[name].value, after.entries[name].value):
                yield from self._one(name, value, before.entries[name], after.entries[name], block, column)
        new = [line for name, one in after.entries.items() if name not in before.entries
               for line in _ended(entry(name, content_of(one.value), column))]  # fmt: skip
        if new:
            yield blocks[-1].end, blocks[-1].end, new

    def _one(
        self, name: str, value: yaml.Node, before: Entry, after: Entry, block: _Block, column: int
    ) -> Iterator[tuple[int, int, list[str]]]:  # fmt: skip
        """Yield how one key's value is written anew."""
        inner, outer = after.value, before.value
        if isinstance(value, yaml.MappingNode) and isinstance(inner, Mapping) and isinstance(outer, Mapping):
            is_below = not value.flow_style and value.start_mark.line > block.begin
            if is_below and inner.entries.keys() & outer.entries.keys():
                yield from self._edits(value, outer, inner, block.end)
                return
        new = entry(name, content_of(inner), column)
        here = value.start_mark
        if len(new) == 1 and here.line == value.end_mark.line == block.begin and value.end_mark.column > here.column:
            line = self._lines[here.line]
            said = new[0].removeprefix(" " * column + f"{name}: ")
            yield here.line, here.line + 1, [line[: here.column] + said + line[value.end_mark.column :]]
            return
        front = self._lines[block.begin][:column]
        yield block.begin, block.over, _ended([front + new[0][column:], *new[1:]])


def same(one: Node, other: Node) -> bool:
    """Return whether two values say the same, however they are written."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text and nodes.is_empty(one) == nodes.is_empty(other)
    if isinstance(one, Items) and isinstance(other, Items):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.entries.keys() == other.entries.keys() and all(
            same(value.value, other.entries[name].value) for name, value in one.entries.items()
        )
    return False


def _proved(text: str, made: list[str], part: Part, wanted: Callable[[list[Node]], list[Node]]) -> str:
    """Return the text that was made, once it says nothing but what it shall."""
    after = "".join(made)
    if "\n" not in text.replace("\r\n", ""):
        # Written on another system: what is new ends its lines as the others do.
        after = after.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else after
    try:
        new = parsed(after)
    except PlanWrong as error:
        raise NotByForm("the step can't be written into this text by a form") from error
    old = parsed(text)
    before = old.entries if isinstance(old, Mapping) else {}
    now = new.entries if isinstance(new, Mapping) else {}
    others = {*before, *now} - {str(part)}
    rest = all(name in before and name in now and same(before[name].value, now[name].value) for name in others)
    steps, expected = _tree_of(after, part), wanted(_tree_of(text, part))
    if not rest or len(steps) != len(expected) or not all(map(same, steps, expected)):
        raise NotByForm("the step can't be written into this text by a form")
    return after


def _tree_of(text: str, part: Part) -> list[Node]:
    root = parsed(text)
    node = root.entries[str(part)].value if isinstance(root, Mapping) and str(part) in root.entries else None
    return list(node.items) if isinstance(node, Items) else []


def _step_lines(step: Mapping, indent: int, gap: int) -> list[str]:
    """Return a step as lines, the sign of its list before it."""
    inner = indent + 1 + gap
    found = [line for name, one in step.entries.items() for line in entry(name, content_of(one.value), inner)]
    found[0] = " " * indent + "-" + " " * gap + found[0][inner:]
    return _ended(found)


def _ended(lines: list[str]) -> list[str]:
    return [f"{one}\n" for one in lines]


def _lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, as YAML counts them; the last one has an end."""
    found, at = [], 0
    for end in LINE_END.finditer(text):
        found.append(text[at : end.end()])
        at = end.end()
    return [*found, f"{text[at:]}\n"] if at < len(text) else found


def _composed(text: str) -> yaml.MappingNode | None:
    """Return the root of a text of which :func:`parsed` has said that it can be read."""
    parsed(text)
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        # Such as an anchor that is set twice: the reader of plans takes the later one.
        raise NotByForm("this plan is written in a way that a form can't take apart") from error
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise NotByForm("this plan is not written in lines")
    return root


def _wanted(text: str, part: Part) -> _List:
    found = _find(text, part)
    if found is None:
        raise NotByForm(f"there are no steps below '{part}'")
    return found


def _key_line(text: str, part: Part) -> int:
    root = _composed(text)
    return next(int(key.start_mark.line) for key, _ in (root.value if root else ()) if key.value == str(part))


def _find(text: str, part: Part) -> _List | None:
    """Return a part as it is written; None where it has no step."""
    root, lines = _composed(text), _lines(text)
    pairs = root.value if root is not None else []
    at = next((index for index, (key, _) in enumerate(pairs) if key.value == str(part)), None)
    value = pairs[at][1] if at is not None else None
    if at is None or not isinstance(value, yaml.SequenceNode) or not value.value:
        return None
    if value.flow_style:
        raise NotByForm(f"the steps below '{part}' stand on one line")
    starts, indents, gaps = [], [], []
    for item in value.value:
        mark = item.start_mark
        dash = _DASH.match(lines[mark.line][: mark.column])
        if dash is None:
            raise NotByForm(f"a step below '{part}' does not begin behind its '-'")
        starts.append((mark.line, _over(item)))
        indents.append(len(dash[1]))
        gaps.append(len(dash[2]))
    end = pairs[at + 1][0].start_mark.line if at + 1 < len(pairs) else len(lines)
    return _List(indents[0], gaps[0], tuple(_blocks(lines, starts, end, indents[0])), tuple(value.value))


def _blocks(lines: Sequence[str], starts: Sequence[tuple[int, int]], end: int, column: int) -> list[_Block]:
    """Return the lines of what begins at these lines, one below the other.

    Args:
        lines: of the text.
        starts: where each of them begins, and where what it says ends.
        end: of the last, at most.
        column: at which they begin: a comment no deeper than that belongs to what comes below it.
    """
    found: list[_Block] = []
    for (begin, said), until in zip(starts, [*(one for one, _ in starts[1:]), end], strict=True):
        over = min(until, max(begin + 1, said))
        while over > begin + 1 and not lines[over - 1].strip():
            over -= 1
        last = over
        for at in range(over, until):
            if _is_between(lines[at], column):
                if lines[at].strip():
                    break
            else:
                last = at + 1
        lead, floor = begin, found[-1].end if found else 0
        while lead > floor and lines[lead - 1].lstrip().startswith("#") and _is_between(lines[lead - 1], column):
            lead -= 1
        found.append(_Block(lead, begin, over, last))
    return found


def _over(node: yaml.Node) -> int:
    """Return the first line behind what a node says; what YAML calls its end is where the next one begins."""
    if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(map(_over, last)) if isinstance(last, tuple) else _over(last)
    return int(node.end_mark.line) + (node.end_mark.column > 0)


def _is_between(line: str, column: int) -> bool:
    """Return whether a line is empty, or a comment that is no deeper than what stands around it."""
    bare = line.strip()
    return not bare or (bare.startswith("#") and len(line) - len(line.lstrip(" ")) <= column)


def _with_part(lines: list[str], text: str, part: Part, step: list[str]) -> list[str]:
    """Return the lines of a plan with a part that has no step yet, and its first one."""
    root = _composed(text)
    pairs = root.value if root is not None else []
    there = next(((key, value) for key, value in pairs if key.value == str(part)), None)
    if there is not None:
        return _filled(lines, part, there[0], there[1], step)
    order = [str(one) for one in Part]
    later = [key.start_mark.line for key, _ in pairs if key.value in order[order.index(part) + 1 :]]
    earlier = [index for index, (key, _) in enumerate(pairs) if key.value in order]
    if not later and earlier and max(earlier) + 1 < len(pairs):
        later = [pairs[max(earlier) + 1][0].start_mark.line]
    if later:
        before = _blocks(lines, [(min(later), 0)], len(lines), 0)[0].lead
        return [*lines[:before], f"{part}:\n", *step, "\n", *lines[before:]]
    gap = ["\n"] if lines and lines[-1].strip() else []
    return [*lines, *gap, f"{part}:\n", *step]


def _filled(lines: list[str], part: Part, key: yaml.Node, value: yaml.Node, step: list[str]) -> list[str]:
    """Return the lines of a plan whose part says that it has no steps, with one."""
    here = int(key.start_mark.line)
    is_nothing = isinstance(value, yaml.ScalarNode | yaml.SequenceNode) and not value.value
    if not is_nothing or value.end_mark.line != here:
        raise NotByForm(f"what stands below '{part}' is no list of steps")
    line = lines[here]
    rest = line[value.end_mark.column :] if isinstance(value, yaml.SequenceNode) else line[key.end_mark.column + 1 :]
    return [*lines[:here], f"{line[: key.end_mark.column]}:{rest.rstrip()}\n", *step, *lines[here + 1 :]]
