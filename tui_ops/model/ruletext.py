"""The expressions of alert rules: a small parser whose every complaint names its column.

::

    value > 85 % until 75 %                        a level: once raised, it holds until the value is below 75
    100 * fs.used / (fs.used + fs.available) > 90 and fs.available < 10GiB
    avg(cpu, 10m) > 85 %    time_to(fs.used, fs.size, 1h) < 8h    state == "down"    not absent(cpu, 5m)

An expression that begins with a comparison compares the rule's ``value``. ``above`` and ``below`` are ``>`` and ``<``,
which YAML would take for something else at the beginning of a line.
"""

import re
from dataclasses import dataclass

from tui_ops.model.ruleast import Binary, Call, Compare, Name, Node, Number, Text, Unary
from tui_ops.model.units import SIZE_LIMIT, parse_duration, parse_size

TEXT_LIMIT = 1000
"""Characters of one expression: the longest of the shipped rules has a hundred."""

DEPTH_LIMIT = 40
"""Levels of nesting; what a person can read has five."""

GIVEN_LIMIT = 8
"""Values that a function is given; the most that any takes is three."""

LARGEST = float(SIZE_LIMIT)
"""Numbers beyond this are mistakes."""

COMPARISONS = (">=", "<=", "==", "!=", ">", "<")

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:\d{1,24}(?:\.\d{0,24})?|\.\d{1,24})(?![\d.]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z0-9_]{1,62}){0,4})"
    r'|(?P<text>"(?:[^"\\\n]|\\["\\])*"|' + r"'[^'\n]*')"
    r"|(?P<sign>>=|<=|==|!=|[-+*/()<>,%])",
    re.ASCII,
)
_UNIT = re.compile(r"[A-Za-z]{1,4}(?![A-Za-z0-9_.(])", re.ASCII)
_DURATION_UNITS = ("ms", "s", "m", "min", "h", "d", "w")
_SIZE_UNITS = ("B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")
_WORDS = {"above": ">", "below": "<"}
_RESERVED = frozenset({"and", "or", "not", "until", "above", "below"})
_LEVELS = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARE, _NEGATIVE = 3, 4, 7


class RuleError(ValueError):
    """An expression that can't be used.

    Args:
        message: what is wrong, one sentence without a full stop.
        at: where, characters from 0.
        hint: what would be right.
    """

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.message}, at column {self.at + 1}"
        return f"{said} ({self.hint})" if self.hint else said


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """``number``, ``name``, ``text``, ``sign`` or ``end``."""
    text: str
    at: int
    value: float = 0.0


def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises:
        RuleError: it is none; nothing else, whatever the text.
    """
    if len(text) > TEXT_LIMIT:
        raise RuleError("the expression is too long", 0, f"{TEXT_LIMIT} characters are the most")
    return _Reader(_tokens(text)).whole()


def parse_number(text: str) -> float:
    """Return a number with its unit, ``85 %`` or ``10m``.

    Raises:
        RuleError: it is none.
    """
    node = parse(text)
    if not isinstance(node, Number):
        raise RuleError("this is no number", 0, "write 85 %, 5GiB, 10m or 2.5")
    return node.value


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "number":
            token, end = _number(text, at, end)
            found.append(token)
        elif kind == "text":
            found.append(_Token("text", _unquoted(match[0]), at))
        elif kind == "name" and match[0] in _WORDS:
            found.append(_Token("sign", _WORDS[match[0]], at))
        elif kind == "name" and match[0] in _RESERVED:
            found.append(_Token("sign", match[0], at))
        elif kind != "space":
            found.append(_Token(kind, match[0], at))
        at = end
    found.append(_Token("end", "the end", len(text)))
    return found


def _unreadable(text: str, at: int) -> RuleError:
    if text[at] in "\"'":
        return RuleError("a text in quotes is not closed", at, "close it with the same quote on the same line")
    if text[at] == "=":
        return RuleError("'=' compares nothing", at, "write '=='")
    if text[at] in "&|!":
        return RuleError("this sign means nothing here", at, "write and, or, not")
    if text[at].isdigit() or text[at] == ".":
        return RuleError("this is no number", at, "write 85 %, 5GiB, 10m or 2.5")
    return RuleError("this sign means nothing here", at, "see docs/rules.md for what an expression can say")


def _number(text: str, at: int, end: int) -> tuple[_Token, int]:
    """Return a number with its unit, and where it ends."""
    bare = text[at:end]
    rest = len(text) - len(text[end:].lstrip(" "))
    if text[rest : rest + 1] == "%":
        return _Token("number", f"{bare} %", at, float(bare)), rest + 1
    unit = _UNIT.match(text, end)
    value = float(bare)
    if unit is not None:
        word = unit[0]
        plain = f"0{bare}" if bare.startswith(".") else bare.removesuffix(".")
        if word in _DURATION_UNITS:
            value = parse_duration(f"{plain}{word}")
        elif word in _SIZE_UNITS:
            try:
                value = float(parse_size(f"{plain}{word}"))
            except ValueError as error:
                raise RuleError("the number is too large", at) from error
        else:
            hint = "units are %, ms, s, m, h, d, w, and KiB, MiB, GiB, TiB, kB, MB, GB, TB"
            raise RuleError(f"the unit '{word}' is not known", end, hint)
        end = unit.end()
    elif end < len(text) and (text[end].isalnum() or text[end] == "_"):
        raise RuleError("this is no number", at, "write 85 %, 5GiB, 10m or 2.5")
    if value > LARGEST:
        raise RuleError("the number is too large", at)
    return _Token("number", text[at:end], at, value), end


def _unquoted(text: str) -> str:
    return text[1:-1] if text[0] == "'" else re.sub(r"\\(.)", r"\1", text[1:-1])


class _Reader:
    """Goes through the tokens once: each operator takes to its right what holds together more firmly than itself."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        """Return the tree of all tokens."""
        first = self._tokens[0]
        node = self._compared(Name("value", first.at)) if self._is_comparison(first) else None
        node = self._after(node, 0, compared=True) if node is not None else self._expression(0)
        token = self._tokens[self._next]
        if token.kind == "end":
            return node
        if self._is_comparison(token):
            raise RuleError("two comparisons in a row", token.at, "join them: x > 1 and x < 5")
        if token.text == "until":
            raise RuleError("'until' follows a comparison", token.at, "write x > 85 until 75")
        raise RuleError("this is not expected here", token.at, "put an operator between, such as and, or, >, +")

    @staticmethod
    def _is_comparison(token: _Token) -> bool:
        return token.kind == "sign" and token.text in COMPARISONS

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _expression(self, least: int) -> Node:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise RuleError("the expression is nested too deeply", self._tokens[self._next].at, "split the rule")
        is_not = self._tokens[self._next].kind == "sign" and self._tokens[self._next].text == "not"
        node = self._after(self._first(), least, compared=is_not)
        self._depth -= 1
        return node

    def _after(self, node: Node, least: int, compared: bool) -> Node:
        """Return the tree that begins with ``node`` and goes on with operators of at least that level.

        Args:
            node: the first part.
            least: level of the operators that are taken.
            compared: whether the part is a comparison already, or holds together less than one.
        """
        chain = 0
        while True:
            token = self._tokens[self._next]
            if self._is_comparison(token) and least <= _COMPARE and not compared:
                node, compared = self._compared(node), True
                continue
            level = _LEVELS.get(token.text, 0) if token.kind == "sign" else 0
            if not level or level < least:
                return node
            chain += 1
            if chain > DEPTH_LIMIT:
                raise RuleError("the expression is too long", token.at, "split the rule")
            self._take()
            node = Binary(token.text, node, self._expression(level + 1), token.at)
            compared = compared or level < _COMPARE

    def _compared(self, left: Node) -> Node:
        token = self._take()
        right = self._expression(_COMPARE + 1)
        until = None
        if self._tokens[self._next].text == "until" and self._tokens[self._next].kind == "sign":
            mark = self._take()
            if token.text in ("==", "!="):
                raise RuleError("'until' goes with > and < only", mark.at, "leave it out")
            if self._is_comparison(self._tokens[self._next]):
                raise RuleError("'until' takes a value alone", self._tokens[self._next].at, "write until 75")
            until = self._expression(_COMPARE + 1)
        return Compare(token.text, left, right, until, token.at)

    def _first(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Number(token.value, token.text, token.at)
        if token.kind == "text":
            return Text(token.text, token.at)
        if token.kind == "name":
            opens = self._tokens[self._next]
            return self._call(token) if opens.kind == "sign" and opens.text == "(" else Name(token.text, token.at)
        if token.text == "not" and token.kind == "sign":
            return Unary("not", self._expression(_NOT), token.at)
        if token.text == "-" and token.kind == "sign":
            return Unary("-", self._expression(_NEGATIVE), token.at)
        if token.text == "(" and token.kind == "sign":
            node = self._expression(0)
            self._close(token)
            return node
        if token.kind == "end":
            raise RuleError("something is missing at the end", token.at, "write a value, a name or a function")
        raise RuleError(f"'{token.text}' is not expected here", token.at, "write a value, a name or a function")

    def _call(self, name: _Token) -> Node:
        opens = self._take()
        given: list[Node] = []
        if self._tokens[self._next].kind == "sign" and self._tokens[self._next].text == ")":
            self._take()
            return Call(name.text, (), name.at)
        while True:
            given.append(self._expression(0))
            if len(given) > GIVEN_LIMIT:
                raise RuleError("too much is given to the function", name.at, f"{GIVEN_LIMIT} values are the most")
            token = self._tokens[self._next]
            if token.kind == "sign" and token.text == ",":
                self._take()
                continue
            self._close(opens)
            return Call(name.text, tuple(given), name.at)

    def _close(self, opens: _Token) -> None:
        token = self._tokens[self._next]
        if token.kind != "sign" or token.text != ")":
            raise RuleError("a parenthesis is not closed", opens.at, "add ')'")
        self._take()
