"""A host that systemd has started: in namespaces of its own, on files of its own, with the network of this machine."""

import os
import subprocess
from functools import partial
from itertools import count
from pathlib import Path

import psutil

from support.ownroot import ENTER, MOUNT, OVERLAY, PRIVATE
from support.sshd import SSHD, Sshd, SshdFarm
from support.waiting import until_sync

SYSTEMD = "/lib/systemd/systemd"

BOOT_S = 30.0
"""Seconds until its sshd listens; one on an idle machine."""

_GROUP = """
set -e
own=$1 group=$2
mkdir "$own/groups"
mount -t cgroup2 tui-own "$own/groups"
mkdir "$own/groups/$group"
echo $$ >"$own/groups/$group/cgroup.procs"
exec unshare $network --cgroup --pid --uts --ipc --fork --kill-child=KILL sh -c "$boot" sh "$own/host" "$3" "$overlay"
"""
"""Takes it into a control group of its own, which is the top of its own tree from then on: OWN GROUP SHARED."""

_KERNEL = """
if [ -n "$network" ]; then mount -t sysfs tui-own "$root/sys"; else mount --rbind /sys "$root/sys"; fi
mount -o remount,bind,ro "$root/sys"
mount -t tmpfs -o mode=755 tui-own "$root/sys/fs/cgroup"
mount -t cgroup2 tui-own "$root/sys/fs/cgroup"
mount -t proc tui-own "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
if [ -n "$network" ]; then
    mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
    mount -o remount,bind,rw "$root/proc/sys/net"
    ip link set lo up
fi
mount -t tmpfs -o mode=755 tui-own "$root/dev"
for name in null zero full random urandom tty; do
    : >"$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 tui-own "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
cat /proc/sys/kernel/random/uuid >"$own/boot_id"
mount --bind "$own/boot_id" "$root/proc/sys/kernel/random/boot_id"
hostname own
"""
"""What belongs to the kernel can be read there and not written: its settings are this machine's too, but for those of a
network of its own."""

_PREPARED = """
rm -rf /etc/systemd/system /etc/systemd/user /lib/systemd/system/*.wants
mkdir -p /etc/systemd/system /var/lib/systemd/linger
: >/etc/machine-id
cat >/etc/systemd/system/own.target <<'unit'
[Unit]
Wants=dbus.socket own-sshd.service
unit
cat >/etc/systemd/system/own-sshd.service <<'unit'
[Service]
ExecStart=@sshd@
unit
# It takes no mount away before it goes down: they go with it.
cat >/etc/systemd/system/systemd-reboot.service <<'unit'
[Unit]
DefaultDependencies=no
Requires=shutdown.target final.target
After=shutdown.target final.target
SuccessAction=reboot-force
[Service]
Type=oneshot
ExecStart=/bin/true
unit
"""
"""It starts its sshd, and nothing of what this machine has installed. Where that sshd ends, so does all that is left in
its control group: nothing but a unit of its own saves a step from that."""

_numbers = count(1)


class BootedSshd(Sshd):
    """A server of a host of its own: what :attr:`process` is, is the whole host; it ends with it."""

    prepared = ":"
    """Further sh that makes its files ready before it starts."""
    overlay = OVERLAY
    """As :class:`support.ownroot.Roots` has it."""

    network = ""
    """``--net`` for a network of its own, in which nobody reaches it: it is entered then."""

    @property
    def own(self) -> Path:
        """The folder of its root."""
        return self.folder / "own"

    def start(self) -> "BootedSshd":
        """Start the host, and wait until its sshd listens."""
        (self.folder / "sshd_config").write_text("\n".join(self._lines()) + "\n")
        self.own.mkdir(exist_ok=True)
        self.group = f"tui-ops-test-{os.getpid()}-{next(_numbers)}"
        sshd = f"{SSHD} -D -f {self.folder}/sshd_config -E {self.folder}/log"
        init = "exec env -i container=tui-ops PATH=/usr/sbin:/usr/bin:/sbin:/bin"
        enter = ENTER.replace('exec chroot . "$@"', f"{init} chroot . {SYSTEMD} --unit=own.target --show-status=no")
        prepared = _PREPARED.replace("@sshd@", sshd) + self.prepared
        boot = MOUNT.replace("mount -t tmpfs", 'mkdir -p "$own"\nmount -t tmpfs', 1) + _KERNEL + enter
        listening = self.log.count("Server listening on")
        with (self.folder / "boot").open("ab") as out:
            self.process = subprocess.Popen(
                [*PRIVATE, "sh", "-c", "mount -t tmpfs tui-own $1\n" + _GROUP, "sh", str(self.own), self.group,
                 str(self.folder.parent)],
                env={**os.environ, "boot": boot, "prepared": prepared, "overlay": "yes" if self.overlay else "no",
                     "network": self.network},
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        until_sync(
            lambda: self._ended() or self.log.count("Server listening on") > listening, BOOT_S,
            lambda: f"the host starts: {(self.folder / 'boot').read_text()[-2000:]} {self.log[-500:]}",
        )  # fmt: skip
        assert not self._ended(), (self.folder / "boot").read_text()[-2000:]
        return self

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    @property
    def init(self) -> psutil.Process:
        """Its process 1."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children()[0]

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command there, past SSH, and return what it writes."""
        enter = ["nsenter", f"--target={self.init.pid}", "--all", "--root", "--wdns=/"]
        done = subprocess.run([*enter, *words], check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        return done.stdout

    def path(self, name: str) -> Path:
        """Return a file of its by the path that it has there."""
        return Path(f"/proc/{self.init.pid}/root") / name.lstrip("/")

    def reboots(self) -> bool:
        """Whether the host went down by itself; then it is started again."""
        if self.process is None or self.process.poll() is None:
            return False
        self._forget_group()
        self.start()
        return True

    def stop(self) -> None:
        """Cut its power."""
        if self.process is None:
            return
        if not self._ended():
            self.init.kill()
        self.process.kill()
        self.process.wait()
        self.process = None
        self._forget_group()

    def _forget_group(self) -> None:
        """Remove its control groups from this machine, which nothing is in any more."""
        for top in Path("/sys/fs/cgroup").glob("**/" + self.group):
            until_sync(partial(_removed, top), 10, "its control groups go")


def _removed(top: Path) -> bool:
    for place in sorted((one for one in (top, *top.rglob("*")) if one.is_dir()), reverse=True):
        try:
            place.rmdir()
        except OSError:
            return False
    return True


def booted(farm: SshdFarm, prepared: str = ":", *extra: str, overlay: bool = OVERLAY, network: str = "") -> BootedSshd:
    """Start a host on which systemd runs, known to the farm, which ends it.

    Args:
        farm: of servers.
        prepared: sh that makes its files ready before it starts.
        extra: further lines of its sshd_config.
        overlay: as :class:`support.ownroot.Roots` has it.
        network: ``--net`` for a network of its own.
    """
    plain = farm.sshd(*extra, start=False)
    server = BootedSshd(plain.folder, plain.address, plain.port, plain.host_keys, plain.authorized_keys, plain.extra)
    server.prepared, server.overlay, server.network = prepared, overlay, network
    farm.servers[farm.servers.index(plain)] = server
    return server.start()
