"""One host of the demo without a server: its tree, and the real probe that reads it."""

from pathlib import Path
from types import TracebackType

from support.demo import EPOCH
from support.probes import Probe
from tui_ops.collectors.commands import parse_commands
from tui_ops.collectors.frame import ask_section
from tui_ops.collectors.processes import ProcessList, read_processes
from tui_ops.collectors.sections import BY_NAME
from tui_ops.demo.story import Story
from tui_ops.demo.tree import HostTree
from tui_ops.demo.worlds import HostWorld
from tui_ops.model.readings import SectionReading


class DemoHost:
    """A host at a moment of a story, read by the probe in this machine's own shell."""

    def __init__(self, story: Story, name: str, folder: Path, t: float = 0.0) -> None:
        self.story = story
        self.name = name
        self.world: HostWorld = story.world(name, t)
        self.tree = HostTree(folder / name, EPOCH)
        self.tree.build(self.world)
        self.probe = Probe(root=self.tree.root)
        self._number = 0

    def __enter__(self) -> "DemoHost":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.probe.__exit__(kind, value, at)
        self.tree.remove()

    def at(self, t: float) -> None:
        """Go on to another moment."""
        self.world = self.story.world(self.name, t)
        self.tree.refresh(self.world)

    def ask(self, section: str, words: tuple[int, ...] = (), paths: tuple[str, ...] = ()) -> bytes:
        """Return the body of one run of a section."""
        self._number += 1
        return self.probe.ask(ask_section(section, self._number, 10, words, paths)).body

    def read(self, section: str) -> SectionReading:
        """Return what the section's own parser makes of one run."""
        return BY_NAME[section].parse(self.ask(section))

    def rows(self, section: str, of: str) -> list[dict[str, object]]:
        """Return a list in the document of one run."""
        found = self.read(section).document[of]
        assert isinstance(found, list)
        return found

    def processes(self) -> ProcessList:
        """Return one look at the processes."""
        return read_processes(self.ask("processes"))

    def commands(self, *pids: int) -> dict[int, tuple[str, str]]:
        """Return owner and command line of some processes."""
        return parse_commands(self.ask("commands", pids), pids)
