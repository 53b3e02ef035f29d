"""What checks are shown of hosts that comes from elsewhere than their facts: from outside, from checks, from memory."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tui_ops.model.facts import Beginnings, Fields
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.exposed import clock_offsets, end_certificates, logins, topic_items, topics_of_hosts
from tui_ops.store.views.judged import Judged

OFFERED = "offered"
"""The topic in which is kept what an sshd offers to whoever asks."""

OFFERED_ITEM = "ssh"
"""The item of the sshd by which the host is reached."""

FURTHER_ITEM = "ssh port "
"""How the items of further ones begin, before the port."""

OLD_S = 4 * 86400.0
"""Seconds after which what was seen from outside says nothing any more: it is asked for once a day."""

CLOCK_OLD_S = 900.0
"""The same of a clock, which is read with the vitals."""

DAY_S = 86400.0

OTHER_NAME = "made out to "
"""How the fault begins that says nothing of who vouches for a certificate."""

LISTS = ("kex", "ciphers", "macs", "host_keys", "methods")


def elsewhere(reader: Reader, hosts: Sequence[Judged]) -> Mapping[int, Mapping[str, object]]:
    """Return what is known of hosts from elsewhere, by their ids and by the names under which checks ask for it.

    Args:
        reader: of ``ops.db``.
        hosts: that are about to be judged.
    """
    at, ids = time.time(), [host.host_id for host in hosts]
    found: dict[int, dict[str, object]] = {host_id: {} for host_id in ids}
    for topic in topics_of_hosts(reader, ids, (OFFERED,)):
        if at - topic.at <= OLD_S:
            told = topic_items(reader, topic.host_id, OFFERED)
            found[topic.host_id]["outside.ssh"] = {**_offered(told, topic.unread), "at": topic.at}
    for host_id, offset in clock_offsets(reader, ids, at - CLOCK_OLD_S).items():
        found[host_id]["clock_offset_s"] = offset
    for end in end_certificates(reader, set(ids)):
        days = days_until(end.until, at)
        told_ends = found[end.host_id].setdefault("tls", [])
        assert isinstance(told_ends, list)
        told_ends.append({
            "name": end.target or end.check, "days": days if days is not None else end.days_left,
            "chain_ok": not any(not fault.startswith(OTHER_NAME) for fault in end.faults),
            "subject": end.subject,
        })  # fmt: skip
    for row in logins(reader, ids):
        told_logins = found[row.host_id].setdefault("logins", [])
        assert isinstance(told_logins, list)
        told_logins.append({
            "source": row.source, "account": row.account, "first_at": row.first_at, "last_at": row.last_at,
            "good": row.good, "failed": row.failed, "failed_day": row.failed_day,
        })  # fmt: skip
    for host in hosts:
        if login := host.user or host.rights.get("user"):
            found[host.host_id]["login"] = str(login)
        if "sources" in host.baselines:
            found[host.host_id].setdefault("logins", [])
    return found


def _offered(told: Mapping[str, Fields], unread: Sequence[str]) -> dict[str, object]:
    """Return what the sshds of a host offer.

    Args:
        told: items of the topic.
        unread: beginnings of those of whom nothing was heard when they were asked last: what they said once is old.
    """
    first, silent = told.get(OFFERED_ITEM, {}), Beginnings(unread)
    others = {
        name.removeprefix(FURTHER_ITEM): _lists(fields)
        for name, fields in told.items()
        if name.startswith(FURTHER_ITEM) and not silent.has(name)
    }
    mute = [one.removeprefix(FURTHER_ITEM) for one in unread if one.startswith(FURTHER_ITEM)]
    return {**_lists(first), "port": str(first.get("port") or ""), "others": others, "silent": mute}


def _lists(told: Fields) -> dict[str, list[str]]:
    return {name: list(value) for name in LISTS if isinstance(value := told.get(name), list)}


def days_until(until: str, at: float) -> float | None:
    """Return how many days after an epoch second a moment is, ``2026-08-26T20:26:40Z``; None where it is none."""
    try:
        moment = datetime.strptime(until, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (moment.timestamp() - at) / DAY_S
