"""Debian packages that a test builds, and the repository of files in which apt finds them."""

import hashlib
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Deb:
    """One version of a package."""

    name: str
    version: str
    files: Mapping[str, str] = field(default_factory=dict)
    """Their texts by absolute path; what lies below ``/etc`` is a configuration file."""
    is_security: bool = False
    """Whether it comes from an origin of security updates."""


def build(folder: Path, deb: Deb) -> Path:
    """Build a package with dpkg-deb and return its file."""
    tree = folder / f"tree-{deb.name}-{deb.version}"
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    for name, text in deb.files.items():
        path = tree / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (control / "control").write_text(
        f"Package: {deb.name}\nVersion: {deb.version}\nArchitecture: all\nMaintainer: t <t@t>\nDescription: a try\n"
    )
    kept = [name for name in deb.files if name.startswith("/etc/")]
    (control / "conffiles").write_text("".join(f"{name}\n" for name in kept))
    path = folder / f"{deb.name}_{deb.version}_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", str(tree), str(path)], check=True, capture_output=True)
    return path


def repository(folder: Path, debs: Iterable[Deb]) -> str:
    """Build packages into a repository below a folder.

    Returns:
        Lines of ``sources.list`` that name it, one for security updates and one for all others.
    """
    found: dict[bool, list[Deb]] = {False: [], True: []}
    for deb in debs:
        found[deb.is_security].append(deb)
    return "".join(_part(folder, part, found[part == "security"]) for part in ("main", "security"))


def _part(folder: Path, part: str, debs: Iterable[Deb]) -> str:
    place = folder / part
    place.mkdir(parents=True)
    entries = []
    for deb in debs:
        path = build(place, deb)
        entries.append(
            f"Package: {deb.name}\nVersion: {deb.version}\nArchitecture: all\nMaintainer: t <t@t>\n"
            f"Filename: ./{path.name}\nSize: {path.stat().st_size}\n"
            f"SHA256: {hashlib.sha256(path.read_bytes()).hexdigest()}\nDescription: a try\n"
        )
    packages = "\n".join(entries)
    (place / "Packages").write_text(packages)
    label = "Debian-Security" if part == "security" else "Debian"
    digest = hashlib.sha256(packages.encode()).hexdigest()
    (place / "Release").write_text(
        f"Origin: Debian\nLabel: {label}\nSuite: stable{'-security' if part == 'security' else ''}\n"
        f"Codename: try{'-security' if part == 'security' else ''}\nDate: Sat, 01 Jan 2022 00:00:00 UTC\n"
        f"SHA256:\n {digest} {len(packages.encode())} Packages\n"
    )
    return f"deb [trusted=yes] file:{place} ./\n"


def apt_from(sources: str, installed: Path | None = None) -> str:
    """Return sh that makes a host take its packages from a repository alone.

    Args:
        sources: as :func:`repository` returned them.
        installed: a package that is there already.
    """
    lines = [
        "rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/* /var/cache/apt/*.bin",
        f"printf '%s' '{sources}' >/etc/apt/sources.list",
        "apt-get -q -o APT::Sandbox::User=root update >/dev/null",
    ]
    if installed is not None:
        lines.append(f"dpkg --force-unsafe-io -i '{installed}' >/dev/null")
    return "\n".join(lines)
