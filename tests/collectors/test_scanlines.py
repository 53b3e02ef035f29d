"""Lines of scanners for the drop-in: the words that the host would run, for the scanners of the inventory alone."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tui_ops.collectors.dropin import SCAN_NOTE, dropin
from tui_ops.collectors.scanlines import content_of, scan_lines
from tui_ops.probes import scan_text

PROGRAMS = {"timeout": "/usr/bin/timeout", "nice": "/usr/bin/nice", "head": "/usr/bin/head",
            "lynis": "/usr/sbin/lynis", "oscap": "/usr/bin/oscap"}  # fmt: skip
SYSTEMS = ["debian 12", "ubuntu 24.04", "rhel 9.4", "almalinux 10.0", "rocky 8.10", "fedora 40"]


def asked_for(tmp_path: Path, tool: str, system: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the commands that the script would have root run, as a made-up sudo that allows all is asked for them."""
    name, _, version = system.partition(" ")
    root = tmp_path / "root"
    for path in PROGRAMS.values():
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (root / path[1:]).write_text("")
        (root / path[1:]).chmod(0o755)
    (root / "etc").mkdir()
    (root / "etc/os-release").write_text(f'NAME="x"\nID={name}\nVERSION_ID="{version}"\n')
    content = root / content_of(system)[0][1:]
    content.parent.mkdir(parents=True)
    content.write_text("")
    asked = tmp_path / "asked"
    # Its own folders come first: as on a host with an account that is not root.
    script = scan_text().replace("PATH=/usr/sbin", f"PATH={tmp_path}/own:/usr/sbin")
    assert script != scan_text()
    (tmp_path / "own").mkdir()
    sudo = f'#!/bin/sh\n[ "$2" = -l ] || exit 0\nshift 2\nprintf "%s\\n" "$*" >>{asked}\n'
    for command, text in (("sudo", sudo), ("id", "#!/bin/sh\necho 1000\n")):
        (tmp_path / "own" / command).write_text(text)
        (tmp_path / "own" / command).chmod(0o755)
    monkeypatch.setenv("TUI_OPS_ROOT", str(root))
    subprocess.run(["/bin/sh"], input=f"{script}\ntui_ops_scan MARK {tool} yes\n".encode(), check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return asked.read_text().splitlines()


@pytest.mark.parametrize(("tool", "system"), [("lynis", "debian 12"), *(("openscap", one) for one in SYSTEMS)])
def test_the_lines_are_what_the_script_has_root_run(
    tool: str, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = scan_lines([tool], PROGRAMS, system).lines
    spelt = [f"/usr/bin/timeout {one.seconds} {PROGRAMS[one.program]} {' '.join(one.words)}" for one in lines]
    assert asked_for(tmp_path, tool, system, monkeypatch) == spelt


def test_only_scanners_of_the_inventory_have_lines_and_what_is_missing_is_told() -> None:
    assert scan_lines([], PROGRAMS, "debian 12").lines == ()
    assert [one.what for one in scan_lines(["openscap"], PROGRAMS, "debian 12").lines] == ["a run of OpenSCAP"]
    without = {name: path for name, path in PROGRAMS.items() if name != "lynis"}
    found = scan_lines(["lynis", "openscap"], without, "")
    assert found.lines == ()
    assert "not installed" in found.left_out["lynis"]
    assert "which system" in found.left_out["openscap"]
    printed = dropin("ops", (), without, (), None, found.lines, found.left_out)
    assert "# Left out: lynis: lynis is not installed there" in printed
    assert SCAN_NOTE not in dropin("ops", (), PROGRAMS)


def test_visudo_takes_a_drop_in_with_scanners(tmp_path: Path) -> None:
    printed = dropin("ops", (), PROGRAMS, (), None, scan_lines(["lynis", "openscap"], PROGRAMS, "debian 12").lines)
    assert printed.count("ops ALL=(root) NOPASSWD: /usr/bin/timeout") >= 3
    file = tmp_path / "drop-in"
    file.write_text(printed)
    visudo = shutil.which("visudo", path="/usr/sbin:/usr/bin")
    assert visudo is not None
    done = subprocess.run([visudo, "-c", "-f", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
