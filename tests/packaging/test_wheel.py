"""The wheel: built without an index, looked into, installed and started."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the present tree, built from a copy, so that the tree stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    names = ["pyproject.toml", "README.md", "LICENSE", "tui_ops", "themes", "sample_inventory.yaml"]
    subprocess.run(["cp", "-a", *(str(ROOT / name) for name in names), str(copy)], check=True)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "out"), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return next((folder / "out").glob("*.whl"))


def test_everything_that_is_read_at_run_time_is_inside(wheel: Path) -> None:
    """Themes, probes, styles, the sample and the upgrades are real files in it, not links that lead nowhere."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {info.filename: info.file_size for info in archive.infolist()}
        sample = archive.read("tui_ops/sample_inventory.yaml")
    for pattern in (
        "probes/*.sh",
        "probes/sections/*.sh",
        "themes/*.yaml",
        "rules/*.yaml",
        "practices/security/checks/fixtures/*.yaml",
        "store/upgrades/**/*.py",
        "ui/*.tcss",
    ):
        for path in (ROOT / "tui_ops").glob(pattern):
            name = f"tui_ops/{path.relative_to(ROOT / 'tui_ops')}"
            assert inside.get(name) == path.stat().st_size, name
    assert sample == (ROOT / "sample_inventory.yaml").read_bytes()
    assert any(name.startswith("tui_ops/probes/") for name in inside)
    assert sum(name.startswith("tui_ops/themes/") for name in inside) >= 5
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert "tui_ops/py.typed" in inside


def test_nothing_else_is_inside(wheel: Path) -> None:
    """No tests, no benchmarks, no compiled leftovers."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"tui_ops"}
    assert not [name for name in names if name.endswith(".pyc") or "/tests/" in name]


def test_it_starts_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own both ways in work, away from the source tree."""
    place = tmp_path / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    library = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    into = ["--python", str(place / "bin/python"), "--isolated", "--quiet", "--disable-pip-version-check"]
    install = [sys.executable, "-m", "pip", *into, "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, timeout=60)
    assert (library / "tui_ops" / "themes").is_dir()
    # The dependencies are those of this environment; our own package is only found in the new one.
    (library / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environ = {"PATH": os.defpath, "HOME": str(tmp_path)}
    ours = subprocess.run(
        [str(place / "bin/python"), "-c", "import tui_ops; print(tui_ops.__file__)"],
        capture_output=True, text=True, cwd=tmp_path, env=environ, check=True,
    )  # fmt: skip
    assert ours.stdout.startswith(str(place))
    for command in ([str(place / "bin/tui-ops")], [str(place / "bin/python"), "-m", "tui_ops"]):
        for word, begins in (("--version", "tui-ops "), ("--help", "usage: tui-ops")):
            done = subprocess.run(
                [*command, word], capture_output=True, text=True, cwd=tmp_path, env=environ, timeout=30, check=False
            )
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.startswith(begins)


def test_constraints_name_every_dependency_once_and_no_index() -> None:
    """What pyproject.toml asks for is pinned to one version; no line says where to get it."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    assert all(line.count("==") == 1 and " " not in line for line in lines)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {one.split(">")[0].split("=")[0].split("<")[0].strip().lower() for one in wanted}
    assert names <= pinned
    assert len(pinned) == len(lines)
