"""``tui-ops db``: how large the state is and will be, whether it is whole, a copy of it, and the way back."""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_ops import __version__
from tui_ops.cli.codes import Exit
from tui_ops.cli.context import Context, ask, say, shown, someone_there
from tui_ops.cli.dbcheck import look
from tui_ops.cli.failures import UsageError
from tui_ops.model.clock import iso
from tui_ops.model.units import format_bytes

if TYPE_CHECKING:
    from tui_ops.store.backup import Manifest
    from tui_ops.store.paths import StatePaths

DOINGS = ("size", "check", "backup", "restore")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    from tui_ops.cli.output import Format

    add = parser.add_argument
    add("what", metavar="|".join(DOINGS), choices=DOINGS, help="what the state takes and will come to; whether it is "
        "whole; a copy of it, while the engine runs; a copy back in its place, while none runs")  # fmt: skip
    add(
        "file", metavar="FILE", nargs="?", help="backup: the new file, or a folder to put one into; restore: the backup"
    )
    add("--format", choices=[str(one) for one in Format], default=str(Format.TEXT), help="size: text, json or csv")
    add("--force", action="store_true", help="restore also what is damaged, or of another fleet")
    add("--yes", action="store_true", help="do not ask before a restore")


def run(options: argparse.Namespace, context: Context) -> int:
    """Do what was asked for."""
    if options.what in ("backup", "restore") and options.file is None:
        raise UsageError(f"db {options.what} needs a file", f"tui-ops db {options.what} FILE")
    if options.what in ("size", "check") and options.file is not None:
        raise UsageError(f"db {options.what} takes no file", "name the state with --state-dir before the verb")
    if options.what == "size":
        from tui_ops.cli.dbsize import print_sizes

        return print_sizes(context, options.format)
    if options.what == "check":
        return _check(context)
    return _backup(options, context) if options.what == "backup" else _restore(options, context)


def _check(context: Context) -> int:
    context.read().close()
    bad = _print_looks(context.state)
    if bad:
        say(f"{context.state.root} is not whole: {', '.join(bad)}")
        say("  stop the engine, and put the last good backup back: tui-ops db restore FILE")
        return Exit.NO
    return Exit.OK


def _print_looks(paths: "StatePaths") -> list[str]:
    """Print what each look came to; returns what was bad."""
    bad = []
    for looked in look(paths):
        sign = "BAD" if looked.problems else "ok "
        print(f"{sign} {looked.what:<10}  {shown(looked.problems[0] if looked.problems else looked.found)}", flush=True)
        for problem in looked.problems[1:]:
            print(f"    {'':<10}  {shown(problem)}")
        if looked.problems:
            bad.append(looked.what)
    return bad


def _backup(options: argparse.Namespace, context: Context) -> int:
    from tui_ops.store.backup import SUFFIX, Manifest, make_backup
    from tui_ops.store.views.pages import engine

    with context.read() as reader:
        fleet = engine(reader).fleet or "state"
    at = time.time()
    target = Path(options.file).expanduser().absolute()
    if target.is_dir():
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
        target = target / f"{fleet}-{stamp}{SUFFIX}"
    size = make_backup(context.state, target, Manifest(fleet, at, __version__))
    # Where nobody looks, as under cron, every line becomes a mail: there only what went wrong is told.
    if sys.stdout.isatty():
        print(shown(target))
    if sys.stderr.isatty():
        say(f"{format_bytes(size)}, as it was at {iso(at)}; keep it on another machine, and try it: "
            f"tui-ops --state-dir EMPTY_FOLDER db restore {shown(target.name)}")  # fmt: skip
    return Exit.OK


def _restore(options: argparse.Namespace, context: Context) -> int:
    from tui_ops.engine.lock import Lock
    from tui_ops.store.backup import put_in_place, unpack, work_folder
    from tui_ops.store.paths import StatePaths

    source, at = Path(options.file).expanduser().absolute(), time.time()
    paths = _made_ready(context.state)
    lock = Lock(paths.lock)
    lock.take(at)
    with lock, work_folder(paths.backups, "restore") as folder:
        manifest = unpack(source, folder)
        say(f"{shown(source)}: {manifest.fleet}, as it was at {iso(manifest.at)}, by version {manifest.version}")
        bad = [*_other_fleet(paths, manifest), *_print_looks(StatePaths(folder))]
        if bad and not options.force:
            say(f"nothing was changed: {', '.join(bad)}")
            say("  take another backup, or this one all the same: --force")
            return Exit.NO
        if not _meant(options, paths):
            say("nothing was changed")
            return Exit.NO
        kept = put_in_place(paths, folder, at)
        _write_down(paths, source, manifest, kept)
    print(f"restored; what was there is in {shown(kept)}")
    say("start the engine: tui-ops, or the service; when all is well, remove that folder")
    return Exit.OK


def _made_ready(paths: "StatePaths") -> "StatePaths":
    """Return a state directory that can take a restore; modes of one that is in use stay as they are."""
    from tui_ops.store.paths import ALONE_DIR, prepare

    if not paths.ops_db.exists():
        return prepare(paths.root)
    paths.backups.mkdir(mode=ALONE_DIR, exist_ok=True)
    return paths


def _other_fleet(paths: "StatePaths", manifest: "Manifest") -> list[str]:
    """Return what is wrong where the backup is of another fleet than the state."""
    from tui_ops.store.errors import StoreError
    from tui_ops.store.views.connect import open_reader
    from tui_ops.store.views.pages import engine

    try:
        with open_reader(paths) as reader:
            fleet = engine(reader).fleet
    except StoreError:
        # The state is damaged or empty: that is what a restore is for.
        return []
    if not fleet or fleet == manifest.fleet:
        return []
    return [f"the state is of the fleet {shown(fleet)}, the backup of {shown(manifest.fleet)}"]


def _meant(options: argparse.Namespace, paths: "StatePaths") -> bool:
    if options.yes or not paths.ops_db.exists():
        return True
    if not someone_there():
        raise UsageError("a restore asks first, and there is no terminal", "say so beforehand: --yes")
    return ask(f"Replace the state in {shown(paths.root)}?")


def _write_down(paths: "StatePaths", source: Path, manifest: "Manifest", kept: Path) -> None:
    """Write the restore into the audit that was restored: nobody may go back in time unseen."""
    import asyncio

    from sqlmodel import Session

    from tui_ops.engine.people import account_name
    from tui_ops.model.people import Role, Who
    from tui_ops.store.audit import append_audit
    from tui_ops.store.errors import StoreError
    from tui_ops.store.upgrade import upgrade
    from tui_ops.store.writer import Writer

    who = Who(account_name(os.geteuid()), Role.ADMIN, os.geteuid(), "db restore")
    params = {"backup": str(source), "made": iso(manifest.at), "kept": str(kept)}
    said = f"restored as it was at {iso(manifest.at)}"

    def written(session: Session) -> None:
        append_audit(session, who, "db.restore", f"fleet:{manifest.fleet}", params, said, time.time())

    async def write() -> None:
        writer = await Writer.open(paths)
        try:
            await writer.act(written)
        finally:
            await writer.close()

    try:
        upgrade(paths)
        asyncio.run(write())
    except StoreError as error:
        print(f"the restore could not be written into the audit: {shown(error)}", file=sys.stderr)
