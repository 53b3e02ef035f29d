"""The address of a view: ``NOUN [key=value | key!=value | key>value | key~regex | word | !word]… [sort=-key]``.

One grammar for what is typed after ``:`` and ``/`` in the desk and for what ``tui-ops show`` takes. It is pure: it
looks at things only through a function that gives a value by key.
"""

import re
import shlex
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate
from operator import ge, gt, le, lt

from tui_ops.model.errors import TuiOpsError
from tui_ops.model.units import parse_duration, parse_size

ADDRESS_LIMIT = 1000
"""Characters of an address: a line that a person types or pastes."""

PATTERN_LIMIT = 200
"""Characters of one regular expression."""

SUBJECT_LIMIT = 200
"""Characters of a value that a regular expression looks at, so that no pattern takes long."""

OPEN_REPEATS = 3
"""Open-ended repeats in one pattern."""

SLOW_SUBJECT_LIMIT = 80
"""Characters of a value that a pattern with :data:`OPEN_REPEATS` looks at. Each repeat multiplies the ways to fail by
the length: ``a*a*a*b`` tries 69 million on 200 letters, two seconds in which the engine does nothing else, and four
million on 80, thrice as many as two repeats on 200."""

Value = str | float | tuple[str, ...] | None
"""What a thing has for a key; None is unknown and matches no comparison but ``!=``."""

_OPERATOR = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)(!=|>=|<=|!~|=|>|<|~)(.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_RESERVED = frozenset({"sort", "limit"})


class AddressError(TuiOpsError):
    """An address that can't be read."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition."""

    key: str
    """Empty for a bare word, which is looked for in the whole thing."""
    operator: str
    text: str
    test: Callable[[Value], bool]

    def __str__(self) -> str:
        return f"{self.key}{self.operator}{self.text}" if self.key else f"{self.operator}{self.text}"


@dataclass(frozen=True, slots=True)
class Query:
    """What a view is narrowed to, and its order."""

    terms: tuple[Term, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    """Keys, and whether each falls."""
    limit: int | None = None
    text: str = ""
    """As it was written."""

    def matches(self, get: Callable[[str], Value]) -> bool:
        """Return whether a thing fulfils every condition.

        Args:
            get: gives the thing's value by key; the empty key gives the text in which bare words are looked for.
        """
        return all(term.test(get(term.key)) for term in self.terms)


EVERYTHING = Query()


def split_address(text: str) -> tuple[str, str]:
    """Return noun and rest: ``hosts site=lon`` gives ``("hosts", "site=lon")``."""
    noun, _, rest = text.strip().partition(" ")
    return noun, rest.strip()


def parse(text: str, keys: Collection[str] = ()) -> Query:
    """Return the query that a text says.

    Args:
        text: conditions with blanks between them; quotes hold a blank together.
        keys: the keys that exist; empty takes any. ``label.NAME`` is always taken.

    Raises:
        AddressError: for an unknown key, a pattern or number that can't be read, or a quote that does not end.
    """
    if len(text) > ADDRESS_LIMIT:
        raise AddressError(f"an address has at most {ADDRESS_LIMIT} characters")
    try:
        words = shlex.split(text.replace("\\", "\\\\"), posix=True)
    except ValueError as error:
        raise AddressError("a quote is open", 'close it: state="auth failed"') from error
    return parse_words(words, keys, text.strip())


def parse_words(words: list[str], keys: Collection[str] = (), text: str = "") -> Query:
    """As :func:`parse`, for words that a shell has split already."""
    terms: list[Term] = []
    sort: list[tuple[str, bool]] = []
    limit: int | None = None
    for word in words:
        found = _OPERATOR.fullmatch(word)
        if found is None:
            if word not in ("", "!"):
                terms.append(_word(word))
            continue
        key, operator, value = found[1], found[2], found[3]
        if operator == "=" and key in _RESERVED:
            if key == "limit":
                limit = _limit(value)
            else:
                sort.extend(_sort(value, keys))
            continue
        _check_key(key, keys)
        terms.append(Term(key, operator, value, _test(key, operator, value)))
    return Query(tuple(terms), tuple(sort), limit, text or " ".join(words))


def _word(word: str) -> Term:
    wanted = word.lstrip("!").lower()
    if word.startswith("!"):
        return Term("", "!", wanted, lambda value: wanted not in str(value or "").lower())
    return Term("", "", wanted, lambda value: wanted in str(value or "").lower())


def _limit(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value[:9]) <= 1_000_000:
        raise AddressError(f"limit={value[:20]} is not a number of rows", "write limit=20")
    return int(value[:9])


def _sort(value: str, keys: Collection[str]) -> list[tuple[str, bool]]:
    out = []
    for part in filter(None, value.split(",")):
        key = part.lstrip("+-")
        _check_key(key, keys)
        out.append((key, part.startswith("-")))
    return out


def _check_key(key: str, keys: Collection[str]) -> None:
    if not keys or key in keys or key.startswith("label."):
        return
    near = get_close_matches(key, list(keys), 1)
    raise AddressError(f"there is no key {key!r}", f"did you mean {near[0]!r}?" if near else "see ? for the keys")


def _test(key: str, operator: str, text: str) -> Callable[[Value], bool]:
    if operator in ("~", "!~"):
        pattern, letters = compile_pattern(text), letters_for(text)
        found = _each(lambda value: pattern.search(value[:letters]) is not None)
        return found if operator == "~" else lambda value: not found(value)
    if operator in ("=", "!="):
        equal = _equal(text)
        return equal if operator == "=" else lambda value: not equal(value)
    return _compare(key, operator, text)


def _each(test: Callable[[str], bool]) -> Callable[[Value], bool]:
    def found(value: Value) -> bool:
        if value is None:
            return False
        if isinstance(value, tuple):
            return any(map(test, value))
        return test(str(value))

    return found


def _equal(text: str) -> Callable[[Value], bool]:
    wanted = text.lower()
    wild = re.compile(translate(wanted)) if any(char in wanted for char in "*?[") and len(wanted) < 100 else None
    of_text = _each(
        lambda value: wild.match(value.lower()[:SUBJECT_LIMIT]) is not None if wild else value.lower() == wanted
    )
    amount = _amount(text)

    def equal(value: Value) -> bool:
        if value in (None, "", ()):
            return not wanted
        if isinstance(value, int | float):
            return amount is not None and round(value, 1) == round(amount, 1)
        return of_text(value)

    return equal


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {">": gt, "<": lt, ">=": ge, "<=": le}


def _compare(key: str, operator: str, text: str) -> Callable[[Value], bool]:
    amount = _amount(text)
    if amount is None:
        raise AddressError(f"{key}{operator}{text[:40]}: {text[:40]!r} is not a number", "write 80, 5m, 10GiB or 80%")
    against = _COMPARISONS[operator]
    return lambda value: isinstance(value, int | float) and against(value, amount)


def _amount(text: str) -> float | None:
    """Return a number as people write it: plain, a percentage, a duration in seconds, or a size.

    ``5m`` is five minutes and ``5M`` five million: a unit in capitals is a size.
    """
    plain = text.strip().removesuffix("%")
    if _NUMBER.fullmatch(plain):
        return float(plain)
    readers: list[Callable[[str], float]] = [parse_duration, parse_size]
    for read in reversed(readers) if any(map(str.isupper, plain)) else readers:
        try:
            return float(read(plain))
        except (ValueError, OverflowError):
            continue
    return None


def compile_pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression that a person typed, ready and harmless.

    Raises:
        AddressError: not an expression, too long, or of a form that could take for ever on some text.
    """
    if len(text) > PATTERN_LIMIT:
        raise AddressError(f"a pattern has at most {PATTERN_LIMIT} characters")
    _refuse_explosive(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(text, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise AddressError(
            f"the pattern {text[:40]!r} can't be read: {error}", "put \\ before a sign that is meant"
        ) from error


def letters_for(text: str) -> int:
    """Return how many characters of a value a pattern may look at, so that it takes milliseconds at most.

    Args:
        text: of the pattern, as :func:`compile_pattern` takes it.
    """
    repeats = sum(part in ("*", "+") or (part[0] == "{" and len(part) > 1) for part in _parts(text))
    return SLOW_SUBJECT_LIMIT if repeats >= OPEN_REPEATS else SUBJECT_LIMIT


def _parts(text: str) -> list[str]:
    """Cut a pattern into its signs, sets and counts."""
    return re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", text, re.DOTALL)


def _refuse_explosive(text: str) -> None:
    """Refuse repeats of what itself repeats or chooses, too many open repeats, and back references."""
    groups: list[bool] = []
    repeats = 0
    closed_heavy = False
    before = ""
    for part in _parts(text):
        repeating = part in ("*", "+") or (part.startswith("{") and len(part) > 1)
        # A question mark repeats from nought to one: sixty of them in a row are sixty choices.
        repeats += repeating or (part == "?" and before != "(")
        before = part
        if repeating:
            if closed_heavy:
                raise AddressError(
                    "the pattern repeats a group that itself repeats or chooses", "write it without that"
                )
            if groups:
                groups[-1] = True
        if len(part) == 2 and part[0] == "\\" and part[1].isdigit():
            raise AddressError("a pattern can't refer back to a group", "write the text again")
        heavy = groups.pop() if part == ")" and groups else False
        if part == ")" and groups and heavy:
            groups[-1] = True
        closed_heavy = heavy
        if part == "(":
            groups.append(False)
        elif part == "|" and groups:
            groups[-1] = True
    if repeats > OPEN_REPEATS:
        raise AddressError(f"the pattern has {repeats} repeats, at most {OPEN_REPEATS} are taken", "use several terms")
