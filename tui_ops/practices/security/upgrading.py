"""Plans that mend vulnerabilities: better versions of packages, or a boot of a kernel that is there already. Pure.

Hosts of one release get one plan: there a source package has one version that mends it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_ops.model.facts import Field, Fields
from tui_ops.practices.vulnerabilities.packages import installed
from tui_ops.practices.vulnerabilities.versions import KEYS, VERSION_LIMIT, Order

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+._-]{0,99}", re.ASCII | re.IGNORECASE)
"""Names of packages that go into a plan: what a host says is never more than a name there."""

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+~:^_-]{0,119}", re.ASCII)
"""The same of versions, as the language of plans has them."""

PACKAGES_MAX = 60
"""Packages that one plan names: two steps each, of the 200 that a plan may have."""

TAKEN_BACK_HOSTS = 50
"""Hosts whose old versions are looked up, so that they can be put back; of more it would hold up whoever asked."""

TAKEN_BACK_WAYS = 5
"""Sets of old versions that a plan puts back: hosts of one kind have few."""

WHEN_HOSTS, WHEN_LIMIT = 30, 900
"""Hosts and characters of a condition: a plan's may have 40 parts and 1,000 characters."""

REBOOT = """\
steps:
  - reboot: 15m
    become: yes
"""

_FETCH = {
    "debian": "apt-get -q update", "ubuntu": "apt-get -q update", "alpine": "apk update",
    "rocky": "dnf -q makecache", "almalinux": "dnf -q makecache", "redhat": "dnf -q makecache",
    "opensuse": "zypper -n refresh", "suse": "zypper -n refresh",
}  # fmt: skip
"""By the system of a release, how its lists of packages are fetched: a step on packages reads them as they are."""

_ORDERS = {"alpine": Order.APK, **dict.fromkeys(("rocky", "almalinux", "redhat", "opensuse", "suse"), Order.RPM)}

_PUT_BACK = {
    Order.DPKG: (
        "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-remove --allow-downgrades"
        " -o Dpkg::Options::=--force-confold install -- ", "=",
    ),
    Order.RPM: ("dnf -y downgrade -- ", "-"),
}  # fmt: skip
"""How old versions of packages that need each other are put back at once, and what stands before a version. What apt
could only do by removing others, it leaves; Alpine keeps no old versions."""

_IMAGE = re.compile(
    r"linux-image-(?:unsigned-)?\d[^-]*-(?:[0-9.]+(?:~?bpo\.?\d+|rc\d+)?-)?(?P<flavour>[a-z]\S*)", re.ASCII
)
"""A kernel of Debian and Ubuntu, ``linux-image-6.1.0-18-amd64``. The next one is another package, which
``linux-image-amd64`` brings."""

_KERNELS = re.compile(r"(?:linux-image-\d|linux-(?:lts|virt|stable|edge|rpi)|kernel(?:-|$))", re.ASCII)
"""Packages whose better version runs after a boot alone."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One vulnerability of one package on one host, as its finding says it."""

    host: str
    package: str
    """Of source."""
    fixed: str
    binaries: tuple[str, ...]
    """What is installed of it."""


@dataclass(slots=True)
class Release:
    """What is to be mended on hosts of one release."""

    place: str
    """``debian/bookworm``; empty where that is not known."""
    holes: list[Hole] = field(default_factory=list)
    items: dict[str, Mapping[str, Fields]] = field(default_factory=dict)
    """The packages of its hosts by their names, as facts have them; without them nothing is put back."""

    def has_room(self, hole: Hole) -> bool:
        """Return whether one plan can name the packages of this one as well."""
        named = {name for one in self.holes for name in one.binaries}
        return not named or len(named | set(hole.binaries)) <= PACKAGES_MAX

    @property
    def order(self) -> Order:
        """Of its versions."""
        return _ORDERS.get(self.place.partition("/")[0], Order.DPKG)


def hole_of(host: str, data: Mapping[str, Field]) -> Hole | None:
    """Return what is to be mended by a better version; None where no package and version are told that may be named.

    Args:
        host: its name.
        data: of the finding.
    """
    fixed, source = str(data.get("fixed") or ""), str(data.get("package") or "")
    told = data.get("binaries")
    names = [str(name) for name in told] if isinstance(told, list) and told else [source]
    binaries = tuple(sorted({name for name in names if PACKAGE.fullmatch(name)}))
    if not binaries or not VERSION.fullmatch(fixed):
        return None
    return Hole(host, source, fixed, binaries)


def plan_of(release: Release) -> str:
    """Return the plan that upgrades what is to be mended on the hosts of a release, proves it, and takes it back."""
    least: dict[str, str] = {}
    for hole in release.holes:
        for name in hole.binaries:
            least[name] = _later(least.get(name, ""), hole.fixed, release.order)
    names = sorted(least)[:PACKAGES_MAX]
    # Not every host has every package, even of one source.
    only = len({hole.host for hole in release.holes}) > 1
    steps = [*_fetch(release.place), *(line for name in names for line in _upgrade(name, only))]
    if any(_KERNELS.match(name) for name in names):
        steps += ["  - reboot: 15m", "    become: yes"]
    post = [line for name in names if not _KERNELS.match(name) for line in _prove(name, least[name], only)]
    back = _put_back(release, names)
    parts = {"steps": steps, "post": post, "rollback": back}
    return "".join(f"{part}:\n" + "".join(f"{line}\n" for line in lines) for part, lines in parts.items() if lines)


def _later(one: str, other: str, order: Order) -> str:
    key = KEYS[order]
    return other if not one or key(other[:VERSION_LIMIT]) > key(one[:VERSION_LIMIT]) else one


def _text(value: str) -> str:
    """Return a text as YAML reads it and takes for nothing else."""
    return json.dumps(value)


def _fetch(place: str) -> Iterable[str]:
    words = _FETCH.get(place.partition("/")[0])
    if words:
        yield from (
            "  - name: fetch the lists of packages", f"    command: {words}", "    become: yes", "    timeout: 5m",
            "    retries: 1",
        )  # fmt: skip


def _upgrade(name: str, only: bool) -> Iterable[str]:
    image = _IMAGE.fullmatch(name)
    yield from _step(f"package: {{name: {_text(name)}, do: upgrade}}", name, only, root=True)
    if image is not None:
        brings = f"linux-image-{image['flavour']}"
        yield from _step(f"package: {{name: {_text(brings)}, do: upgrade}}", brings, True, root=True)


def _prove(name: str, fixed: str, only: bool) -> Iterable[str]:
    yield from _step(f"check: {{package: {_text(name)}, at_least: {_text(fixed)}}}", name, only)


def _step(what: str, name: str, only: bool, root: bool = False) -> Iterable[str]:
    yield f"  - {what}"
    if root:
        yield "    become: yes"
    if only:
        yield f"    when: installed({_text(name)})"


def _put_back(release: Release, names: Sequence[str]) -> list[str]:
    """Return the steps that put back what was there, each on the hosts that had it so."""
    how = _PUT_BACK.get(release.order)
    hosts = sorted({hole.host for hole in release.holes})
    if how is None or not set(hosts) <= set(release.items):
        return []
    ways: dict[str, list[str]] = {}
    for host in hosts:
        was = {one.name: one.version for one in installed(release.items[host])}
        pairs = [(name, was[name]) for name in names if name in was and not _KERNELS.match(name)]
        told = " ".join(f"'{name}{how[1]}{version.partition(':')[2] or version if how[1] == '-' else version}'"
                        for name, version in pairs if VERSION.fullmatch(version))  # fmt: skip
        if told:
            ways.setdefault(told, []).append(host)
    if len(ways) > TAKEN_BACK_WAYS:
        return []
    lines: list[str] = []
    for told, own in ways.items():
        when = " or ".join(f"host == {_text(host)}" for host in own) if len(own) < len(hosts) else ""
        if when and (len(own) > WHEN_HOSTS or len(when) > WHEN_LIMIT):
            return []
        lines += ["  - name: put the old versions back", "    script: |", f"      {how[0]}{told}", "    become: yes",
                  "    timeout: 15m", *([f"    when: {when}"] if when else [])]  # fmt: skip
    return lines
