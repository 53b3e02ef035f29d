"""The checks of what sshd is set to."""

from collections.abc import Mapping

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.base import Check, Controls, Judgement, NotForThis, Remedy, Scene
from tui_ops.practices.security.checks.plain import BY_HAND, besides, listed, roles_of
from tui_ops.practices.security.checks.sshd import (
    Sshd,
    Want,
    finished,
    in_block,
    is_other,
    judge,
    seconds,
    sshd_of,
)
from tui_ops.practices.security.checks.sshdothers import MATCH, OTHER, TOPIC, others_of
from tui_ops.practices.security.checks.sshdoutside import told_of, which
from tui_ops.practices.security.checks.sshdplans import IN_GROUP, NOT_ROOT, drop_in, number_in, wanted

LOW, MEDIUM, HIGH, CRITICAL = (
    FindingSeverity.LOW, FindingSeverity.MEDIUM, FindingSeverity.HIGH, FindingSeverity.CRITICAL,
)  # fmt: skip

_DIGITS = 9
"""Digits of a number that is believed."""


def whole(said: str) -> int | None:
    """Return a number as sshd writes one; None for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else None


def _root(scene: Scene) -> Judgement:
    # By key alone it is nobody who guesses, only nobody in particular.
    return judge(
        scene,
        Want(
            "permitrootlogin", "no".__eq__, "lets root log in", "no", lambda value: HIGH if value == "yes" else MEDIUM
        ),
    )


def _empty(scene: Scene) -> Judgement:
    return judge(scene, Want("permitemptypasswords", "no".__eq__, "lets accounts without a password in"))


def _password(scene: Scene) -> Judgement:
    sshd = sshd_of(scene)
    seen = []
    if sshd.is_there and not _needs_key(sshd.value("authenticationmethods")):
        seen += _password_seen("", sshd.settings, sshd, "", f"for everybody, {sshd.how}")
    for criteria, said in sshd.blocks:
        if not _needs_key(said.get("authenticationmethods", sshd.value("authenticationmethods", criteria))):
            seen += _password_seen(f"{MATCH}{criteria}", said, sshd, criteria, in_block(criteria))
    told = told_of(scene)
    for who, lists in (("", told.usual), *told.others.items()):
        offered = [one for one in listed(lists, "methods") if one in _BY_PASSWORD]
        if offered and not any(_is_about(one.object, who) for one in seen):
            text = f"{which(who)} offers {' and '.join(offered)} to whoever asks from outside"
            text += ", otherwise than its settings say"
            seen.append(Seen(f"outside {who}".rstrip(), text, data=BY_HAND if who else {}))
    judged = finished(sshd, seen, ["passwordauthentication", "kbdinteractiveauthentication"])
    mute = [one.criteria for one in others_of(scene.reads[TOPIC]) if one.criteria not in told.others]
    silent = [f"outside {who}".rstrip() for who in (*told.silent, *mute)] if told.is_asked else ["outside"]
    return besides(judged, silent) if silent else judged


def _is_about(at: str, who: str) -> bool:
    """Return whether what was seen explains what an sshd offers: whoever asks from here may be one of its blocks."""
    other = f"{MATCH}{who}"
    return at == other or at.startswith(f"{other} ") if who else not at.startswith((f"{MATCH}{OTHER}", "outside "))


_BY_PASSWORD = ("password", "keyboard-interactive")


def _password_seen(at: str, said: Mapping[str, str], sshd: Sshd, criteria: str, where: str) -> list[Seen]:
    """Return what lets passwords in; in a block only what the block itself says, or its lists of methods allow."""
    lets = []
    for name, spelt in (("passwordauthentication", "passwords"), ("kbdinteractiveauthentication", "questions")):
        value = said.get(name) or ("" if at and "authenticationmethods" not in said else sshd.value(name, criteria))
        # Questions are asked by PAM, or by nobody.
        pam = said.get("usepam") or sshd.value("usepam", criteria)
        is_asked = name == "passwordauthentication" or pam.lower() != "no"
        if value and value.lower() != "no" and is_asked:
            lets.append(spelt)
    text = f"sshd takes {' and '.join(lets)} for a login ({where})"
    return [Seen(at, text, data=BY_HAND if at else {})] if lets else []


def _needs_key(methods: str) -> bool:
    """Return whether each way in asks for more than a password."""
    ways = [set(one.split(",")) for one in methods.lower().split() if one != "any"]
    return bool(ways) and all(any(not one.startswith((*_BY_PASSWORD, "none")) for one in way) for way in ways)


def _tries(scene: Scene) -> Judgement:
    most = int(scene.number("max_tries"))

    def is_well(value: str) -> bool:
        tries = whole(value)
        return tries is not None and tries <= most

    return judge(scene, Want("maxauthtries", is_well, f"is more than {most} tries a connection", str(most)))


def _idle(scene: Scene) -> Judgement:
    most = int(scene.number("ssh_idle_s"))

    def is_asked(value: str) -> bool:
        return 0 < (seconds(value) or 0) <= most

    return judge(
        scene,
        Want("clientaliveinterval", is_asked, f"asks a silent client never, or later than after {most} s", str(most)),
        Want("clientalivecountmax", lambda value: (whole(value) or 0) > 0, "lets a silent client stay", "1"),
    )


def _grace(scene: Scene) -> Judgement:
    most = int(scene.number("ssh_grace_s"))
    return judge(
        scene,
        Want(
            "logingracetime",
            lambda value: 0 < (seconds(value) or 0) <= most,
            f"leaves a login more than {most} s, or all the time",
            str(most),
        ),
    )


def _startups(scene: Scene) -> Judgement:
    begin, full = int(scene.number("ssh_startups_begin")), int(scene.number("ssh_startups_full"))

    def is_well(value: str) -> bool:
        parts = [whole(one) for one in value.split(":")]
        if len(parts) not in (1, 3) or None in parts:
            return False
        return 0 < (parts[0] or 0) <= begin and 0 < (parts[-1] or 0) <= full

    says = f"lets more than {begin} unknown connections begin, or more than {full} in all"
    return judge(scene, Want("maxstartups", is_well, says, f"{begin}:30:{full}"))


def _allow(scene: Scene) -> Judgement:
    sshd = sshd_of(scene)
    said = {name: sshd.value(name).split() for name in ("allowusers", "allowgroups")}
    bounds = [f"{name} {' '.join(words)}" for name, words in said.items() if words and not any(map(_is_all, words))]
    seen = []
    if sshd.is_there and not bounds:
        seen.append(Seen("", f"every account may log in by ssh: no AllowUsers, no AllowGroups ({sshd.how})"))
    for criteria, block in sshd.blocks:
        if is_other(criteria) and not any(block.get(name, "").split() for name in said):
            text = f"every account may log in by ssh: no AllowUsers, no AllowGroups ({in_block(criteria)})"
            seen.append(Seen(f"{MATCH}{criteria}", text, data=BY_HAND))
        for name in said:
            if any(map(_is_all, block.get(name, "").split())):
                text = f"every account may log in ({in_block(criteria)})"
                seen.append(Seen(f"{MATCH}{criteria}", text, data=BY_HAND))
    judged = finished(sshd, seen, [])
    if seen or not sshd.is_there:
        return judged
    return Judgement(judged.result, f"only {' and '.join(bounds)} may log in ({sshd.how})"[:300])


def _is_all(pattern: str) -> bool:
    """Return whether a pattern is everybody from everywhere: ``*``, ``?*``, ``*@*``."""
    name, _, host = pattern.partition("@")
    return "*" in name and not name.strip("*?") and (not host or ("*" in host and not host.strip("*?")))


def _hostbased(scene: Scene) -> Judgement:
    return judge(
        scene,
        Want("hostbasedauthentication", "no".__eq__, "takes another host's word for who somebody is", "no"),
        Want("ignorerhosts", "yes".__eq__, "heeds the .rhosts files of accounts", "yes"),
    )


def _environment(scene: Scene) -> Judgement:
    return judge(scene, Want("permituserenvironment", "no".__eq__, "lets accounts set what their login begins with"))


def _forward(scene: Scene) -> Judgement:
    doors = roles_of(scene) & {one.lower() for one in scene.words("door_roles")}
    if doors:
        raise NotForThis(f"it is there to be gone through: {', '.join(sorted(doors))}")
    return judge(scene, Want("disableforwarding", "yes".__eq__, "lets logins open ways through this host", "yes"))


def _log(scene: Scene) -> Judgement:
    return judge(scene, Want("loglevel", ("info", "verbose").__contains__, "is not INFO or VERBOSE", "INFO"))


_ASK_FIRST = "  - manual: See that everybody who logs in there has a key of his own, and has tried it\n"
_NO_WAY = "  - manual: See that nobody goes through that host to another one, this desk neither\n"
_BLOCK = "a block of Match, or an sshd of its own, is somebody's exception, and only he knows what it is for"
"""Why what stands elsewhere than for everybody is left to people."""


def _advice(line: str) -> str:
    return f"Set {line} in a drop-in that sshd reads first, and reload it; a Match block has to be changed by hand."


CHECKS_OF_SSHD_SETTINGS: tuple[Check, ...] = (
    Check(
        "ssh-root", "root does not log in by ssh", (TOPIC,), _root, HIGH,
        applies="hosts with sshd",
        controls=Controls(("5.1.20",), ("2.2.6",), ("AC-6(2)", "AC-17(a)", "IA-2(5)"), ("8.2", "8.5")),
        remedy=Remedy(
            _advice("PermitRootLogin no"), drop_in("ssh-root", "PermitRootLogin no", pre=NOT_ROOT), by_hand=_BLOCK
        ),
        root=True,
    ),
    Check(
        "ssh-empty", "no login by ssh without a password", (TOPIC,), _empty, CRITICAL,
        applies="hosts with sshd",
        controls=Controls(("5.1.19",), ("2.2.6",), ("AC-17(a)", "CM-7"), ("8.5",)),
        remedy=Remedy(
            _advice("PermitEmptyPasswords no"), drop_in("ssh-empty", "PermitEmptyPasswords no"), by_hand=_BLOCK
        ),
        root=True,
    ),
    Check(
        "ssh-password", "logins by ssh take a key, not a password", (TOPIC,), _password, HIGH,
        applies="hosts with sshd",
        controls=Controls((), ("8.4",), ("IA-2",), ("8.5",)),
        remedy=Remedy(
            _advice("PasswordAuthentication no and KbdInteractiveAuthentication no"),
            drop_in(
                "ssh-password", "PasswordAuthentication no", "KbdInteractiveAuthentication no", pre=_ASK_FIRST
            ),
            by_hand=_BLOCK,
        ),
        root=True,
    ),
    Check(
        "ssh-maxauth", "few tries in one connection", (TOPIC,), _tries, LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.16",), ("2.2.6",), ("AC-7",), ("8.5",)),
        remedy=Remedy(
            _advice("MaxAuthTries 4"),
            drop_in("ssh-maxauth", "MaxAuthTries {{tries}}", parameters=number_in("tries")),
            wanted("tries"),
            by_hand=_BLOCK,
        ),
        parameters={"max_tries": 4}, root=True,
    ),
    Check(
        "ssh-idle", "a silent client is asked whether it is there, and let go", (TOPIC,), _idle, LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.7",), ("8.2.8",), ("AC-12", "SC-10"), ("8.5",)),
        remedy=Remedy(
            _advice("ClientAliveInterval and ClientAliveCountMax"),
            drop_in("ssh-idle", "ClientAliveInterval 60", "ClientAliveCountMax 3"),
            by_hand=_BLOCK,
        ),
        parameters={"ssh_idle_s": 300}, pci={"ssh_idle_s": 900}, root=True,
    ),
    Check(
        "ssh-grace", "a login has a minute to be made", (TOPIC,), _grace, LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.13",), ("2.2.6",), ("SC-5",), ("8.6",)),
        remedy=Remedy(
            _advice("LoginGraceTime 60"),
            drop_in("ssh-grace", "LoginGraceTime {{seconds}}", parameters=number_in("seconds")),
            wanted("seconds"),
            by_hand=_BLOCK,
        ),
        parameters={"ssh_grace_s": 60}, root=True,
    ),
    Check(
        "ssh-maxstartups", "connections that have not logged in are bounded", (TOPIC,), _startups, LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.18",), ("2.2.6",), ("SC-5",), ("8.6",)),
        remedy=Remedy(
            _advice("MaxStartups 10:30:60"),
            drop_in(
                "ssh-maxstartups", "MaxStartups {{startups}}",
                parameters='  startups: {pattern: "[0-9]{1,6}:[0-9]{1,3}:[0-9]{1,6}"}\n',
                last=True,
            ),
            wanted("startups"),
            by_hand=_BLOCK,
        ),
        parameters={"ssh_startups_begin": 10, "ssh_startups_full": 60}, root=True,
    ),
    Check(
        "ssh-allow", "who may log in by ssh is written down", (TOPIC,), _allow, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.4",), ("2.2.6",), ("AC-3",), ("8.3", "5.15")),
        remedy=Remedy(
            "Make a group of those who log in, put everybody and the account of tui-ops into it, and set AllowGroups.",
            drop_in(
                "ssh-allow", "AllowGroups {{group}}",
                parameters='  group: {pattern: "[a-z_][a-z0-9_-]{0,31}", help: the group of those who log in}\n',
                pre=f"{IN_GROUP}  - manual: See that everybody who logs in there is in the group\n",
            ),
            by_hand=_BLOCK,
        ),
        root=True,
    ),
    Check(
        "ssh-hostbased", "no other host answers for who somebody is", (TOPIC,), _hostbased, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.10", "5.1.11"), ("8.3.1", "2.2.6"), ("AC-3", "CM-7"), ("8.5",)),
        remedy=Remedy(
            _advice("HostbasedAuthentication no and IgnoreRhosts yes"),
            drop_in("ssh-hostbased", "HostbasedAuthentication no", "IgnoreRhosts yes"),
            by_hand=_BLOCK,
        ),
        root=True,
    ),
    Check(
        "ssh-userenv", "accounts do not set what their login begins with", (TOPIC,), _environment, MEDIUM,
        applies="hosts with sshd",
        controls=Controls(("5.1.21",), ("2.2.6",), ("AC-17(a)", "CM-6"), ("8.19",)),
        remedy=Remedy(
            _advice("PermitUserEnvironment no"), drop_in("ssh-userenv", "PermitUserEnvironment no"), by_hand=_BLOCK
        ),
        root=True,
    ),
    Check(
        "ssh-forward", "no ways through a host that is no door", (TOPIC,), _forward, LOW,
        applies="hosts with sshd, but for a role in door_roles",
        controls=Controls(("5.1.8",), (), ("CM-7",), ("8.20",)),
        remedy=Remedy(
            _advice("DisableForwarding yes"),
            drop_in("ssh-forward", "DisableForwarding yes", pre=_NO_WAY),
            by_hand=_BLOCK,
        ),
        parameters={"door_roles": ["bastion", "jump", "gateway", "gw"]}, root=True,
    ),
    Check(
        "ssh-log", "sshd writes down who came", (TOPIC,), _log, LOW,
        applies="hosts with sshd",
        controls=Controls(("5.1.14",), ("2.2.6",), ("AC-17(1)",), ("8.15",)),
        remedy=Remedy(_advice("LogLevel INFO"), drop_in("ssh-log", "LogLevel INFO"), by_hand=_BLOCK),
        root=True,
    ),
)  # fmt: skip
"""In the order of the reference's table."""
