"""Values as lines of YAML, in the way in which a person writes a plan: short where it fits, texts below a bar."""

import re
from collections.abc import Iterator, Mapping

Value = str | list[str] | None
"""A text, a list of texts, or nothing at all."""

Content = Value | dict[str, Value]
"""What stands behind a key: a value, or keys with theirs."""

FLOW_MOST = 96
"""Characters of keys with their values on one line; more of them stand below each other."""

_PLAIN = re.compile(r"[A-Za-z0-9/_.(](?:[^\x00-\x1f\x7f-\uffff\U00010000-\U0010ffff]*[^\s:])?")
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z0-9/_.](?:[A-Za-z0-9 /_.+@%=~^()$:-]*[A-Za-z0-9/_.+@%=~^()$-])?")
_NUMBER_BY_ACCIDENT = re.compile(r"0[0-9]+")
"""A mode: other readers would take it for a number to the base of eight."""

_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""What YAML would take for the end of a line, or leave out."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def entry(key: str, value: Content, indent: int) -> list[str]:
    """Return a key with its value as lines, each without its end.

    Args:
        key: a plain word.
        value: what stands behind it.
        indent: spaces before the key.
    """
    return [" " * indent + one if one else "" for one in _entry(key, value)]


def scalar(text: str, in_flow: bool = False) -> str:
    """Return a text as one value on one line: plain where nothing in it has a meaning, else in quotes.

    Args:
        text: any.
        in_flow: whether it stands within braces or brackets.
    """
    pattern = _PLAIN_IN_FLOW if in_flow else _PLAIN
    strange = ": " in text or " #" in text or _NUMBER_BY_ACCIDENT.fullmatch(text) or text.startswith(("---", "..."))
    return text if pattern.fullmatch(text) and not strange else quoted(text)


def quoted(text: str) -> str:
    """Return a text in double quotes, with everything escaped that can't be seen."""
    return '"' + "".join(_ESCAPES.get(char, char if _is_seen(char) else _escaped(char)) for char in text) + '"'


def _is_seen(char: str) -> bool:
    return char.isprintable() and not _BREAKS.match(char)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _entry(key: str, value: Content) -> Iterator[str]:
    if value is None:
        yield f"{key}:"
    elif isinstance(value, dict):
        yield from _keys(key, value)
    elif isinstance(value, list):
        yield f"{key}: {flow(value)}"
    elif _may_stand_below(value):
        yield from _below(key, value)
    else:
        yield f"{key}: {scalar(value)}"


def _keys(key: str, value: Mapping[str, Value]) -> Iterator[str]:
    on_one_line = f"{key}: {flow(value)}"
    texts = [one for one in value.values() if isinstance(one, str)]
    if len(on_one_line) <= FLOW_MOST and not any("\n" in one for one in texts):
        yield on_one_line
        return
    yield f"{key}:"
    for name, inner in value.items():
        yield from (f"  {one}" if one else "" for one in _entry(name, inner))


def flow(value: Mapping[str, Value] | list[str]) -> str:
    """Return a list, or keys with their values, on one line."""
    if isinstance(value, list):
        return f"[{', '.join(scalar(one, True) for one in value)}]"
    pairs = (f"{name}: {scalar(one or '', True) if not isinstance(one, list) else flow(one)}"
             for name, one in value.items())  # fmt: skip
    return "{" + ", ".join(pairs) + "}"


def _may_stand_below(text: str) -> bool:
    """Return whether a text of several lines can stand below a bar as it is."""
    lines = text.split("\n")
    bare = not text.startswith((" ", "\n", "\t")) and all(_is_seen(char) or char in "\n\t" for char in text)
    return len(lines) > 1 and bare and lines[0] != ""


def _below(key: str, text: str) -> Iterator[str]:
    """Yield a text below a bar; the sign behind the bar says how it ends."""
    ended = text.endswith("\n")
    sign = "" if ended and not text.endswith("\n\n") else "+" if ended else "-"
    yield f"{key}: |{sign}"
    lines = text.removesuffix("\n").split("\n")
    yield from (f"  {one}" if one else "" for one in lines)
