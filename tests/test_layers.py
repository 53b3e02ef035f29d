"""Who loads what: looked at in a fresh interpreter, and by the contracts of import-linter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

WRITING_SIDE = ("sqlmodel", "sqlalchemy", "alembic", "asyncssh", "pydantic", "psutil")
"""What an operator never waits for."""

ENGINE = (
    "tui_ops.engine", "tui_ops.collectors", "tui_ops.transport", "tui_ops.store.tables", "tui_ops.store.writer",
)  # fmt: skip

DESK = ("textual", "rich")


def loaded(code: str) -> set[str]:
    """Return the names of the modules that are loaded once ``code`` has run in a new interpreter."""
    script = f"{code}\nimport sys, json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def forbidden(found: set[str], names: tuple[str, ...]) -> list[str]:
    """Return what of ``names``, or below them, was loaded."""
    return sorted(one for one in found if any(one == name or one.startswith(f"{name}.") for name in names))


@pytest.mark.parametrize(
    "code",
    [
        "import tui_ops.ui.app",
        "import tui_ops.ui.facts",
        "import tui_ops.actions.client, tui_ops.actions.declared, tui_ops.actions.launch",
        "import tui_ops.store.views.hosts, tui_ops.store.views.pages, tui_ops.store.views.lists",
        "import tui_ops.store.views.audit, tui_ops.store.views.metrics",
        "import tui_ops.store.views.history, tui_ops.store.views.historynames",
        "import tui_ops.store.views.incidents, tui_ops.store.views.evidence, tui_ops.store.views.changed",
        "import tui_ops.store.views.problems, tui_ops.store.views.oncall, tui_ops.reports.review",
        "import tui_ops.store.views.exposed, tui_ops.practices.security.lookout, tui_ops.ui.views.measures",
        "import tui_ops.store.views.changeruns, tui_ops.reports.changereport, tui_ops.ui.screens.changerun",
        "import tui_ops.ui.views.compliance, tui_ops.cli.compliance, tui_ops.reports.oscal, tui_ops.reports.ocsf",
    ],
)
def test_the_reading_side_loads_nothing_of_the_writing_side(code: str) -> None:
    """Importing the desk, the acts and the views is quick, since nothing heavy comes with them."""
    found = loaded(code)
    assert forbidden(found, (*WRITING_SIDE, *ENGINE)) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--version"], ["--help"], ["show", "hosts"], ["show", "hosts", "--format", "json"], ["show", "host", "web-1"],
        ["show", "metrics"], ["show", "audit"], ["show", "keys"], ["status"], ["audit", "verify"],
        ["do", "host.read", "web-1"], ["trust", "new-1", "--yes"], ["db", "size"], ["db", "check"],
        ["show", "history", "host=web-1", "metric=load.1"], ["show", "incidents"], ["show", "alerts"],
        ["show", "problems"], ["show", "heartbeats"], ["oncall"], ["figures"], ["handover"], ["review", "INC-1"],
        ["change", "report", "CHG-1"],
    ],
)  # fmt: skip
def test_a_command_for_scripts_loads_neither_engine_nor_desk(words: list[str], seeded_state: Path) -> None:
    """They run once a minute from cron: no Textual, no SQLModel, no asyncssh, and no YAML where the state is named."""
    found = loaded(f"from tui_ops.cli.main import main\nmain({['--state-dir', str(seeded_state), *words]!r})")
    assert forbidden(found, (*WRITING_SIDE, *ENGINE, *DESK, "yaml")) == []


@pytest.fixture(scope="module")
def seeded_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small fleet, written by a process of its own: its umask and its modules stay there."""
    root = tmp_path_factory.mktemp("layers") / "state"
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nsys.path.insert(0, 'tests')\n"
        f"from support.cli_state import seed\nasyncio.run(seed(Path({str(root)!r})))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True)
    return root


def test_the_words_load_nothing_of_ours_and_nothing_heavy() -> None:
    """Every module of ``model`` at once: only the standard library comes with it."""
    names = [f"tui_ops.model.{path.stem}" for path in (ROOT / "tui_ops/model").glob("*.py") if path.stem != "__init__"]
    found = loaded(f"import {', '.join(names)}")
    ours = {one for one in found if one.startswith("tui_ops.")}
    assert ours <= {"tui_ops.model", *names}
    assert forbidden(found, (*WRITING_SIDE, *DESK, "yaml")) == []


def test_nothing_outside_the_desk_loads_textual() -> None:
    """The engine and everything below it runs on a machine without a terminal."""
    found = loaded("import tui_ops.engine.main, tui_ops.inventory, tui_ops.demo")
    assert forbidden(found, DESK) == []


def test_the_contracts_hold() -> None:
    """``lint-imports`` looks at every import that is written down, used or not."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool), "--no-cache"], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
