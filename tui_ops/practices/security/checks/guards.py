"""The checks of antivirus, of banning, of backups."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from tui_ops.model.security import FindingKind, FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import host_age_s, is_there, no_reading, running, span
from tui_ops.practices.security.checks.base import (
    AHEAD_S,
    Check,
    CheckEnds,
    Controls,
    Judgement,
    NotForThis,
    NotJudgeable,
    NotReadable,
    Read,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.plain import (
    flag,
    listed,
    names,
    number,
    roles_of,
    settled,
    starting,
    word,
)
from tui_ops.practices.security.checks.serviceplans import ban, virus
from tui_ops.practices.security.checks.sshd import sshd_of

ON_ACCESS = "clamav-clamonacc"
CLAMAV = ("clamav-daemon", "clamd", "clamd@scan", "clamd@amavisd", ON_ACCESS)
OTHERS: Mapping[str, str] = {
    "falcon-sensor": "CrowdStrike", "mdatp": "Microsoft Defender", "sophos-spl": "Sophos", "sav-protect": "Sophos",
    "ds_agent": "Trend Micro", "esets": "ESET", "eea": "ESET", "efs": "ESET", "cbagentd": "Carbon Black",
    "sentinelone": "SentinelOne", "kesl": "Kaspersky", "bdsec": "Bitdefender", "mfetpd": "Trellix",
}  # fmt: skip
"""Services to the engines that they are, whose signatures are no files that can be read."""

BANNERS = ("crowdsec", "sshguard", "denyhosts")
"""Programs beside fail2ban that ban, and watch sshd unless told otherwise."""

SCAN_LOGS = "ran /var/log/clamav/"
"""How the items begin of logs of scans that somebody, or a timer, has run."""

HOUR_S, DAY_S = 3_600.0, 86_400.0
EVERYWHERE = "*"


def _virus(scene: Scene) -> Judgement:
    others = running(scene, OTHERS)
    clam = running(scene, CLAMAV)
    if not clam and not others:
        roles = {one.lower() for one in scene.words("av_roles")}
        if EVERYWHERE not in roles and not roles & roles_of(scene):
            raise NotForThis("no role that asks for antivirus, and none runs")
        text = "no antivirus runs"
        return failed(text, Seen("", text, data={"lacks": "engine"}))
    if not clam:
        raise NotReadable(f"{OTHERS[others[0]]} runs: how old its signatures are is not told")
    read = scene.read("protections")
    made = [number(fields, "made_at") for name, fields in starting(read, "signatures ") if name.startswith("daily.")]
    found = [at for at in made if at is not None]
    scanned = _scanned(scene, read)
    if not found:
        read.looked("signatures ")
        return _old_signatures("ClamAV runs without signatures", scanned)
    age_s = host_age_s(scene, read, max(found))
    if age_s > scene.number("av_signature_hours") * HOUR_S:
        return _old_signatures(f"the signatures of ClamAV are {span(age_s)} old", scanned)
    return passed(f"ClamAV runs, with signatures of {span(age_s)} ago{scanned}")


def _scanned(scene: Scene, read: Read) -> str:
    """Return when files were last scanned, in words behind others; empty where that could not be looked at.

    The log of a scan tells: it is written to its end. An empty one was laid anew, and tells of none.
    """
    logs = [fields for name, fields in starting(read, SCAN_LOGS) if number(fields, "size") != 0]
    times = [at for fields in logs if (at := number(fields, "ran_at")) is not None]
    if times:
        try:
            return f"; last scan {span(host_age_s(scene, read, max(times)))} ago"
        except NotReadable:
            return ""
    if not read.knows(SCAN_LOGS):
        return ""
    return "; files are scanned as they are opened" if running(scene, (ON_ACCESS,)) else "; no log of a scan is seen"


def _old_signatures(text: str, scanned: str) -> Judgement:
    """Return that antivirus runs, and does not know what it has to look for."""
    return failed(f"{text}{scanned}", Seen("", text, data={"parts": ["signatures"]}))


def _no_passwords(scene: Scene) -> bool:
    """Whether sshd takes no passwords from anybody; False where that is not known."""
    try:
        sshd = sshd_of(scene)
    except CheckEnds:
        return False
    asked = ("passwordauthentication", "kbdinteractiveauthentication")
    if not sshd.is_effective or not sshd.blocks_known:
        return False
    return all(sshd.settings.get(one, "yes") == "no" for one in asked) and not any(
        said.get(one, "no") != "no" for _, said in sshd.blocks for one in asked
    )


def _blind(scene: Scene, read: Read) -> str:
    """Return why the jail for sshd sees nothing of those who guess; empty where it does, or where that is not told."""
    fields = read.items.get("fail2ban")
    files, gone = listed(fields, "files"), listed(fields, "gone")
    if flag(fields, "journal") or not files:
        return ""
    if set(files) <= set(gone):
        return f"the jail sshd of fail2ban reads {names(files)}, which is not there"
    at = number(fields, "read_at")
    if at is not None and (age_s := host_age_s(scene, read, at)) > scene.number("ban_log_days") * DAY_S:
        return f"the jail sshd of fail2ban reads {names(files)}, where nothing was written for {span(age_s)}"
    return ""


def _ban(scene: Scene) -> Judgement:
    read = scene.read("protections")
    jails = listed(read.items.get("fail2ban"), "jails")
    watching = [jail for jail in jails if "ssh" in jail.lower()]
    blind = _blind(scene, read) if watching == ["sshd"] else ""
    if watching and not blind:
        return passed(f"fail2ban watches {', '.join(watching)}")
    if _no_passwords(scene):
        return passed("sshd takes no passwords: there is nothing to guess")
    others = running(scene, BANNERS)
    if others:
        return passed(f"{others[0]} bans who guesses")
    if read.items.get("fail2ban") is not None:
        return _no_ban(blind, "") if blind else _no_ban("fail2ban runs, and has no jail for sshd", "jail")
    if not running(scene, ("fail2ban",)):
        if is_there(scene, "fail2ban"):
            return _no_ban("fail2ban does not run: without a log for each of its jails it does not start", "service")
        return _no_ban("nobody who guesses passwords is banned", "service")
    raise no_reading("jails of fail2ban", "protections")


def _no_ban(text: str, lacks: str) -> Judgement:
    """Return that nobody is banned, and what is lacking for the plan: the service, its jail; empty for neither."""
    return failed(text, Seen("", text, data={"lacks": lacks}))


def _backup(scene: Scene) -> Judgement:
    told = scene.known.get("backup")
    if not isinstance(told, Sequence) or isinstance(told, str | bytes):
        raise NotReadable("nothing is known of a backup of this host")
    jobs = [one for one in told if isinstance(one, Mapping)]
    if not jobs:
        raise NotReadable(
            "no heartbeat of the inventory says backup: {rpo: …} for this host; one that needs none is excepted there"
        )
    seen, ages, ahead = [], [], []
    for job in jobs:
        name, at, most_s = word(job, "name") or "the backup", job.get("at"), job.get("rpo_s")
        if not _is_time(most_s):
            raise NotJudgeable(f"{name} has no RPO to be held against")
        if at is None:
            seen.append(Seen(name, f"{name}: no good backup was reported yet, and one may be {span(most_s)} old"))
        elif not _is_time(at):
            raise NotJudgeable(f"{name}: its time makes no sense")
        elif at - scene.now > AHEAD_S:
            ahead.append(name)
        elif scene.now - at > most_s:
            text = f"{name}: the last good backup is {span(scene.now - at)} old, and may be {span(most_s)}"
            seen.append(Seen(name, text))
        else:
            ages.append(f"{name} {span(max(0.0, scene.now - at))}")
    return settled(
        f"the last good backups are not too old: {names(ages)}", f"{len(seen)} backups are too old, or there are none",
        seen, ahead, f"{names(ahead)} was reported at a time that is still to come: see the clock",
    )  # fmt: skip


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**40


CHECKS_OF_GUARDS: tuple[Check, ...] = (
    Check(
        "av-on",
        "antivirus runs where the role needs it, with fresh signatures",
        ("protections", "unitfiles", "units"),
        _virus,
        FindingSeverity.MEDIUM,
        applies="hosts with antivirus, or with a role in av_roles",
        controls=Controls((), ("5.2", "5.3"), ("SI-3",), ("8.7",)),
        remedy=Remedy(
            "Start clamav-daemon and clamav-freshclam, and see that freshclam reaches a mirror.",
            by_hand="why freshclam brings none only its log tells: see /var/log/clamav/freshclam.log",
            choose=virus,
        ),
        parameters={"av_roles": ["mail", "mx", "fileserver", "files", "samba", "upload"], "av_signature_hours": 48},
        pci={"av_roles": [EVERYWHERE]},
    ),
    Check(
        "ban-on",
        "who guesses passwords is banned",
        ("protections", "unitfiles", "units", "sshdconf"),
        _ban,
        FindingSeverity.LOW,
        controls=Controls((), ("8.3.4",), ("AC-7",), ("8.5",)),
        remedy=Remedy(
            "Let fail2ban watch sshd, and ignore the jump host; or take no passwords.",
            by_hand="why a jail that is there sees nothing, its settings tell: see /etc/fail2ban",
            choose=ban,
        ),
        parameters={"ban_log_days": 7},
        root=True,
    ),
    Check(
        "bak-age",
        "the newest good copy is within the RPO",
        (),
        _backup,
        FindingSeverity.HIGH,
        FindingKind.BACKUP,
        Controls((), (), ("CP-9",), ("8.13",)),
        Remedy(
            "Find out why the job has not reported a good backup (tui-ops show heartbeats), and run it now.",
            by_hand="what runs it, and whether it may run in the day, only those who set it up know",
        ),
    ),
)
"""Where a role needs antivirus: what passes files of others on. PCI-DSS leaves none out that has not been assessed.

``ban_log_days``: each login of ours is a line in the log of sshd; one without any for a week is not that log, such as
what rsyslog left when it was taken away.
"""
