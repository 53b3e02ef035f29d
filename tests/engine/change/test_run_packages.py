"""Packages and configuration on ten real hosts, each with a root of its own, by the real apt and dpkg."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.debs import Deb, apt_from, repository
from support.ownroot import Roots, rooted
from support.rooted_live import RootedChanges
from support.sshd import SshdFarm

HOSTS = 10

SHOP = "tui-ops-shop"

CONF, PROGRAM, TLS = f"/etc/{SHOP}/shop.conf", f"/opt/{SHOP}/program", f"/etc/{SHOP}/tls.conf"

STATUS = "/var/lib/dpkg/status"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RootedChanges]:
    """Ten hosts with version 1.0 of a package, whose configuration was edited by hand, another one on each."""
    folder = tmp_path_factory.mktemp("rooted")
    folder.chmod(0o755)
    sources = repository(
        folder / "repository",
        [Deb(SHOP, version, {CONF: f"of {version}\n", PROGRAM: version}) for version in ("1.0", "2.0")],
    )
    world = RootedChanges(folder, HOSTS, apt_from(sources, folder / f"repository/main/{SHOP}_1.0_all.deb"))
    try:
        yield world
    finally:
        world.close()


PLAN = f"""
pre:
  - check: {{package: {SHOP}, version: "1.0"}}
steps:
  - package: {{name: {SHOP}, version: "2.0"}}
    become: yes
  - file: {{path: {CONF}, content: "new $HOME `id` 'x'\\n", mode: "0600"}}
  - file: {{path: {TLS}, content: "ssl_protocols TLSv1.3;\\n"}}
post:
  - check: {{package: {SHOP}, version: "2.0"}}
  - check: {{file: /opt/healthy, exists: yes}}
rollback:
  - package: {{name: {SHOP}, version: "1.0"}}
    become: yes
  - restore: files
batches: [1, 3]
on_failure: roll back
"""


def test_without_an_overlay_a_host_has_copies(tmp_path: Path) -> None:
    """Where the kernel lays no files over others: packages go into the copies, and not into this machine."""
    farm = SshdFarm(tmp_path / "farm")
    sources = repository(tmp_path / "repository", [Deb("tui-ops-copied", "1.0", {"/opt/tui-ops-copied": "1.0"})])
    hosts = rooted(farm, Roots(tmp_path, apt_from(sources), overlay=False), ["one", "two"])
    try:
        hosts["one"].run("apt-get", "-q", "-y", "install", "tui-ops-copied")
        assert (hosts["one"].version("tui-ops-copied"), hosts["two"].version("tui-ops-copied")) == ("1.0", "")
        assert hosts["one"].path("/opt/tui-ops-copied").read_text() == "1.0"
        assert not Path("/opt/tui-ops-copied").exists()
    finally:
        farm.close()


@pytest.mark.timeout(240)
def test_a_batch_whose_check_fails_has_its_old_packages_and_files_again(live: RootedChanges) -> None:
    """The third of the batches fails on one host; those after it are byte for byte what they were, dpkg's books too."""
    names = list(live.servers)
    before = {}
    for number, name in enumerate(names):
        host = live.rooted[name]
        host.path(CONF).write_bytes(b"old \xff\x00" + bytes([number]) + b"\n")
        host.path(CONF).chmod(0o640)
        if name != "web-06":
            host.path("/opt/healthy").write_text("")
        assert host.version(SHOP) == "1.0"
        before[name] = {path: host.path(path).read_bytes() for path in (CONF, PROGRAM, STATUS)}
    live.engine.start()
    live.engine.act("change.start", live.approved(PLAN))
    found = live.until("ended", "paused", within_s=120)
    assert found["outcome"] == "rolled back", (found, live.lines())
    assert "batch 3: 1 of 3 failed (web-06)" in found["stopped"]
    for name in names:
        host = live.rooted[name]
        now = {path: host.path(path).read_bytes() for path in (CONF, PROGRAM, STATUS)}
        if name in names[:4]:
            assert (host.version(SHOP), now[PROGRAM]) == ("2.0", b"2.0")
            assert now[CONF] == b"new $HOME `id` 'x'\n"
            assert host.path(CONF).stat().st_mode & 0o777 == 0o600
            assert host.path(TLS).read_bytes() == b"ssl_protocols TLSv1.3;\n"
            assert (live.servers[name].folder / ".cache/tui-ops/run").exists()
        else:
            assert (host.version(SHOP), now[PROGRAM]) == ("1.0", b"1.0")
            assert now[CONF] == before[name][CONF]
            assert host.path(CONF).stat().st_mode & 0o777 == 0o640
            # Beside a file that was edited dpkg lays the one of the package, as it does by hand.
            left = {path.name for path in host.path(f"/etc/{SHOP}").iterdir()}
            assert left == ({"shop.conf"} if name in names[7:] else {"shop.conf", "shop.conf.dpkg-dist"})
        if name in names[7:]:
            assert now == before[name]
            assert not (live.servers[name].folder / ".cache/tui-ops/run").exists()
    assert live.cells()["web-06", "post-2"][0] == "failed"
    assert live.cells()["web-08", "pre-1"] == ("waiting", 0)
    results = dict(live.rows("SELECT host, result FROM change_cell WHERE step = 'steps-1' AND attempt = 1"))
    assert results["web-01"] == f"{SHOP} 1.0 -> 2.0", json.dumps(results)
    verified = live.engine.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
