"""What can be typed after ``:``, and how it is completed."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from tui_ops.actions.declared import HOST_RUN, REGISTRY
from tui_ops.model.address import split_address
from tui_ops.model.incidents import number_in
from tui_ops.ui.acts import offered
from tui_ops.ui.groups import Grouping
from tui_ops.ui.messages import log_lines
from tui_ops.ui.paint import Ink
from tui_ops.ui.screens import SCREENS, ScreenSpec
from tui_ops.ui.themes import ThemeError, theme_names

if TYPE_CHECKING:
    from tui_ops.ui.app import DeskApp

NAMES_MOST = 200
"""Names that a completion looks at, once they fit: nobody steps through more."""

NAMED = {"INC": "incident", "PRB": "problem", "KE": "knownerror", "CHG": "change", "REL": "release",
         "FND": "finding"}  # fmt: skip
"""How names begin, and what has such names."""

Command = Callable[[str], None]


class Commands:
    """Runs a typed line.

    Args:
        app: on which it works.
    """

    def __init__(self, app: "DeskApp") -> None:
        self._app = app
        self._known: dict[str, Command] = {
            "host": self._host,
            "incident": partial(self._page, "incident", "INC"),
            "problem": partial(self._page, "problem", "PRB"),
            "knownerror": partial(self._page, "knownerror", "KE"),
            "review": partial(self._page, "review", "INC"),
            "change": partial(self._page, "change", "CHG"),
            "changerun": partial(self._page, "changerun", "CHG"),
            "release": partial(self._page, "release", "REL"),
            "finding": partial(self._page, "finding", "FND"),
            "handover": lambda since: app.travel.open_handover(since),
            "theme": self._theme,
            "messages": lambda _: self._messages(),
            "save": self._save,
            "copy": lambda _: app.call_action("copy"),
            "mine": lambda _: app.call_action("mine"),
            "help": lambda _: app.call_action("help"),
            "group": self._group,
            "bell": partial(self._switch, "bell", "the terminal rings when an incident asks for somebody"),
            "title": partial(self._switch, "title", "the terminal's title counts what needs you"),
            "run": self._run,
            "reload": lambda _: self._reload(),
            "quit": lambda _: app.exit(),
        }
        self._other = {"q": "quit", "q!": "quit", "?": "help"}

    def run(self, text: str) -> None:
        """Do what a line says; say what would be right where it can't be read."""
        noun, rest = split_address(text)
        noun = self._other.get(noun, noun)
        spec = _screen(noun)
        owner = _owner(noun)
        if spec is not None:
            self._app.travel.show_list(spec.name, rest)
        elif owner is not None:
            self._app.travel.show_noun(owner.name, noun, rest)
        elif noun in self._known:
            self._known[noun](rest)
        elif not self._act(noun) and not self._named_page(noun) and not self._named_host(noun):
            nouns = ", ".join([*(one.noun for one in SCREENS), *self._known])
            self._app.tell(f"there is no :{noun[:60]}  try {nouns}, an act or a host", Ink.WARN)

    def is_list(self, text: str) -> bool:
        """Return whether a line is the address of a screen's list."""
        noun = split_address(text)[0]
        return _owner(noun) is not None or _screen(noun) is not None

    def _theme(self, name: str) -> None:
        try:
            self._app.choose_look(name)
        except ThemeError as error:
            self._app.tell(str(error), Ink.WARN)

    def _save(self, name: str) -> None:
        if self._app.front is not None:
            self._app.front.save_as(name)

    def _run(self, command: str) -> None:
        if command:
            self._app.do(HOST_RUN, {"command": command})
        else:
            self._app.tell("run what?  :run COMMAND, on the marked hosts or on the one under the cursor", Ink.WARN)

    def _messages(self) -> None:
        from tui_ops.ui.screens.page import Page

        said = self._app.messages.log
        self._app.push_screen(Page("Messages", lambda _: log_lines(said), at_end=True))

    def _group(self, by: str) -> None:
        if by in set(Grouping):
            self._app.travel.group_hosts(Grouping(by))
        else:
            self._app.tell(f"group rows by what? :group {' | '.join(Grouping)}", Ink.WARN)

    def _switch(self, name: str, meaning: str, text: str) -> None:
        """Switch a preference on or off; it is kept."""
        if text not in ("on", "off"):
            self._app.tell(f":{name} on | off: {meaning}", Ink.WARN)
            return
        setattr(self._app.habits.kept, name, text == "on")
        self._app.attention.look()
        self._app.habits.keep()
        self._app.tell(f"{name} {text}: {meaning if text == 'on' else 'not any more'}")

    def _reload(self) -> None:
        self._act("fleet.reload")

    def _act(self, text: str) -> bool:
        action = REGISTRY.get(text)
        if action is None:
            return False
        self._app.do(action)
        return True

    def _named_host(self, name: str) -> bool:
        found = any(row.name == name for row in self._app.desk.fleet.rows.values())
        if found:
            self._app.open_host(name)
        return found

    def _named_page(self, name: str) -> bool:
        """Open what a name says by how it begins: ``INC-12``, ``PRB-2``, ``KE-3``; tell whether it begins so."""
        prefix = name.upper().partition("-")[0]
        noun = NAMED.get(prefix)
        if noun is None or "-" not in name:
            return False
        self._page(noun, prefix, name)
        return True

    def _page(self, noun: str, prefix: str, name: str) -> None:
        if number_in(name, prefix) is None:
            self._app.tell(f"which {noun}?  :{noun} {prefix}-12; not {name[:60]!r}", Ink.WARN)
        else:
            self._app.travel.open_page(noun, name)

    def _host(self, name: str) -> None:
        if not self._named_host(name):
            self._app.tell(f"there is no host {name[:60]!r}", Ink.WARN)

    # Completion ---------------------------------------------------------------------------------------------------

    def completions(self, sign: str, value: str) -> Iterable[str]:
        """Return what a text could become, those first that are meant most often."""
        if sign == ":":
            head, blank, rest = value.partition(" ")
            spec = _screen(head) or _owner(head)
            if not blank:
                yield from self._first_words(value)
            elif head == "host":
                yield from (f"host {name}" for name in self._hosts(rest))
            elif head in ("incident", "review"):
                yield from (f"{head} {row.name}" for row in self._app.desk.incidents.rows.values())
            elif head == "problem":
                yield from (f"problem {row.name}" for row in self._app.desk.todo.problems)
            elif head in ("change", "changerun"):
                yield from (f"{head} {row.name}" for row in self._app.desk.changes.rows.values())
            elif head == "release":
                yield from (f"release {row.name}" for row in self._app.desk.around.releases)
            elif head == "finding":
                yield from (f"finding {row.name}" for row in self._app.desk.security.urgent)
            elif head == "group":
                yield from (f"group {one}" for one in Grouping)
            elif head in ("bell", "title"):
                yield from (f"{head} on", f"{head} off")
            elif head == "theme":
                yield from (f"theme {name}" for name in theme_names(self._app.desk.own_themes))
            elif spec is not None:
                yield from (f"{head} {text}" for text in self._query(spec, rest))
        elif sign == "/" and self._app.front is not None and not self._app.front.plain_filter:
            spec = next((one for one in SCREENS if one.name == self._app.front.spec_name), None)
            if spec is not None:
                yield from self._query(spec, value)

    def _first_words(self, typed: str) -> Iterator[str]:
        yield from (spec.noun for spec in SCREENS)
        yield from (view for spec in SCREENS for view in spec.views)
        yield from self._known
        for noun in self._app.nouns:
            yield from (action.id for action in offered(self._app.desk, noun))
        yield from self._hosts(typed)

    def _hosts(self, typed: str) -> Iterator[str]:
        names = (row.name for row in self._app.desk.fleet.rows.values() if row.name.startswith(typed))
        return islice(names, NAMES_MOST)

    def _query(self, spec: ScreenSpec, typed: str) -> Iterator[str]:
        """Complete the last word of a query: a key, or the value of one."""
        before, blank, last = typed.rpartition(" ")
        before += blank
        key, equals, _ = last.partition("=")
        if not last:
            return
        if equals:
            plain = key.removesuffix("!")
            yield from (f"{before}{key}={_quoted(value)}" for value in self._values(spec, plain))
            return
        yield from (f"{before}{one}=" for one in dict.fromkeys((*spec.keys, "sort")))

    def _values(self, spec: ScreenSpec, key: str) -> list[str]:
        """Return the values that a key has on a screen."""
        if key == "sort":
            return list(spec.keys)
        return spec.values(self._app.desk, key) if spec.values else self._app.travel.known_values(spec.name, key)


def _screen(noun: str) -> ScreenSpec | None:
    return next((spec for spec in SCREENS if noun in (spec.noun, spec.name, spec.key)), None)


def _owner(noun: str) -> ScreenSpec | None:
    """Return the screen that has a view of this name."""
    return next((spec for spec in SCREENS if noun in spec.views), None)


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
