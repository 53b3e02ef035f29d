"""A host of the demo as a small root folder: what the probe reads, and the few commands it runs."""

import os
import shutil
from pathlib import Path

from tui_ops.demo.acting import acting_files
from tui_ops.demo.changes import changed_files, changes_of
from tui_ops.demo.devices import device_files, moving_files
from tui_ops.demo.factual import factual_files, factual_scripts
from tui_ops.demo.faults import Fault
from tui_ops.demo.machines import machine_files, machine_of
from tui_ops.demo.proc import changing_files, command_of, standing_files, stat_of
from tui_ops.demo.programs import runs_containers
from tui_ops.demo.scripts import scripts
from tui_ops.demo.services import listeners, service_files
from tui_ops.demo.stepping import stepping_scripts, tools
from tui_ops.demo.upkeep import has_chrony, has_lvm, moving_upkeep, upkeep_files
from tui_ops.demo.worlds import HostWorld, Process


class HostTree:
    """The root folder of one host.

    Args:
        root: where it is made; it must not exist yet.
        epoch: epoch seconds at which the story began.
    """

    def __init__(self, root: Path, epoch: float) -> None:
        self.root = root
        self._epoch = epoch
        self._written: dict[str, str] = {}
        self._processes: dict[int, Process] = {}
        self._boot_id = ""
        self._changes: tuple[Fault, ...] = ()
        self._changed: set[str] = set()
        self._is_read = False

    def build(self, world: HostWorld) -> None:
        """Make the folder with everything in it."""
        self.root.mkdir(parents=True, mode=0o700)
        for made in (standing_files, machine_files, device_files, service_files, upkeep_files, factual_files):
            for path, text in made(world).items():
                self._write(path, text)
        virtual = "kvm" if machine_of(world.host).is_guest else "none"
        for path, text in scripts(
            world.host, virtual, runs_containers(world.host), has_chrony(world), has_lvm(world)
        ).items():
            self._write(path, text, 0o700)
        for path, text in (*factual_scripts(world.host).items(), *stepping_scripts(world.host).items()):
            self._write(path, text, 0o700)
        for path, text in acting_files(world.host).items():
            self._write(path, text)
        (self.root / "tools").mkdir()
        for name, place in tools().items():
            (self.root / "tools" / name).symlink_to(place)
        self.refresh(world)
        self._is_read = True

    def refresh(self, world: HostWorld) -> None:
        """Write what has changed. A reader sees each file as it was or as it is, never half of it."""
        changing = changing_files(world, self._epoch)
        for files in (changing, moving_files(world), moving_upkeep(world, self._epoch)):
            for path, text in files.items():
                if self._written.get(path) != text:
                    self._write(path, text)
                    self._written[path] = text
        self._refresh_processes(world)
        self._refresh_facts(world)

    def _refresh_facts(self, world: HostWorld) -> None:
        """Write what the host is made of where that is different from now on; listeners are written at each boot."""
        changes = changes_of(world)
        if changes != self._changes:
            self._changes = changes
            changed = changed_files(world)
            # What is over is as it was before.
            over = self._changed - changed.keys()
            before = factual_files(world) if over else {}
            for path, text in ({one: before[one] for one in over if one in before} | changed).items():
                self._write(path, text)
            self._changed = set(changed)

    def _refresh_processes(self, world: HostWorld) -> None:
        """Write the processes that have come or moved; those that stand still are the same objects every time."""
        before, self._processes = self._processes, {one.pid: one for one in world.processes}
        for pid, process in self._processes.items():
            known = before.get(pid)
            if process is known:
                continue
            self._write(f"proc/{pid}/stat", stat_of(process))
            if known is None or known.command != process.command:
                self._write(f"proc/{pid}/cmdline", command_of(process))
        for pid in before.keys() - self._processes.keys():
            shutil.rmtree(self.root / f"proc/{pid}", ignore_errors=True)
        if before.keys() != self._processes.keys():
            self._write("table/owners", "".join(f"{one.pid} {one.owner}\n" for one in world.processes))
        if self._boot_id != world.boot_id:
            self._boot_id = world.boot_id
            self._write("table/listeners", listeners(world))

    def _write(self, path: str, text: str, mode: int = 0o600) -> None:
        """Write a file, or make a folder where the path ends in ``/``."""
        target = self.root / path
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            return
        # Nobody reads a tree that is only being built.
        fresh = target.with_name(f".{target.name}.new") if self._is_read else target
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        try:
            opened = os.open(fresh, flags, mode)
        except FileNotFoundError:
            target.parent.mkdir(parents=True)
            opened = os.open(fresh, flags, mode)
        with os.fdopen(opened, "w") as file:
            file.write(text)
        if fresh is not target:
            fresh.replace(target)

    def wants_reboot(self) -> bool:
        """Return, once, whether a step of a change has told the host to go down."""
        try:
            (self.root / "rebooting").unlink()
        except OSError:
            return False
        return True

    def remove(self) -> None:
        """Remove the folder; a file that appears meanwhile does not matter."""
        shutil.rmtree(self.root, ignore_errors=True)
