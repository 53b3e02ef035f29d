"""The files by which an engine finds the demo's fleet: inventory, keys, known hosts, SSH configuration."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_ops.demo.changes import CHANGES
from tui_ops.demo.errors import DemoError
from tui_ops.demo.faults import Fault, FaultKind
from tui_ops.demo.feeds import write_feeds
from tui_ops.demo.hosts import SERVICES, SITES, DemoHost, DemoService
from tui_ops.demo.keyring import key_owners
from tui_ops.demo.keys import CLIENT_KEY, KeyFile, key_file
from tui_ops.demo.phones import ADDRESS as PHONES
from tui_ops.demo.phones import NUMBERS, PEOPLE
from tui_ops.demo.story import Story
from tui_ops.engine.people import account_name

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
"""An account's name that the inventory takes for an operator's as well."""

USER = "demo"
"""The account that the hosts know."""

PERIOD = "5s"
"""Hosts are read more often than in earnest, so that a spectator sees things move."""

SLOW_PERIOD = "20s"
"""The same for filesystems: one of them fills in twenty minutes."""

CHANGING_SLOW_PERIOD = "5s"
"""The same for the few hosts that become different during the story: what they are made of is read every five minutes,
not every twenty. Of all hosts it would keep a small machine busy."""

ALERTING = "{group_wait: 5s, group_interval: 2m, quiet: 90s, reopen: 1m, ack_for: 10m}"
"""What is over is resolved within two minutes, so that a trouble that comes back is another incident of the same shape
before the story is half told."""

LEAK = """\
  memory-used:
    runbook: |
      1. See which process it is: `ps -eo pid,rss,args --sort=-rss | head -5`
      2. Ask what changed there in the last hour (`w`)
      3. Restart it: `systemctl restart shop-app`
      4. If it came with a deploy, go back to the version before"""
"""The one rule of the demo with a runbook of its own."""

CHANGING = """\
  policies:
    two: {risk: 90, need: 2}
    one: {need: 1}"""
"""One approval does, and two where much could go wrong."""

WINDOWS = """\
  windows:
    weekends: {times: "sat 01:00-05:00", hosts: ["group:backup"]}"""
"""The backup servers are changed while they rest."""

ONCALL = """\
  contacts:
{contacts}
  rotations:
    days: {{people: [{people}], every: day, at: "08:00"}}
  schedules:
    line: {{title: The first line, layers: [days]}}
  policies:
    standard:
      steps:
        - line
        - {{call: [{people}], after: 5m}}
  use:
    - {{policy: standard, priority: 1-3}}
    - nobody"""
"""Who is called: one of two people, and both where nobody acknowledges; about the lesser priorities nobody is."""

MESSAGES = "100 in 1h"
"""Never reached: of all that goes wrong in half an hour somebody is to hear."""

SECURING = """\
  due: {critical: 1m, high: 1h}
  alert: no
  admins: {sudo: [anna, bert, chloe], wheel: [anna, bert, chloe], docker: [gitlab-runner]}"""
"""What is critical is overdue after a minute, so that one sees what that looks like; findings are no incidents here."""

BACKUPS = {
    "queues": ("mq-1.lon", "The definitions of the queues"),
    "sessions": ("cache-1.lon", "A copy of the sessions"),
}
"""Jobs that back up a host once a day: the one reports that it has, of the other nobody has heard yet."""

IN_THE_NET = ("web", "gw")
"""Roles of hosts that are reached from outside: what is weak there comes first."""

CHECK_PERIOD = "30s"
"""The same for checks: what is down is found so within half a minute and three attempts."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the files of a demo stand, all in one folder."""

    folder: Path

    @property
    def inventory(self) -> Path:
        """The inventory."""
        return self.folder / "inventory.yaml"

    @property
    def ssh_config(self) -> Path:
        """The SSH configuration that replaces the user's own."""
        return self.folder / "ssh_config"

    @property
    def known_hosts(self) -> Path:
        """The host keys that somebody has trusted."""
        return self.folder / "known_hosts"

    @property
    def client_key(self) -> Path:
        """The key that the hosts accept."""
        return self.folder / CLIENT_KEY

    @property
    def feeds(self) -> Path:
        """The feeds of vulnerabilities."""
        return self.folder / "feeds"

    @property
    def messages(self) -> Path:
        """What the people on call were sent."""
        return self.folder / "messages.txt"

    def host_key(self, name: str) -> Path:
        """The key of a host."""
        return self.folder / f"host-{name}"


def write_files(folder: Path, story: Story, port: int) -> DemoFiles:
    """Write all files of a demo.

    Args:
        folder: made where it does not exist, 0700; keys that are in it are used again.
        story: whose fleet it is.
        port: where the hosts listen.

    Raises:
        DemoError: the folder can't be written.
    """
    files = DemoFiles(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        key_file(files.client_key)
        keys = {host.name: key_file(files.host_key(host.name)) for host in story.hosts}
        files.known_hosts.write_text(known_hosts_text(story, keys, port))
        files.ssh_config.write_text(ssh_config_text(files))
        write_feeds(files.feeds)
        files.inventory.write_text(inventory_text(story, port, files.feeds))
    except OSError as error:
        raise DemoError(f"can't write the demo's files to {folder}: {error.strerror}") from error
    return files


def known_hosts_text(story: Story, keys: dict[str, KeyFile], port: int) -> str:
    """Return known_hosts: every host but those whose key nobody has trusted."""
    return "".join(
        f"[{host.address}]:{port} {keys[host.name].public}\n" for host in story.hosts if story.key_known(host.name)
    )


def ssh_config_text(files: DemoFiles) -> str:
    """Return the SSH configuration: only the demo's own key and known hosts, no agent."""
    return (
        "Host 127.77.*\n"
        f"    User {USER}\n"
        f'    IdentityFile "{files.client_key}"\n'
        "    IdentitiesOnly yes\n"
        "    IdentityAgent none\n"
        f'    UserKnownHostsFile "{files.known_hosts}"\n'
        "    GlobalKnownHostsFile /dev/null\n"
    )


def inventory_text(story: Story, port: int, feeds: Path | None = None) -> str:
    """Return the inventory of a story's fleet; ``feeds`` is the folder in which feeds of vulnerabilities lie."""
    return "\n".join(
        (
            "# The demo's fleet, written anew at each start. Everything in it is simulated, and listens on loopback.",
            "name: demo",
            f"defaults: {{user: {USER}, port: {port}, period: {PERIOD}, slow_period: {SLOW_PERIOD}}}",
            "sites:",
            *_sites(story.hosts),
            "groups:",
            *_groups(story.hosts),
            "hosts:",
            *(_host(host, [one for one in story.faults(host.name) if one.kind in CHANGES]) for host in story.hosts),
            *_services(story.hosts),
            f"alerting: {ALERTING}",
            "rules:",
            LEAK,
            "operators:",
            *(f'  {person}: {{role: approver, user: "{NUMBERS[person]}"}}' for person in PEOPLE),
            *_spectator(),
            "changes:",
            CHANGING,
            *([WINDOWS] if any(host.role.name == "backup" for host in story.hosts) else []),
            "security:",
            SECURING,
            "  key_owners:",
            *(f"    {json.dumps(key)}: {owner}" for key, owner in key_owners().items()),
            *([f"  feeds: {json.dumps(str(feeds))}"] if feeds is not None else []),
            "oncall:",
            _oncall(port),
            *_heartbeats(story.hosts),
            "checks:",
            f'  ssh: {{tcp: "{{address}}:{port}", hosts: ["*"], period: {CHECK_PERIOD}, retry: {PERIOD}}}',
            "",
        )
    )


def _spectator() -> list[str]:
    """Return the operator who looks on: an admin in any case, and named so that those who may approve name him too."""
    name = account_name(os.geteuid())
    if name in PEOPLE or not _NAME.fullmatch(name):
        name = "you"
    return [f'  {name}: {{role: admin, user: "{os.geteuid()}"}}']


def _heartbeats(hosts: Iterable[DemoHost]) -> list[str]:
    names = {host.name for host in hosts}
    lines = [
        f"  {job}: {{every: 1d, host: {host}, title: {title}, severity: warning, backup: 1d}}"
        for job, (host, title) in BACKUPS.items()
        if host in names
    ]
    return ["heartbeats:", *lines] if lines else []


def _oncall(port: int) -> str:
    contacts = "\n".join(
        f'    {one}: {{ways: {{phone: {{url: "json://{PHONES}:{port}/{one}", limit: {MESSAGES}}}}}}}' for one in PEOPLE
    )
    return ONCALL.format(contacts=contacts, people=", ".join(PEOPLE))


def _sites(hosts: Iterable[DemoHost]) -> list[str]:
    used = {host.site.name for host in hosts}
    sites = [site for site in SITES if site.name in used]
    return [f"  {site.name}: {{title: {site.title}, racks: [{', '.join(site.racks)}]}}" for site in sites]


def _groups(hosts: Iterable[DemoHost]) -> list[str]:
    roles = {host.role.name: host.role for host in hosts}
    outside = dict.fromkeys(IN_THE_NET, ", zone: internet")
    return [f"  {name}: {{labels: {{role: {role.title}{outside.get(name, '')}}}}}" for name, role in roles.items()]


def _host(host: DemoHost, becomes: Sequence[Fault]) -> str:
    """Return a host's line; of what becomes different on it, files are read and compared by name."""
    via = f", via: {host.via}" if host.via else ""
    slow = f", slow_period: {CHANGING_SLOW_PERIOD}" if becomes else ""
    edited = [one.subject.partition("=")[0] for one in becomes if one.kind is FaultKind.FILE_EDITED]
    slow += f", files: [{', '.join(edited)}]" if edited else ""
    return (
        f"  {host.name}: {{address: {host.address}, site: {host.site.name}, rack: {host.rack},"
        f" groups: [{host.role.name}]{via}{slow}}}"
    )


def _services(hosts: Iterable[DemoHost]) -> list[str]:
    carried: dict[str, tuple[DemoService, list[str]]] = {}
    for service in SERVICES:
        names = [host.name for host in hosts if host.role.name == service.role and host.site.name in service.sites]
        if names:
            carried[service.name] = service, names
    lines = ["services:"] if carried else []
    for service, names in carried.values():
        needs = [name for name in service.depends_on if name in carried]
        depends = f", depends_on: [{', '.join(needs)}]" if needs else ""
        aim = f", slo: {service.slo}" if service.slo else ""
        lines.append(f"  {service.name}: {{title: {service.title}, hosts: [{', '.join(names)}]{depends}{aim}}}")
    return lines
