"""What every verb works with: which inventory is meant, where its state is, and how to talk to a person."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui_ops.inventory.locate import locate, peek_name
from tui_ops.model.clean import clean

if TYPE_CHECKING:
    from tui_ops.store.paths import StatePaths
    from tui_ops.store.views.connect import Reader

STATE_VARIABLE = "TUI_OPS_STATE"
"""Names the state directory where ``--state-dir`` does not."""

LOCAL_NAME = "local"
"""The fleet's name where there is no inventory: this machine alone."""

ADD_HOSTS = (
    "This machine only. To add hosts: write ~/.config/tui-ops/inventory.yaml "
    "(tui-ops check FILE looks for mistakes), then :reload"
)
"""Shown where no inventory was found."""


@dataclass(frozen=True)
class Context:
    """The global options, worked out when they are needed.

    Args:
        options: what stands before the verb.
        environ: the environment.
    """

    options: argparse.Namespace
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def inventory(self) -> Path | None:
        """The inventory; None where there is none.

        Raises:
            InventoryError: one was asked for and is not there, or it is no ssh_config where one was asked for.
        """
        found = locate(self.options.inventory, self.environ, self.options.ssh_config)
        if found is not None and self.options.ssh_config is not None:
            from tui_ops.inventory.recognise import must_be_ssh_config

            must_be_ssh_config(found)
        return found.absolute() if found is not None else None

    @cached_property
    def fleet_name(self) -> str:
        """What the fleet is called.

        Raises:
            InventoryError: the file can't be read, or its name could not be a folder's.
        """
        return peek_name(self.inventory) if self.inventory is not None else LOCAL_NAME

    @cached_property
    def state(self) -> "StatePaths":
        """Where the state is: ``--state-dir``, ``$TUI_OPS_STATE``, or the user's folder and the fleet's name."""
        from tui_ops.store.paths import StatePaths

        asked = self.options.state_dir or self.environ.get(STATE_VARIABLE)
        if asked:
            return StatePaths(Path(asked).expanduser().absolute())
        return StatePaths(state_home(self.environ) / "tui-ops" / self.fleet_name)

    def read(self) -> "Reader":
        """Open the store for reading.

        Raises:
            StoreError: there is none, or it can't be opened.
        """
        from tui_ops.store.views.connect import open_reader

        return open_reader(self.state)

    @property
    def verbose(self) -> bool:
        """Whether to say more."""
        return bool(self.options.verbose)

    @property
    def read_only(self) -> bool:
        """Whether this session gives up acting."""
        return bool(self.options.read_only)


def state_home(environ: Mapping[str, str]) -> Path:
    """Return the folder that user state is kept in; a relative ``$XDG_STATE_HOME`` does not count, as its text says."""
    folder = environ.get("XDG_STATE_HOME", "")
    return Path(folder) if Path(folder).is_absolute() else Path("~/.local/state").expanduser()


def say(text: str) -> None:
    """Talk to the person: one line on standard error."""
    print(text, file=sys.stderr)


def ask(question: str) -> bool:
    """Return whether the person at the terminal answers yes; anything else is a no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def someone_there() -> bool:
    """Return whether a person can be asked: input and error are both a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def shown(text: object, limit: int = 400) -> str:
    """Return foreign text as it may be printed on a terminal."""
    return clean(str(text), limit)


def counted(number: int, word: str, many: str = "") -> str:
    """Return ``1 host``, ``2 hosts``; ``many`` is the word for many where an s does not make it."""
    return f"{number} {word if number == 1 else many or word + 's'}"
