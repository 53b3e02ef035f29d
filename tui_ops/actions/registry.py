"""The registry: every act by its id, with its letter checked against the grammar of the desk."""

from collections.abc import Iterable, Iterator

from tui_ops.actions.action import Action

RESERVED: dict[str, str] = {
    **{str(digit): "a screen" for digit in range(10)},
    ",": "the view before", ".": "the next view",
    "j": "down", "k": "up", "g": "top", "G": "bottom",
    "enter": "open", "escape": "back", "q": "back", "Q": "leave", "backspace": "back",
    "/": "filter", "N": "previous match",
    ":": "go to an address", "-": "last view", "[": "history back", "]": "history forward",
    "space": "mark", "v": "mark a range", "*": "mark all shown", "\\": "clear marks",
    "s": "sort column", "S": "reverse the sort",
    "z": "only what needs action", "p": "pause the display", "R": "host.read finding.recheck",
    "t": "time range", "f": "full screen", "O": "group rows", "Z": "fold all groups", "C": "choose columns",
    "c": "copy", "E": "save this view",
    "x": "acts possible here", "?": "keys here", "!": "host.shell", "@": "what I did", "u": "undo", "T": "theme",
}  # fmt: skip
"""Keys that mean the same on every screen. A value with dots names the acts that own the key.

``n`` is both *next match* in a text view and *reject* in a list, so it is not in here."""


class Registry:
    """The acts that exist.

    Args:
        actions: the declarations.

    Raises:
        ValueError: where two acts share an id or, on the same noun, a letter, or where one takes a
            letter of the grammar.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        self._by_id: dict[str, Action] = {}
        for action in actions:
            self._check(action)
            self._by_id[action.id] = action

    def _check(self, action: Action) -> None:
        if action.id in self._by_id:
            raise ValueError(f"two acts are named {action.id}")
        if not action.key:
            return
        owner = RESERVED.get(action.key)
        if owner is not None and action.id not in owner.split():
            raise ValueError(f"{action.id} takes {action.key!r}, which means {owner!r} everywhere")
        for other in self._by_id.values():
            shared = (action.instead_of or action.id) == (other.instead_of or other.id)
            if other.key == action.key and other.noun == action.noun and not shared:
                raise ValueError(f"{action.id} and {other.id} share the letter {action.key!r}")

    def __iter__(self) -> Iterator[Action]:
        return iter(self._by_id.values())

    def get(self, action_id: str) -> Action | None:
        """Return the act with this id, or None."""
        return self._by_id.get(action_id)

    def on(self, noun: str) -> list[Action]:
        """Return the acts that apply to a noun, in the order of their declaration."""
        return [action for action in self if action.noun == noun]
