"""The steps of a runbook, out of its Markdown. Pure.

A step is an item of a list, numbered or not. What is indented below it belongs to it; a line in backquotes there, or
a fenced block, is the command that it runs.
"""

import re
from dataclasses import dataclass

STEPS_MOST = 200
"""Steps of one runbook: a page that nobody reads in the night has fewer."""

COMMAND_MOST = 500
"""Characters of a command, as an act takes them."""

_ITEM = re.compile(r"\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    number: int
    """Counted from 1."""
    text: str
    command: str = ""
    """What it runs; empty where a person does it."""


def steps_of(markdown: str) -> list[Step]:
    """Return the steps of a runbook; none where it has no list.

    Args:
        markdown: as the rule or the service has it.
    """
    found: list[list[str]] = []
    fenced = False
    for raw in markdown.splitlines():
        line = raw.rstrip()
        if line.strip().startswith("```"):
            fenced = not fenced
            continue
        item = None if fenced else _ITEM.fullmatch(line)
        if item is not None and not line.startswith((" " * 4, "\t")):
            found.append([item[1].strip()])
        elif found and line.strip() and (fenced or line.startswith((" ", "\t"))):
            found[-1].append(f"`{line.strip()}`" if fenced else line.strip())
        if len(found) >= STEPS_MOST:
            break
    return [_step(number, lines) for number, lines in enumerate(found, 1)]


def _step(number: int, lines: list[str]) -> Step:
    text = " ".join(line for line in lines if not (line.startswith("`") and line.endswith("`")))
    for line in lines:
        whole = _QUOTED.fullmatch(line)
        if whole is not None and len(whole[1]) <= COMMAND_MOST:
            return Step(number, text or whole[1], whole[1])
    inside = _QUOTED.search(text)
    command = inside[1] if inside is not None and " run" in f" {text.lower()}" else ""
    return Step(number, text, command if len(command) <= COMMAND_MOST else "")


def prose_of(markdown: str) -> list[str]:
    """Return the lines of a runbook that are no steps, for one that has none."""
    return [line.rstrip() for line in markdown.splitlines()]
