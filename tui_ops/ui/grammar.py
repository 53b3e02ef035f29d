"""The keys that mean the same on every screen: one table for bindings, footer and help."""

from dataclasses import dataclass

from tui_ops.actions.registry import RESERVED


@dataclass(frozen=True, slots=True)
class GrammarKey:
    """One meaning of the grammar."""

    keys: tuple[str, ...]
    """As Textual names them."""
    shown: str
    """As people read them."""
    action: str
    """The method ``action_…`` of a screen."""
    label: str
    help: str
    group: str


MOVE, CHOOSE, NARROW, DESK = "Moving", "Marking", "The list", "The desk"

GRAMMAR: tuple[GrammarKey, ...] = (
    GrammarKey(("j", "down"), "j ↓", "down", "down", "one line down; the cursor stays on its host", MOVE),
    GrammarKey(("k", "up"), "k ↑", "up", "up", "one line up", MOVE),
    GrammarKey(("g", "home"), "g", "first", "top", "to the first line", MOVE),
    GrammarKey(("G", "end"), "G", "last", "bottom", "to the last line", MOVE),
    GrammarKey(("pagedown", "ctrl+f"), "PgDn", "page_down", "page down", "one page down", MOVE),
    GrammarKey(("pageup",), "PgUp", "page_up", "page up", "one page up", MOVE),
    GrammarKey(("ctrl+d",), "ctrl+d", "half_down", "half down", "half a page down", MOVE),
    GrammarKey(("ctrl+u",), "ctrl+u", "half_up", "half up", "half a page up", MOVE),
    GrammarKey(("enter",), "enter", "open", "open", "the host's page", MOVE),
    GrammarKey(
        ("escape", "q", "backspace"), "esc q", "back", "back",
        "first clears the filter, then goes back; never leaves the desk", MOVE,
    ),
    GrammarKey(("space",), "space", "mark", "mark", "marks the host, or takes the mark away", CHOOSE),
    GrammarKey(("v",), "v", "mark_range", "range", "begins a range of marks, and ends it", CHOOSE),
    GrammarKey(("asterisk",), "*", "mark_all", "mark all", "marks all that the filter shows", CHOOSE),
    GrammarKey(("backslash",), "\\", "clear_marks", "clear marks", "takes every mark away", CHOOSE),
    GrammarKey(
        ("slash",), "/", "filter", "filter",
        "narrows the list: words, !not, key=value, key!=value, key>80, key~regex", NARROW,
    ),
    GrammarKey(("z",), "z", "trouble", "trouble only", "only what needs action, and back", NARROW),
    GrammarKey(("s",), "s", "sort", "sort", "chooses the sort column", NARROW),
    GrammarKey(("S",), "S", "reverse", "reverse", "turns the order around", NARROW),
    GrammarKey(("f",), "f", "full", "full", "the list alone, or with its panels", NARROW),
    GrammarKey(
        ("comma",), ",", "previous_view", "view before", "the one before of hosts, racks, network, storage", NARROW
    ),
    GrammarKey(("full_stop",), ".", "next_view", "next view", "the next of these views", NARROW),
    GrammarKey(("O",), "O", "group", "group rows", "stands hosts in groups: by site, rack, group, state", NARROW),
    GrammarKey(("left",), "←", "fold", "fold", "folds the group of the line", NARROW),
    GrammarKey(("right",), "→", "unfold", "unfold", "unfolds it; enter on its row does both", NARROW),
    GrammarKey(("Z",), "Z", "fold_all", "fold all", "folds every group, and unfolds all", NARROW),
    GrammarKey(("C",), "C", "columns", "columns", "shows or hides a column", NARROW),
    GrammarKey(("t",), "t", "time_range", "time range", "how far back: in logs, figures, a hand-over", NARROW),
    GrammarKey(("x",), "x", "acts", "acts", "every act that is possible here, and why the others are not", DESK),
    GrammarKey(("u",), "u", "undo", "undo", "takes back the last act that can be taken back", DESK),
    GrammarKey(("p",), "p", "pause", "pause", "holds the display still, and goes on", DESK),
    GrammarKey(("colon",), ":", "command", "go to", "an address, an act, theme, save, messages; tab completes", DESK),
    GrammarKey(("minus",), "-", "last_view", "last view", "the view that was looked at before this one", DESK),
    GrammarKey(("left_square_bracket",), "[", "history_back", "history back", "back through the views", DESK),
    GrammarKey(("right_square_bracket",), "]", "history_forward", "history forward", "forward again", DESK),
    GrammarKey(("c",), "c", "copy", "copy", "names, the line, the view, to the terminal's clipboard", DESK),
    GrammarKey(("E",), "E", "save", "save", "this view into a file: CSV, JSON, text; a review as Markdown, HTML", DESK),
    GrammarKey(("at",), "@", "mine", "what I did", "my entries of the audit", DESK),
    GrammarKey(("T",), "T", "theme", "theme", "chooses the colours", DESK),
    GrammarKey(("question_mark", "f1"), "?", "help", "keys", "the keys of this screen", DESK),
    GrammarKey(("ctrl+p",), "ctrl+p", "palette", "palette", "finds an act or a place by its words", DESK),
    GrammarKey(("ctrl+z",), "ctrl+z", "suspend", "suspend", "back to the shell; fg comes back", DESK),
    GrammarKey(("Q",), "Q", "leave", "leave", "leaves the desk; the engine goes on while it has work", DESK),
)  # fmt: skip
"""In the order in which help lists them."""

NOT_YET: dict[str, str] = {}
"""Letters of the grammar that nothing answers yet; they stay free for what they will mean."""

TEXTUAL_NAMES = {
    ",": "comma", ".": "full_stop", "-": "minus", "[": "left_square_bracket", "]": "right_square_bracket",
    "!": "exclamation_mark", "@": "at", "/": "slash", ":": "colon", "?": "question_mark", "*": "asterisk",
    "\\": "backslash", "#": "number_sign",
}  # fmt: skip


def shown_keys() -> set[str]:
    """Return the letters that the grammar answers or keeps, as the registry writes them."""
    back = {name: sign for sign, name in TEXTUAL_NAMES.items()}
    return (
        {back.get(key, key) for entry in GRAMMAR for key in entry.keys}
        | set(NOT_YET)
        | {key for key, meaning in RESERVED.items() if "." in meaning or key.isdecimal()}
    )
