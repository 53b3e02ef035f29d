"""Plans that change what lies on a real host, or refuse to: root touches only what nobody else can replace."""

import shlex

import pytest
from support.mended_host import MendedHost
from support.mending import GOOD, WEAK, prepared, said
from support.ownsystem import booted
from support.sshd import SshdFarm, free_port

from tui_ops.model.facts import Field
from tui_ops.model.plans import Part
from tui_ops.model.security import Seen
from tui_ops.plans import read_plan
from tui_ops.practices.security.checks.declared import BY_ID
from tui_ops.practices.security.remedies import mend


@pytest.fixture(scope="module")
def here(farm: SshdFarm) -> MendedHost:
    return MendedHost(farm, booted(farm, prepared(str(free_port()))))


FILES = """
mkdir -p /own/safe /own/others /own/open; cd /own; chown anna others; chmod 1777 open; ln -s safe link
for at in safe others open; do echo x >$at/f; chown anna $at/f; chmod 4666 $at/f; done
"""


def path_plans() -> dict[str, tuple[str, dict[str, str]]]:
    """Return plans of files that may lie anywhere, each with what a person adds."""
    unowned: dict[str, Field] = {"owner": "4321", "group": "4321"}
    lent: dict[str, Field] = {"path": "/own/safe/f", "was_mode": "4666"}
    kind = BY_ID["fs-world"].kind
    return {
        "writable": (mend("fs-world", kind, Seen("writable /own/safe/f", "x")).plan, {}),
        "unowned": (
            mend("fs-world", kind, Seen("unowned /own/safe/f", "x", data=unowned)).plan,
            {"owner": "games", "group": "games"},
        ),
        "lent": (mend("fs-suid", BY_ID["fs-suid"].kind, Seen("/own/safe/f", "x", data=lent)).plan, {}),
    }


@pytest.mark.parametrize("which", ["writable", "unowned", "lent"])
def test_root_changes_no_file_whose_folder_another_account_can_replace(here: MendedHost, which: str) -> None:
    text, asked = path_plans()[which]
    plan = read_plan(text, {"path": "/own/safe/f", **asked})
    here.run("rm -rf /own;" + FILES)
    where = {
        "/own/others/f": "/own/others, on the way to /own/others/f, does not belong to root: nothing was done",
        "/own/open/f": "others may write to /own/open, on the way to /own/open/f: nothing was done",
        "/own/link/f": "/own/link, on the way to /own/link/f, is no folder itself: nothing was done",
        "/own/safe/../others/f": "/own/safe/../others/f is no plain path: nothing was done",
        "/own/gone/f": "/own/gone is not there: nothing was done",
    }
    before = here.run("stat -c '%n %a %u %g' /own/*/f")
    for path, why in where.items():
        for part in (Part.PRE, Part.STEP, Part.ROLLBACK):
            assert said(here, plan, part, path=path, **asked).splitlines()[-2:] == [why, "refused"]
    assert here.run("stat -c '%n %a %u %g' /own/*/f") == before
    assert said(here, plan, Part.PRE, path="/own/safe/f", **asked) == ""


def test_what_is_taken_back_is_the_file_that_was_changed_as_it_was_left(here: MendedHost) -> None:
    """Whose folder was handed over, exchanged or linked meanwhile gets nothing of root's."""
    text, _ = path_plans()["writable"]
    plan, path = read_plan(text, {"path": "/own/safe/f"}), "/own/safe/f"
    how = "stat -c %a /own/safe/f"

    def mended() -> None:
        here.run("rm -rf /own /run/tui-ops-noted;" + FILES)
        assert "nothing was noted of /own/safe/f" in said(here, plan, Part.ROLLBACK, path=path)
        assert said(here, plan, Part.STEP, path=path) == ""
        assert here.run(how) == "4664\n"

    mended()
    assert said(here, plan, Part.STEP, path=path) == "", "once more: the way back stays that of the first time"
    assert said(here, plan, Part.ROLLBACK, path=path) == ""
    assert here.run(how) == "4666\n"
    for meanwhile, why in {
        "mv /own/safe /own/was; ln -s /etc /own/safe; echo x >/etc/f": "/own/safe, on the way to /own/safe/f, is no",
        "chown anna /own/safe": "/own/safe, on the way to /own/safe/f, does not belong to root",
        "mv /own/safe/f /own/was; cp -p /own/was /own/safe/f": "at /own/safe/f is another file by now",
        "mv /own/safe/f /own/was; ln -s /own/was /own/safe/f": "/own/safe/f is a link",
        "chmod 600 /own/safe/f": "somebody has changed /own/safe/f since, to",
    }.items():
        mended()
        here.run(meanwhile)
        before = here.run("stat -L -c '%a %u' /own/safe/f /etc/f 2>/dev/null || true")
        told = said(here, plan, Part.ROLLBACK, path=path)
        assert why in told
        assert told.endswith("nothing was done\nrefused")
        assert here.run("stat -L -c '%a %u' /own/safe/f /etc/f 2>/dev/null || true") == before
    here.run("rm -f /etc/f")


@pytest.mark.parametrize("name", ["a b -> c", "$(id)", "x; rm -rf f", "-R", "'\""])
def test_a_file_may_have_any_name(here: MendedHost, name: str) -> None:
    text, _ = path_plans()["writable"]
    path = f"/own/safe/{name}"
    plan = read_plan(text, {"path": path})
    here.run(f"rm -rf /own;{FILES} echo x >safe/{shlex.quote(name)}; chmod 666 safe/{shlex.quote(name)}")
    for part, mode in ((Part.STEP, "664\n"), (Part.ROLLBACK, "666\n")):
        assert said(here, plan, part, path=path) == ""
        assert here.run(f"stat -c %a -- {shlex.quote(path)}") == mode


def test_a_key_that_is_an_authority_too_stays_as_that(here: MendedHost) -> None:
    """What signs certificates lets in others than whoever has the key."""
    here.run("mkdir -p /own/keys; cp -a /home/anna/.ssh/authorized_keys /own/keys")
    fingerprint = here.run(f"echo '{GOOD}' | ssh-keygen -l -f - | cut -d' ' -f2").strip()
    file = "/home/anna/.ssh/authorized_keys"
    plan = read_plan(mend("acct-authkeys", BY_ID["acct-authkeys"].kind, Seen("x", "x", data={"remove": True})).plan,
                     {"account": "anna", "fingerprint": fingerprint})  # fmt: skip
    values = {"account": "anna", "fingerprint": fingerprint}
    try:
        here.run(f"printf '%s\\n' '{GOOD}' 'Cert-Authority,no-pty {GOOD}' '{WEAK}' >{file}")
        assert said(here, plan, Part.STEP, **values) == ""
        assert here.run(f"cat {file}") == f"Cert-Authority,no-pty {GOOD}\n{WEAK}\n"
        assert "as cert-authority alone" in said(here, plan, Part.STEP, **values)
        assert here.run(f"cat {file}") == f"Cert-Authority,no-pty {GOOD}\n{WEAK}\n"
    finally:
        here.run(f"rm -f /home/anna/.ssh/.tui*; cp -a /own/keys/authorized_keys {file}")


def test_a_package_of_which_nobody_says_what_goes_with_it_stays(here: MendedHost) -> None:
    what = mend("svc-legacy", BY_ID["svc-legacy"].kind, Seen("telnet", "x", data={"package": "telnet"}))
    plan = read_plan(what.plan, {"package": "telnet"})
    here.run("printf '#!/bin/sh\\nexit 100\\n' >/usr/local/bin/apt-get; chmod 755 /usr/local/bin/apt-get")
    try:
        assert "apt-get does not say what would go" in said(here, plan, Part.PRE, package="telnet")
    finally:
        here.run("rm /usr/local/bin/apt-get")
