"""Which files of sudo count: links, names that it passes by, includes. The real sudo says so of the same folders."""

import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.probes import SHELLS, Probe, write_tree

from tui_ops.collectors import frame
from tui_ops.collectors.facts.sudoers import parse_sudoers

ROOT = "root ALL=(ALL:ALL) ALL\n"
FOLDER = "@includedir /etc/sudoers.d\n"
RULE = "anna ALL=(ALL) NOPASSWD: /bin/true\n"

CASES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str], bool]] = {
    "in the folder": ({"sudoers": ROOT + FOLDER, "sudoers.d/a": RULE}, {}, True),
    "a link to a file elsewhere": ({"sudoers": ROOT + FOLDER, "kept/a": RULE}, {"sudoers.d/a": "kept/a"}, True),
    "a link that is called otherwise": ({"sudoers": ROOT + FOLDER, "kept/a": RULE}, {"sudoers.d/a.x": "kept/a"}, False),
    "the folder is a link": ({"sudoers": ROOT + FOLDER, "kept/a": RULE}, {"sudoers.d": "kept"}, True),
    "a full stop": ({"sudoers": ROOT + FOLDER, "sudoers.d/a.conf": RULE}, {}, False),
    "a tilde": ({"sudoers": ROOT + FOLDER, "sudoers.d/a~": RULE}, {}, False),
    "the old sign": ({"sudoers": f"{ROOT}#includedir /etc/sudoers.d/\n", "sudoers.d/a": RULE}, {}, True),
    "nothing includes the folder": ({"sudoers": ROOT, "sudoers.d/a": RULE}, {}, False),
    "a comment": ({"sudoers": f"{ROOT}# includedir /etc/sudoers.d\n", "sudoers.d/a": RULE}, {}, False),
    "by its name, a full stop in it": (
        {"sudoers": f"{ROOT}@include /etc/sudoers.d/a.conf\n", "sudoers.d/a.conf": RULE}, {}, True,
    ),
    "by a path that is not whole": ({"sudoers": f"{ROOT}@include sudoers.d/a.b\n", "sudoers.d/a.b": RULE}, {}, True),
    "from within the folder": (
        {"sudoers": ROOT + FOLDER, "sudoers.d/a": "@include /etc/sudoers.d/b.c\n", "sudoers.d/b.c": RULE}, {}, True,
    ),
}  # fmt: skip
"""Files, links, and whether sudo asks anna for no password."""


def made(folder: Path, files: Mapping[str, str], links: Mapping[str, str]) -> Path:
    """Write an /etc; a link leads to a file of the same /etc, by its place beside it."""
    tree: dict[str, str | bytes] = {**files, "passwd": "root:x:0:0:root:/root:/bin/sh\n"}
    tree["passwd"] = f"{tree['passwd']}anna:x:1009:1009::/home/anna:/bin/sh\n"
    tree |= {"shadow": "root:*:20000::::::\nanna:*:20000::::::\n", "hosts": f"127.0.0.1 {socket.gethostname()}\n"}
    tree["group"] = "root:x:0:\nanna:x:1009:\n"
    write_tree(folder, tree)
    if "sudoers.d" not in links:
        (folder / "sudoers.d").mkdir(exist_ok=True)
    for name, target in links.items():
        (folder / name).symlink_to(f"{'../' * name.count('/')}{target}")
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o440)
    return folder


@pytest.mark.parametrize("name", CASES)
def test_what_counts_is_what_the_real_sudo_heeds(tmp_path: Path, name: str) -> None:
    files, links, asks_nothing = CASES[name]
    etc = made(tmp_path / "etc", files, links)
    script = "mount -t tmpfs none /mnt && mkdir /mnt/etc && cp -a /etc/pam.d /etc/ld.so.cache /mnt/etc && "
    script += f"cp -a {etc}/. /mnt/etc && "
    script += "chmod 0644 /mnt/etc/passwd && mount --bind /mnt/etc /etc && exec sudo -l -U anna"
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ("NOPASSWD:" in done.stdout) is asks_nothing, done.stdout
    write_tree(tmp_path, {"proc/uptime": "5000.25 1\n", "bin/find": '#!/bin/sh\nexec /usr/bin/find "$@"\n'})
    with Probe(SHELLS["dash"], tmp_path) as probe:
        reading = parse_sudoers(probe.ask(frame.ask_section("sudoers", 1, 20)).body)
    assert any(fields["nopasswd"] for fields in reading.items.values()) is asks_nothing
    assert reading.unread == ()


def test_a_file_elsewhere_is_told_of_and_not_called_read(tmp_path: Path) -> None:
    etc = made(tmp_path / "etc", {"sudoers": f"{ROOT}@include /etc/kept\n", "kept": RULE}, {})
    assert etc.is_dir()
    write_tree(tmp_path, {"proc/uptime": "5000.25 1\n", "bin/find": '#!/bin/sh\nexec /usr/bin/find "$@"\n'})
    with Probe(SHELLS["dash"], tmp_path) as probe:
        reading = parse_sudoers(probe.ask(frame.ask_section("sudoers", 1, 20)).body)
    assert reading.unread == ("/etc/kept ",)


def test_files_that_include_one_another_end() -> None:
    """Ten lines each, sixteen deep: a host that means ill is not followed for ever."""
    lines = "".join("rules /etc/sudoers:@include /etc/sudoers\n" for _ in range(10))
    reading = parse_sudoers(f"run sudoers\n{lines}whole rules\n".encode())
    assert len(reading.items) == 1
