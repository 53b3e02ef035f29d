"""The keys, made from the grammar and the registry."""

from collections.abc import Iterator, Sequence

from tui_ops.actions.declared import REGISTRY
from tui_ops.model.states import CRITICAL_SIGN, STATE_SIGNS, StateSign
from tui_ops.ui.acts import NO_TARGET
from tui_ops.ui.cells import fit
from tui_ops.ui.grammar import GRAMMAR
from tui_ops.ui.paint import EMPTY, Ink, Line, line, sign_span
from tui_ops.ui.panels import wrapped
from tui_ops.ui.screens import SCREENS
from tui_ops.ui.screens.page import Page
from tui_ops.ui.widgets.lines import desk_app

HelpKey = tuple[str, str]
"""A key with its meaning."""

KEY_CELLS = 10
"""Cells of a key."""


def help_lines(
    ascii_only: bool, width: int, nouns: Sequence[str] = ("host", NO_TARGET), keys: Sequence[HelpKey] = ()
) -> Iterator[Line]:
    """Return the whole help: keys by group, acts, the address grammar, what the signs mean.

    Args:
        ascii_only: whether signs are drawn in ASCII.
        width: cells.
        nouns: what acts apply to on the screen that is helped with; of others only the names are told.
        keys: that only this screen has.
    """
    if keys:
        yield line(("This screen", Ink.TITLE))
        for key, meaning in keys:
            yield line((fit(key, KEY_CELLS), Ink.ACCENT), meaning)
        yield EMPTY
    group = ""
    for entry in GRAMMAR:
        if entry.group != group:
            if group:
                yield EMPTY
            group = entry.group
            yield line((group, Ink.TITLE))
        yield line((fit(entry.shown, KEY_CELLS), Ink.ACCENT), entry.help)
    for spec in SCREENS:
        views = f"; views: {', '.join((spec.noun, *spec.views))}" if spec.views else ""
        yield line((fit(spec.key, KEY_CELLS), Ink.ACCENT), spec.title, (f"  {spec.help}{views}", Ink.DIM))
    yield EMPTY
    yield line(("Acts", Ink.TITLE), ("  on the marked hosts, or on the one under the cursor", Ink.DIM))
    for action in (one for noun in nouns for one in REGISTRY.on(noun)):
        yield line(
            (fit(action.key or "x", KEY_CELLS), Ink.ACCENT),
            f"{action.label}  ",
            (f"{action.id}, {action.role}", Ink.DIM),
        )
        yield from (
            (((" " * KEY_CELLS), Ink.TEXT), *one) for one in wrapped(action.help, width - KEY_CELLS, Ink.DIM, "")
        )
    elsewhere = dict.fromkeys(f"{action.noun}s" for action in REGISTRY if action.noun not in nouns)
    if elsewhere:
        yield from wrapped(f"there are more on {', '.join(elsewhere)}: ? tells them there", width, Ink.DIM)
    yield EMPTY
    yield line(("Filter", Ink.TITLE), ("  after / and after :hosts or :audit, and for tui-ops show", Ink.DIM))
    for example, meaning in (
        ("web !down", "a word that stands somewhere, a word that does not"),
        ("site=lon state!=up", "a value that is, a value that is not; name=web-* takes any ending"),
        ("cpu>80 age>5m", "more, less, at least, at most: > < >= <="),
        ("os~deb.*12", "a regular expression, !~ for the opposite"),
        ("sort=-cpu", "the order; - begins with the highest"),
    ):
        yield line((fit(example, 20), Ink.ACCENT), meaning)
    for spec in SCREENS:
        extra = ("label.NAME",) if spec.noun == "hosts" else ()
        yield from wrapped(f"keys of {spec.noun}: " + ", ".join(dict.fromkeys((*spec.keys, *extra))), width, Ink.DIM)
    yield EMPTY
    yield line(("Signs", Ink.TITLE))
    for sign, words, advice in _signs():
        yield line(sign_span(sign, ascii_only), f" {fit(words, 18)}", (advice, Ink.DIM))


def _signs() -> Iterator[tuple[StateSign, str, str]]:
    for state, sign in STATE_SIGNS.items():
        yield sign, str(state), sign.advice
    yield CRITICAL_SIGN, "warn", "it is up, and a reading asks for attention: the reason stands in its row"


class Help(Page):
    """The keys of a screen.

    Args:
        nouns: what acts apply to there.
        keys: that only it has.
    """

    def __init__(self, nouns: Sequence[str], keys: Sequence[HelpKey] = ()) -> None:
        super().__init__("Keys", lambda width: list(help_lines(desk_app(self).desk.ascii, width, nouns, keys)))
