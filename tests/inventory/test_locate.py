"""Which inventory is used, and what its fleet is called."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui_ops.inventory import InventoryError, load, local_fleet, locate, peek_name
from tui_ops.inventory import locate as locate_function
from tui_ops.inventory.locate import is_fleet_name


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with an inventory in its configuration folder."""
    made = tmp_path / "home"
    (made / ".config/tui-ops").mkdir(parents=True)
    (made / ".config/tui-ops/inventory.yaml").write_text("hosts: {a: local}\n")
    return made


@pytest.fixture
def system_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own for the system's inventory, where nothing is yet."""
    path = tmp_path / "etc.yaml"
    monkeypatch.setattr(sys.modules["tui_ops.inventory.locate"], "SYSTEM_FILE", path)
    return path


def test_the_order_of_places(tmp_path: Path, home: Path, system_file: Path) -> None:
    """``-i`` wins over the environment, that over the user's folder, that over the system's; then there is none."""
    given, set_ = tmp_path / "given.yaml", tmp_path / "set.yaml"
    for path in (given, set_, system_file):
        path.touch()
    environ = {"HOME": str(home), "TUI_OPS_INVENTORY": str(set_)}
    assert locate(str(given), environ) == given
    assert locate(None, environ) == set_
    assert locate(None, {"HOME": str(home)}) == home / ".config/tui-ops/inventory.yaml"
    assert locate(None, {"HOME": str(tmp_path)}) == system_file
    system_file.unlink()
    assert locate(None, {"HOME": str(tmp_path)}) is None
    assert locate(None, {}) is None


def test_the_configuration_folder_can_be_elsewhere(tmp_path: Path, home: Path, system_file: Path) -> None:
    """``$XDG_CONFIG_HOME`` takes the place of ``~/.config``; a relative one is ignored, as its standard says."""
    (tmp_path / "conf/tui-ops").mkdir(parents=True)
    other = tmp_path / "conf/tui-ops/inventory.yaml"
    other.touch()
    assert locate(None, {"HOME": str(home), "XDG_CONFIG_HOME": str(tmp_path / "conf")}) == other
    assert locate(None, {"HOME": str(home), "XDG_CONFIG_HOME": "conf"}) == home / ".config/tui-ops/inventory.yaml"


def test_a_file_that_was_asked_for_is_not_skipped(tmp_path: Path, home: Path) -> None:
    """A path that leads nowhere is an error that says who named it; an empty variable names nothing."""
    with pytest.raises(InventoryError, match="-i names it"):
        locate(str(tmp_path / "none.yaml"), {})
    with pytest.raises(InventoryError, match="-i names it"):
        locate("", {})
    with pytest.raises(InventoryError, match=r"\$TUI_OPS_INVENTORY names it"):
        locate(None, {"TUI_OPS_INVENTORY": str(tmp_path / "none.yaml"), "HOME": str(home)})
    assert locate(None, {"TUI_OPS_INVENTORY": "", "HOME": str(home)}) == home / ".config/tui-ops/inventory.yaml"


def test_a_tilde_is_the_home_folder(home: Path) -> None:
    """A variable set in a unit file has seen no shell, so the tilde is expanded here."""
    (home / "x.yaml").touch()
    assert locate("~/x.yaml", {"HOME": str(home)}) == home / "x.yaml"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name: shop\nhosts: {}\n", "shop"),
        ("hosts: {a: {name: inner}}\nsites: [name, b]\nname: last\n", "last"),
        ("? [name, x]\n: y\nname: 010\n", "010"),
        ("hosts: {&a shop: 10.0.0.1}\nname: *a\n", "shop"),
        ("name: early\nhosts: [ this is broken\n", "early"),
        ("hosts: {a: local}\n", "file-x"),
        ("name: [a]\n", "file-x"),
        ("- name\n- x\n", "file-x"),
        ("name\n", "file-x"),
        ("", "file-x"),
    ],
)
def test_the_name_is_found_without_the_rest(tmp_path: Path, text: str, name: str) -> None:
    """Only ``name`` of the outermost mapping counts; without it the file's name stands for it."""
    file = tmp_path / "File x.yaml"
    file.write_text(text)
    assert peek_name(file) == name


def test_both_ways_to_the_name_agree(tmp_path: Path) -> None:
    """Reading all of a file and reading its name give the same name."""
    for stem, text in (("a", "name: one\n"), ("b", ""), ("Großes Büro", ""), ("...", "")):
        file = tmp_path / f"{stem}.yaml"
        file.write_text(text + "hosts: {a: local}\n")
        assert peek_name(file) == load(file).name


def test_a_broken_file_has_no_other_name(tmp_path: Path) -> None:
    """Where the file breaks before its name, its place is told; another name would open another history."""
    file = tmp_path / "f.yaml"
    file.write_text("hosts: ]\nname: x\n")
    with pytest.raises(InventoryError) as caught:
        peek_name(file)
    assert caught.value.mistakes[0].place.line == 1


def test_the_name_of_a_large_file_is_found_at_once(tmp_path: Path) -> None:
    """Ten thousand lines below the name are not parsed: 10 ms of CPU are enough, the best of five tries."""
    file = tmp_path / "large.yaml"
    file.write_text("name: shop\nhosts:\n" + "".join(f"  h-{n}: {{address: 10.0.0.1}}\n" for n in range(10_000)))
    took = []
    for _ in range(5):
        began = time.process_time()
        assert peek_name(file) == "shop"
        took.append(time.process_time() - began)
    assert min(took) < 0.01


def test_finding_a_file_loads_no_parser() -> None:
    """Importing the package and finding the file loads neither YAML nor pydantic; the name needs no pydantic."""
    script = (
        "import sys, tui_ops.inventory as i; i.locate(None, {}); i.local_fleet();"
        "from tui_ops.inventory.locate import peek_name;"
        "heavy = {'yaml', 'pydantic', 'textual', 'sqlalchemy'} & set(sys.modules); assert not heavy, heavy;"
        "from pathlib import Path; peek_name(Path('sample_inventory.yaml')); assert 'pydantic' not in sys.modules"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root, timeout=30)


def test_the_function_is_not_hidden_by_its_module() -> None:
    """``tui_ops.inventory.locate`` is the function, also after its module was imported."""
    assert callable(locate_function)


def test_without_an_inventory_this_machine_is_watched() -> None:
    """The built-in fleet has one local host with a valid name."""
    fleet = local_fleet()
    assert (fleet.name, len(fleet.hosts), fleet.source) == ("local", 1, "")
    assert fleet.hosts[0].is_local
    assert is_fleet_name(fleet.name)
    load(Path("x"), f"hosts: {{{fleet.hosts[0].name}: local}}")
