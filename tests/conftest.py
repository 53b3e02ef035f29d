"""What the whole suite shares: tests whose programs or rights are missing here are named at the end."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.stores import copying

from tui_ops.store import upgrade as upgrading

HERE = Path(__file__).parent
ANSIBLE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tui-ops" / "ansible-core" / "bin"
"""Where ``make packages`` puts Ansible: it is no dependency, and its own take long to install."""

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{ANSIBLE}"

DNF_PLUGIN = str(ANSIBLE.parents[1] / "debs" / "dnf-plugins-core.deb")
"""A package that can't be installed beside zypper, put beside it."""

SYSTEMD = ("sshd", "unshare", "nsenter", "/lib/systemd/systemd", "systemd-run", "dbus-daemon", "root")

NEEDS = {
    "transport": ("sshd", "ssh-keygen"),
    "transport/ends/test_icmp.py": ("root",),
    "engine/test_fleet.py": ("sshd", "unshare", "tcsh", "fish", "root"),
    "engine/test_crash.py": ("sshd",),
    "engine/test_reload.py": ("sshd",),
    "engine/test_sections.py": ("sshd",),
    "engine/test_facts.py": ("sshd", "dpkg-query"),
    "engine/test_streams.py": ("sshd",),
    "engine/test_checking.py": ("sshd", "/usr/lib/nagios/plugins/check_ssh", "root"),
    "engine/test_checks_live.py": ("sshd", "/usr/lib/nagios/plugins/check_load"),
    "engine/test_door.py": ("root",),
    "engine/test_evidence.py": ("sshd",),
    "engine/test_incidents_live.py": (
        "sshd",
        "unshare",
        "mkfs.ext4",
        "flock",
        "/usr/lib/nagios/plugins/check_procs",
        "root",
    ),
    "probes/test_evidence.py": ("setpriv", "ping", "ip", "root"),
    "engine/change/test_hands_systemd.py": SYSTEMD,
    "engine/change/test_run_systemd.py": SYSTEMD,
    "engine/change/test_hands_services.py": ("sshd", "unshare", "chroot", "service", "update-rc.d", "root"),
    "engine/change/test_hands_apt.py": ("sshd", "unshare", "chroot", "dpkg-deb", "root"),
    "engine/change/test_run_packages.py": ("sshd", "unshare", "chroot", "dpkg-deb", "root"),
    "engine/change/test_hands_rpm.py": (
        "sshd",
        "unshare",
        "chroot",
        "dnf",
        "zypper",
        "rpmbuild",
        "createrepo_c",
        DNF_PLUGIN,
        "root",
    ),
    "engine/change/test_hands_ansible.py": ("sshd", "ansible-playbook"),
    "engine/change/test_run_ansible.py": ("sshd", "unshare", "ansible-playbook", "root"),
    "engine/test_alertmanager.py": ("prometheus-alertmanager", "amtool"),
    "engine/test_following.py": ("sshd",),
    "inventory/foreign/test_against_ansible.py": ("ansible-inventory",),
    "cli/test_ssh_config.py": ("sshd",),
    "store/test_readers.py": ("root",),
    "terminal/test_group_member.py": ("root",),
    "terminal/test_tmux.py": ("tmux",),
    "terminal/test_terms.py": ("tmux", "screen"),
    "terminal/test_leaving.py": ("tmux",),
    "terminal/test_mouse.py": ("tmux",),
    "terminal/test_resizing.py": ("tmux",),
    "probes": ("dash", "bash", "busybox", "mksh"),
    "probes/test_services.py": ("ss",),
    "probes/test_sysstat.py": ("sar", "iostat", "mpstat", "unshare", "nsenter", "ip", "root"),
    "probes/test_upkeep.py": ("chronyd", "chronyc", "setpriv"),
    "probes/test_facts.py": ("dpkg-query", "apt", "ip", "sysctl", "sshd", "root"),
    "probes/test_privilege.py": ("sudo", "visudo", "unshare", "nsenter", "setpriv", "ssh-keygen", "root"),
    "probes/test_resident.py": ("mawk", "gawk", "original-awk"),
    "practices/vulnerabilities/test_versions.py": ("dpkg", "rpm"),
    "practices/vulnerabilities/test_against_debsecan.py": ("debsecan",),
}
"""Programs of other packages and the right to be another account, by the place of the tests that use them."""

WAITING = ("engine", "transport", "terminal", "demo")
"""Folders whose tests wait for servers, terminals and real periods. Those of the others take the CPU: beside each other
they take the time of the longer half, and one after the other that of both."""

LONGEST = (
    "ui/test_security.py", "engine/test_incidents_live.py", "engine/change/test_run_systemd.py",
    "engine/test_findings_live.py", "ui/test_change_screens.py", "ui/test_snapshots.py", "ui/test_incidents.py",
)  # fmt: skip
"""Files that take minutes: begun last, they would be waited for by all but one process."""

not_run = pytest.StashKey[dict[str, str]]()


def missing(path: Path) -> str:
    """Return what the tests of a file lack on this machine, empty where they can run."""
    place = path.relative_to(HERE).as_posix()
    wanted = [one for prefix, needs in NEEDS.items() if place.startswith(prefix) for one in needs]
    lacks = [one for one in wanted if one != "root" and shutil.which(one, os.F_OK, PATH) is None]
    if "root" in wanted and os.geteuid() != 0:
        lacks.append("root (or: unshare --user --map-root-user)")
    return ", ".join(dict.fromkeys(lacks))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Preparing a state directory sets the process's umask: worlds of whole modules begin with the usual one."""
    os.umask(0o022)


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """The same for each test, whatever the worlds of its module did."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(scope="session", autouse=True)
def new_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let new stores be copies of the first one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrading, "_run_apart", copying(tmp_path_factory.mktemp("new") / "ops.db"))
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what can't run here, and remember its name; mix what waits with what computes where tests run in
    several processes.
    """
    left_out = {item.nodeid: lacks for item in items if (lacks := missing(item.path))}
    config.stash[not_run] = left_out
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
        items[:] = [item for item in items if item.nodeid not in left_out]
    if hasattr(config, "workerinput"):
        items[:] = mixed(items)


def mixed(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests so that files that wait stand evenly among those that compute, after those that take longest; the
    order within a file stays.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    placed: list[tuple[float, list[pytest.Item]]] = []
    for waits in (True, False):
        of_kind = [found for path, found in files.items() if (path.relative_to(HERE).parts[0] in WAITING) is waits]
        placed += [((number + 0.5) / len(of_kind), found) for number, found in enumerate(of_kind)]
    placed.sort(key=lambda one: (one[1][0].path.relative_to(HERE).as_posix() not in LONGEST, one[0]))
    return [item for _place, found in placed for item in found]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the names to the process that prints the summary, where tests run in several."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["not_run"] = session.config.stash.get(not_run, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the names from a test process that has ended; each of them collects everything."""
    told = getattr(node, "workeroutput", {}).get("not_run", {})
    node.config.stash.setdefault(not_run, {}).update(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what did not run, and what it lacked."""
    left_out = config.stash.get(not_run, {})
    if hasattr(config, "workerinput") or not left_out:
        return
    terminalreporter.section("not run")
    for name, lacks in sorted(left_out.items()):
        terminalreporter.line(f"{name}: needs {lacks}")
