"""What a long-running engine keeps in memory."""

import gc
import subprocess
import sys

from tui_ops.engine.main import _settle_memory


def test_the_program_itself_is_no_part_of_the_search_for_garbage() -> None:
    """What there is when the engine begins stays; what comes later is searched as ever."""
    before = gc.get_freeze_count()
    try:
        _settle_memory()
        assert gc.get_freeze_count() > before + 10_000
        later: list[object] = []
        later.append(later)
        assert any(one is later for one in gc.get_objects())
    finally:
        gc.unfreeze()


def test_an_engine_begins_without_what_only_an_upgrade_needs() -> None:
    """Nor Textual, nor what packs the history, calls people or listens to other tools, which is loaded when it is used;
    nor the words of a database that it does not have.
    """
    text = (
        "import sys, tui_ops.engine.main;"
        "heavy = {'alembic', 'mako', 'textual', 'numpy', 'pcodec', 'aiohttp', 'apprise', 'cronsim',"
        "'sqlalchemy.dialects.postgresql'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", text], check=True, timeout=60)
