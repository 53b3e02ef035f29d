"""Questions that many judges ask of facts: whether a unit runs, a package is there, and how old something is."""

from collections.abc import Iterable, Mapping

from tui_ops.model.facts import Fields
from tui_ops.practices.security.checks.base import NotReadable, Read, Scene
from tui_ops.practices.security.checks.plain import flag, number, word

ON = ("enabled", "enabled-runtime", "linked", "linked-runtime", "alias")
"""States of a unit that starts with the host, by ``systemctl list-unit-files``."""

TRIGGERED = ("static", "indirect")
"""States of a unit that others start."""

LATEST = 2**40
"""Epoch seconds that are believed."""


def is_openrc(scene: Scene) -> bool:
    """Return whether services are kept by OpenRC: it tells runlevels, and nothing tells what runs."""
    return any("levels" in fields for fields in scene.read("unitfiles").items.values())


def is_enabled(scene: Scene, name: str) -> bool:
    """Return whether a service starts with the host.

    Args:
        scene: of the host, with ``unitfiles``.
        name: of the service, without ``.service``; or a unit of another kind, with its ending.
    """
    read = scene.read("unitfiles")
    unit = name if "." in name else f"{name}.service"
    for one in (unit, name):
        fields = read.items.get(one)
        if fields is not None and word(fields, "state") in ON:
            return True
    if not any(one in read.items for one in (unit, name)):
        read.looked(unit)
    return False


def is_there(scene: Scene, name: str) -> bool:
    """Return whether there is such a unit at all."""
    read = scene.read("unitfiles")
    return f"{name}.service" in read.items or name in read.items


def is_active(scene: Scene, name: str) -> bool:
    """Return whether a service runs; with OpenRC, whether it is set to."""
    if is_openrc(scene):
        return is_enabled(scene, name)
    read = scene.read("units")
    unitfiles = scene.read("unitfiles")
    if read.unread and not read.items and not unitfiles.items and not unitfiles.unread:
        raise NotReadable("services can't be asked: neither systemd nor OpenRC runs there")
    unit = name if "." in name else f"{name}.service"
    read.looked(unit)
    return word(read.items.get(unit), "active") == "active"


def running(scene: Scene, names: Iterable[str]) -> list[str]:
    """Return those of these services that run."""
    return [name for name in names if is_active(scene, name)]


def installed(scene: Scene, names: Iterable[str]) -> list[str]:
    """Return those of these packages that are installed, whatever their architecture.

    Raises:
        NotReadable: not all packages are known.
    """
    read = scene.read("packages")
    wanted = set(names)
    found = {bare_name(name) for name in read.items} & wanted
    if found != wanted:
        read.whole()
    return sorted(found)


def bare_name(name: str) -> str:
    """Return a package's name without its architecture, which dpkg parts by a colon and we, for rpm, by a full stop."""
    bare, colon, _ = name.partition(":")
    if colon:
        return bare
    start, stop, arch = name.rpartition(".")
    return start if stop and arch in ARCHITECTURES else name


ARCHITECTURES = frozenset({"x86_64", "i686", "i386", "i586", "noarch", "aarch64", "ppc64le", "s390x", "armv7hl",
                           "riscv64", "src"})  # fmt: skip
"""Of rpm packages."""


def host_age_s(scene: Scene, read: Read, at: int | None) -> float:
    """Return how long ago something was on the host, by the host's own clock.

    Args:
        scene: of the host.
        read: the topic, whose item ``clock`` says what the host's clock was at then.
        at: epoch seconds of the host's clock.

    Raises:
        NotReadable: one of the two is not known.
    """
    then = number(read.items.get("clock"), "now")
    if at is None or then is None or not 0 <= at < LATEST or not 0 <= then < LATEST:
        raise NotReadable(f"{read.topic} does not tell when")
    return max(0.0, then - at) + max(0.0, scene.now - read.at)


def span(seconds: float) -> str:
    """Return a time for people: ``3 days``, ``5 h``."""
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:.0f} days"
    return f"{seconds / 3_600:.0f} h" if seconds >= 7_200 else f"{seconds / 60:.0f} min"


def is_virtual(scene: Scene) -> str:
    """Return what kind of virtual machine the host is; empty for a machine of its own."""
    machine = scene.read("hardware").items.get("machine")
    kind = word(machine, "virtual")
    return "" if kind in ("none", "no", "") else kind


def is_on(items: Mapping[str, Fields], name: str, field: str) -> bool:
    """Return whether an item is there with a field that is true."""
    return flag(items.get(name), field)


def setting(scene: Scene, key: str) -> str | None:
    """Return what the kernel is set to; None where it has no such setting."""
    value = scene.read("sysctl").field(key, "value")
    return str(value).strip() if isinstance(value, str | int) else None


def no_reading(what: str, *topics: str) -> NotReadable:
    """Return the end for something that takes root."""
    return NotReadable(f"takes privilege: {what}", topics)
