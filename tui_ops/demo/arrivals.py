"""Who came in to the demo's hosts within the last day, and who tried: what sshd wrote down, and who came last."""

import time
from random import Random

from tui_ops.demo.hosts import DemoHost
from tui_ops.demo.keyring import BACKUPS, DESK, PERSONS, fingerprint, public_key

DAY_S = 86_400

OFFICE, ENGINE, BACKUP_SERVER = "10.10.0.7", "10.10.0.9", "10.10.0.16"
"""From where people, the desk and the backups come."""

GUESSER = "203.0.113.66"
"""Who guesses: an address of the range that is kept for examples, as all that are foreign here."""

GUESSED = {"par-gw": 212, "web-04.lon": 96, "mq-1.nyc": 148}
"""How often, by host. The first two take no passwords."""

GOT_IN = "mq-1.nyc"
"""Where root may log in by password, and the guesser did."""

TRIED = ("root", "admin", "oracle", "ubuntu", "git", "postgres")
"""Names that are tried."""

GUESSING, IN_AT, NIGHT = "03:40", "04:12", "02:47"
"""When the guesses begin, when one of them was right, and when somebody comes in while the others sleep."""

GONE = ("bert", "db-2.lon", 1_714_641_164)
"""Who was last somewhere two years ago: the account, the host, and the epoch second."""

STRANGERS_AT = ("web", "gw")
"""Roles of hosts that stand in the net, where one or the other always tries."""


def past(clock: str, now: float) -> int:
    """Return the last moment before ``now`` at which it was so late, in epoch seconds.

    Args:
        clock: ``06:30``, in UTC.
        now: epoch seconds.
    """
    hours, _, minutes = clock.partition(":")
    at = int(now // DAY_S) * DAY_S + int(hours) * 3600 + int(minutes) * 60
    return at if at <= now else at - DAY_S


def arrival_files(host: DemoHost) -> dict[str, str]:
    """Return what sshd has written, and who came last, by path below the root."""
    now = time.time()
    rows = [*_logins(host, now), *_guesses(host, now), *_strangers(host, now)]
    return {"table/arrivals": "".join(sorted(rows)), "table/logins": "".join(_last(host, now))}


def came_in(text: str, account: str, source: str) -> str:
    """Return what sshd has written, and a login at night besides.

    Args:
        text: as it was before.
        account: who came in, by key.
        source: from which address.
    """
    host = text.split(maxsplit=2)[1]
    return "".join(sorted([*text.splitlines(True), _by_key(host, past(NIGHT, time.time()), account, source, account)]))


def _row(host: str, at: float, text: str) -> str:
    random = Random(f"{host}/{at}/{text}")
    return f"{int(at)}.{random.randrange(10**6):06d} {host} sshd[{random.randrange(900, 32_000)}]: {text}\n"


def _by_key(host: str, at: float, account: str, source: str, owner: str) -> str:
    port = Random(f"{host}/{at}/{source}").randrange(32_768, 61_000)
    said = f"Accepted publickey for {account} from {source} port {port} ssh2: ED25519 {fingerprint(public_key(owner))}"
    return _row(host, at, said)


def _mornings(host: DemoHost, now: float) -> dict[str, int]:
    """Return when each of the people came last, in epoch seconds: one or two today, the others some days ago."""
    random = Random(f"{host.name}/mornings")
    today = random.sample(PERSONS, random.randint(1, 2))
    found = {}
    for name in PERSONS:
        at = past(f"06:{random.randrange(10, 59)}", now)
        found[name] = at if name in today else at - random.randint(1, 9) * DAY_S
    name, where, since = GONE
    return found | ({name: since} if host.name == where else {})


def _logins(host: DemoHost, now: float) -> list[str]:
    rows = [_by_key(host.name, past("05:55", now), "demo", ENGINE, DESK)]
    rows += [
        _by_key(host.name, at, name, OFFICE, name) for name, at in _mornings(host, now).items() if at > now - DAY_S
    ]
    if host.role.name == "db":
        rows.append(_by_key(host.name, past("03:30", now), "root", BACKUP_SERVER, BACKUPS))
    return rows


def _last(host: DemoHost, now: float) -> list[str]:
    """Return the rows of lslogins."""
    found = {**_mornings(host, now), "demo": past("05:55", now)}
    return [
        f"{name} {time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(at))} {ENGINE if name == 'demo' else OFFICE}"
        " pts/0\n"
        for name, at in found.items()
    ]


def _guesses(host: DemoHost, now: float) -> list[str]:
    begin, rows = past(GUESSING, now), []
    for number in range(GUESSED.get(host.name, 0)):
        name, port, at = TRIED[number % len(TRIED)], 40_000 + number, begin + 8 * number
        if host.name == GOT_IN:
            stranger = "" if name == "root" else "invalid user "
            said = f"Failed password for {stranger}{name} from {GUESSER} port {port} ssh2"
        else:
            stranger = "authenticating" if name == "root" else "invalid"
            said = f"Connection closed by {stranger} user {name} {GUESSER} port {port} [preauth]"
        rows.append(_row(host.name, at, said))
    if host.name == GOT_IN:
        said = f"Accepted password for root from {GUESSER} port 40999 ssh2"
        rows.append(_row(host.name, past(IN_AT, now), said))
    return rows


def _strangers(host: DemoHost, now: float) -> list[str]:
    if host.role.name not in STRANGERS_AT:
        return []
    random, rows = Random(f"{host.name}/strangers"), []
    for _ in range(random.randint(1, 2)):
        source, begin = f"198.51.100.{random.randrange(40, 250)}", past(f"01:{random.randrange(10, 59)}", now)
        rows += [
            _row(
                host.name,
                begin + turn,
                f"Connection closed by invalid user admin {source} port {50_000 + turn} [preauth]",
            )
            for turn in range(random.randint(1, 4))
        ]
    return rows
