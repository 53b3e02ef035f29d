"""RPM packages that a test builds, the repository in which dnf and zypper find them, and hosts that have only these."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SPEC = """
Name: {name}
Version: {version}
Release: {release}
Summary: a try
License: MIT
BuildArch: noarch
AutoReqProv: no
%description
A try.
%install
mkdir -p %{{buildroot}}/opt
echo '{version}-{release}' >%{{buildroot}}/opt/{name}
%files
/opt/{name}
"""

VERSIONLOCK = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tui-ops/debs/dnf-plugins-core.deb"
"""Where ``make packages`` puts a plugin of dnf: its package can't be installed beside zypper."""

ADVISORY = """  <update from="security@example.net" status="stable" type="security" version="1">
    <id>TRY-2026:{number:04}</id><title>{name}</title><issued date="2026-01-02 00:00:00"/>
    <severity>Important</severity><description>a hole</description>
    <pkglist><collection short="try"><name>try</name>
      <package name="{name}" version="{version}" release="{release}" epoch="0" arch="noarch">
        <filename>{name}-{version}-{release}.noarch.rpm</filename></package>
    </collection></pkglist>
  </update>
"""


@dataclass(frozen=True)
class Rpm:
    """One version of a package."""

    name: str
    version: str
    release: str = "1"
    is_security: bool = False
    """Whether an advisory says that it closes a hole."""


def repository(folder: Path, rpms: Iterable[Rpm]) -> Path:
    """Build packages into a repository, with its advisories, and return its folder."""
    place = folder / "rpms"
    place.mkdir(parents=True)
    found = list(rpms)
    for rpm in found:
        spec = folder / f"{rpm.name}-{rpm.version}.spec"
        spec.write_text(SPEC.format(name=rpm.name, version=rpm.version, release=rpm.release))
        _run(
            "rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/build", "--define", f"_rpmdir {place}",
            "--define", f"_dbpath {folder}/db", str(spec),
        )  # fmt: skip
    _run("createrepo_c", "--quiet", str(place))
    holes = [
        ADVISORY.format(number=number, name=rpm.name, version=rpm.version, release=rpm.release)
        for number, rpm in enumerate(found, 1)
        if rpm.is_security
    ]
    advisories = folder / "updateinfo.xml"
    advisories.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n{"".join(holes)}</updates>\n')
    _run("modifyrepo_c", "--mdtype=updateinfo", str(advisories), str(place / "repodata"))
    return place


def rpm_from(place: Path, manager: str, plugin: Path | None = None) -> str:
    """Return sh that makes a host one of RPM packages, none of which is installed yet.

    The programs of Debian are still there, with no packages in their books.

    Args:
        place: the only repository that it knows.
        manager: whose repository it is, ``dnf`` or ``zypper``.
        plugin: a Debian package with a plugin of dnf that it has as well.
    """
    repositories = "/etc/yum.repos.d" if manager == "dnf" else "/etc/zypp/repos.d"
    lines = [
        ": >/var/lib/dpkg/status",
        "rm -rf /etc/yum.repos.d /etc/zypp/repos.d /etc/dnf/plugins /var/lib/rpm/*",
        f"mkdir -p {repositories} /var/lib/rpm /opt/dnf-plugins /etc/rpm /etc/dnf/vars",
        "echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros",
        "rpm --initdb",
        "echo 9 >/etc/dnf/vars/releasever",
        "printf '[main]\\npluginpath=/opt/dnf-plugins\\n' >/etc/dnf/dnf.conf",
        f"printf '[own]\\nname=own\\nbaseurl=file://{place}\\nenabled=1\\ngpgcheck=0\\nautorefresh=0\\ntype=rpm-md\\n'"
        f" >{repositories}/own.repo",
    ]
    if plugin is not None:
        lines += [
            f"dpkg -x '{plugin}' /opt/unpacked",
            "cp -a /opt/unpacked/etc/dnf/. /etc/dnf/",
            "cp -a /opt/unpacked/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py /opt/dnf-plugins/",
            "its=$(/usr/bin/python3 -c 'import sys; print(\"python%d.%d\" % sys.version_info[:2])')",
            "mkdir -p /usr/local/lib/$its/dist-packages",
            "cp -a /opt/unpacked/usr/lib/python3/dist-packages/dnfpluginscore /usr/local/lib/$its/dist-packages/",
        ]
    return "\n".join(lines)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout} {done.stderr}"


LONG = "own-" + "-".join(["long"] * 12)
"""A name that is longer than the column in which managers write it."""


def versionlock(folder: Path) -> Path:
    """Return the Debian package with the plugin of dnf that holds packages, where hosts see it."""
    return Path(shutil.copy(VERSIONLOCK, folder))
