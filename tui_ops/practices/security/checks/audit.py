"""The checks of the audit daemon and of the integrity of files."""

import re

from tui_ops.model.facts import Fields
from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import host_age_s, installed, is_active, no_reading, running, span
from tui_ops.practices.security.checks.auditplans import AIDE, BY_HAND, IDENTITY, audit
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Read,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.kernel import is_container
from tui_ops.practices.security.checks.plain import flag, listed, names, number, settled, word

WATCHED = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d")
"""What accounts and rights are made of."""

IMMUTABLE = 2
"""What ``auditctl -s`` says as ``enabled`` where the rules hold until the next boot."""

_WATCH = re.compile(r"-w (\S+)(?: -p ([rwxa]+))?")
_PATH = re.compile(r"-F (?:path|dir)=(\S+)")
_NEVER = re.compile(r"-a (?:never,(?:task|exit)|(?:task|exit),never)(?: -S (?:all|\S+))*(?: -(?:F key=|k )\S+)?")
"""A rule without a condition by which nothing is recorded, whatever the others say: Fedora ships one."""

_NARROW = re.compile(r"-F (?!(?:path|dir|perm|key|filetype)=|success=1\b|arch=b64\b)[a-z]|-C |-S (?!all\b)", re.ASCII)
"""A condition by which a watch is not one of all changes: of one account, of one program, of 32-bit calls alone."""

_PERM = re.compile(r"-F perm=([rwxa]+)")

_AIDE_BY_CRON = re.compile(r"(?:^|[\s/;&])aide(?:\.wrapper)?\s[^;&|]{0,200}(?:--check|-C\b|--update|-u\b)", re.ASCII)

DAY_S = 86_400.0

AIDE_LOG = "guard /var/log/aide/aide.log"
"""What each run writes, by Debian's daily one and by Red Hat's settings; older ones stand beside it with an ending."""

AIDE_RUNS = ("ran aidecheck.timer",)
"""What else tells that AIDE has looked: the timer that CIS has one write, whose run leaves no log. The stamp of
Debian's own tells nothing: systemd makes it when the timer is first started, and its run may have come to nothing.
"""


def _audit(scene: Scene, name: str, what: str) -> Read:
    if is_container(scene):
        raise NotForThis("a container: the kernel's audit is its machine's")
    read = scene.read("protections")
    if not read.knows(name):
        raise no_reading(what, "protections")
    return read


def _on(scene: Scene) -> Judgement:
    read = _audit(scene, "audit", "state of the audit daemon")
    fields = read.items.get("audit")
    if fields is None:
        return failed("no audit daemon is installed", Seen("", "no audit daemon is installed", data={"install": "yes"}))
    enabled = number(fields, "enabled")
    if not flag(fields, "running"):
        text = "the audit daemon does not run"
        return failed(text, Seen("", text, data={"lacks": "daemon"}))
    if not enabled:
        return failed("the audit daemon runs, and the kernel's audit is switched off: see auditctl -e 1")
    read.looked("rules of audit")
    rules = number(read.items.get("rules of audit"), "count") or 0
    seen = []
    silent = silencing(listed(read.items.get("rules of audit"), "rules"))
    if not rules:
        seen.append(Seen("rules", "the audit daemon runs without a rule"))
    elif silent:
        seen.append(Seen("rules", f"by the rule {silent} the audit daemon records nothing", data={"rule": silent}))
    if enabled != IMMUTABLE:
        text = "the rules of audit can be changed by root while it runs"
        seen.append(Seen("immutable", text, FindingSeverity.LOW))
    lost = number(fields, "lost") or 0
    if lost > scene.number("audit_lost_most"):
        seen.append(Seen("lost", f"{lost} records of audit were lost", FindingSeverity.LOW))
    return settled(f"audit runs with {rules} rules", "; ".join(one.text for one in seen), seen)


def silencing(rules: list[str]) -> str:
    """Return the first rule by which nothing is recorded; empty where there is none."""
    return next((" ".join(rule.split()) for rule in rules if _NEVER.fullmatch(" ".join(rule.split()))), "")


def watches(rules: list[str]) -> dict[str, str]:
    """Return which paths are watched, each with the ways of use that are: ``wa``.

    Args:
        rules: as ``auditctl -l`` says them, in the old words (``-w``) or the new.
    """
    found: dict[str, str] = {}
    for rule in rules:
        old = _WATCH.match(rule)
        path = _PATH.search(rule)
        if old:
            found[old[1].rstrip("/") or "/"] = found.get(old[1].rstrip("/"), "") + (old[2] or "rwxa")
        elif path and "never" not in rule.split("-F")[0] and not _NARROW.search(rule):
            perm = _PERM.search(rule)
            name = path[1].rstrip("/") or "/"
            found[name] = found.get(name, "") + (perm[1] if perm else "rwxa")
    return found


def _identity(scene: Scene) -> Judgement:
    read = _audit(scene, "rules of audit", "rules of audit")
    rules = listed(read.items.get("rules of audit"), "rules")
    said = {} if silencing(rules) else watches(rules)

    def is_watched(path: str) -> bool:
        # A watch of a folder is one of all that is in it.
        parts = path.split("/")
        places = ["/".join(parts[:count]) or "/" for count in range(len(parts), 0, -1)]
        ways = "".join(said.get(place, "") for place in places)
        return "w" in ways and "a" in ways

    seen = [
        Seen(path, f"changes of {path} are not recorded", data={"path": path})
        for path in WATCHED
        if not is_watched(path)
    ]
    return settled(
        "changes of accounts and rights are recorded", f"not watched: {names([one.object for one in seen])}", seen
    )


def _integrity(scene: Scene) -> Judgement:
    agents = running(scene, ("wazuh-agent", "ossec-hids", "samhain", "osqueryd"))
    if agents and agents[0] != "osqueryd":
        return passed(f"{agents[0]} watches files")
    if not installed(scene, ("aide", "aide-common", "tripwire")):
        return failed("nothing watches the integrity of files", Seen("", "nothing watches the integrity of files"))
    read = scene.read("protections")
    bases = [name for name in read.items if _is_base(name)]
    if not bases:
        if not read.knows("guard /var/lib/aide/aide.db"):
            raise no_reading("databases of AIDE", "protections")
        return failed("AIDE is installed and has no database to compare with")
    runs = [
        at
        for name, fields in read.items.items()
        if _is_run(name, fields)
        if (at := number(fields, "ran_at") or number(fields, "written_at"))
    ]
    if not runs:
        _settle_no_run(scene)
        return _not_compared("files are not compared with the database by themselves")
    age_s = host_age_s(scene, read, max(runs))
    if age_s > scene.number("fim_days") * DAY_S:
        return _not_compared(f"files were last compared {span(age_s)} ago")
    if read.items.get(AIDE_LOG) and read.field(AIDE_LOG, "compared") is False:
        return _not_compared(f"AIDE was started {span(age_s)} ago and compared nothing: see /var/log/aide/aide.log")
    made = max(number(read.items[name], "written_at") or 0 for name in bases)
    return passed(
        f"files were compared {span(age_s)} ago, with a database of {span(host_age_s(scene, read, made))} ago"
    )


def _not_compared(text: str) -> Judgement:
    """Return that AIDE is there, and does not do what it is there for."""
    return failed(text, Seen("", text, data={"parts": ["compared"]}))


def _settle_no_run(scene: Scene) -> None:
    """End as unknown where something may compare files and leave no trace that is read."""
    if is_active(scene, "aidecheck.timer"):
        raise NotReadable("when files were last compared is not told")
    crontabs = scene.reads.get("schedules")
    for fields in crontabs.items.values() if crontabs else ():
        if _AIDE_BY_CRON.search(word(fields, "command")):
            text = f"{word(fields, 'file')} starts AIDE, which leaves no log in /var/log/aide"
            raise NotReadable(f"{text}: when files were last compared is not told")


def _is_run(name: str, fields: Fields) -> bool:
    # An empty log is what was made where an old one was put aside.
    is_log = name.startswith(AIDE_LOG) and bool(number(fields, "size"))
    return is_log or name in AIDE_RUNS or name.startswith("guard /var/lib/tripwire/report/")


def _is_base(name: str) -> bool:
    path = name.removeprefix("guard ")
    return (
        path.startswith(("/var/lib/aide/aide.db", "/var/lib/tripwire/"))
        and not path.endswith((".new", ".new.gz"))
        and "/report/" not in path
    )


CHECKS_OF_AUDIT: tuple[Check, ...] = (
    Check(
        "aud-on",
        "the audit daemon runs, with rules that hold until the next boot",
        ("protections", "hardware"),
        _on,
        FindingSeverity.MEDIUM,
        applies="hosts with a kernel of their own",
        controls=Controls(("6.2.1.2", "6.2.3.20"), ("10.2.1", "10.3.2"), ("AU-2(d)", "AU-12(c)", "AC-6(9)"), ("8.15",)),
        remedy=Remedy("Install and start auditd, write rules, and end them with -e 2.", by_hand=BY_HAND, choose=audit),
        parameters={"audit_lost_most": 0},
        root=True,
    ),
    Check(
        "aud-identity",
        "changes of accounts and rights are recorded",
        ("protections", "hardware"),
        _identity,
        FindingSeverity.MEDIUM,
        applies="hosts with a kernel of their own",
        controls=Controls(("6.2.3.1", "6.2.3.8"), ("10.2.1.5",), ("AC-2(4)", "AU-12(c)"), ("8.15",)),
        remedy=Remedy(
            "Watch the files of accounts and of sudo for writing and changes of attributes; where the rules end with"
            " -e 2, new ones hold from the next boot.",
            IDENTITY,
        ),
        root=True,
    ),
    Check(
        "fim-on",
        "files are compared with what they were",
        ("protections", "packages", "unitfiles", "units", "schedules"),
        _integrity,
        FindingSeverity.MEDIUM,
        controls=Controls(("6.3.1", "6.3.2"), ("11.5.2",), ("SI-7(1)",), ("8.7", "8.19")),
        remedy=Remedy("Install AIDE, make its database, and let it compare every day.", AIDE),
        parameters={"fim_days": 7},
        root=True,
    ),
)
"""``fim_days``: PCI-DSS asks for once a week. How old the database is has no limit: it is renewed when a change was
looked at, and is told so that one sees what nobody has looked at for years."""
