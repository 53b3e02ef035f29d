"""The checks of what the kernel is set to, of mandatory access control, and of the boot loader."""

from collections.abc import Callable, Mapping

from tui_ops.model.security import FindingSeverity, Seen
from tui_ops.practices.security.checks.asking import is_virtual, setting
from tui_ops.practices.security.checks.base import (
    Check,
    Controls,
    Judgement,
    NotForThis,
    NotReadable,
    Remedy,
    Scene,
    failed,
    passed,
)
from tui_ops.practices.security.checks.kernelplans import CONFINE, SET, confined, no_such, set_values
from tui_ops.practices.security.checks.plain import listed, names, number, roles_of, settled, word

CONTAINERS = frozenset({"docker", "podman", "lxc", "lxc-libvirt", "openvz", "systemd-nspawn", "container-other", "wsl",
                        "rkt", "kubernetes"})  # fmt: skip
"""What has no kernel of its own, as systemd-detect-virt says it."""

NETWORK: Mapping[str, tuple[str, ...]] = {
    "accept_redirects": ("0",),
    "secure_redirects": ("0",),
    "send_redirects": ("0",),
    "accept_source_route": ("0",),
    "rp_filter": ("1",),
    "log_martians": ("1",),
}
"""Settings of each link to what they have to be. A strict rp_filter is 1; 2 is the loose one."""

_ONLY_FOUR = ("secure_redirects", "send_redirects", "rp_filter", "log_martians")


def is_container(scene: Scene) -> bool:
    """Return whether the host has no kernel of its own."""
    return "hardware" in scene.reads and is_virtual(scene) in CONTAINERS


def _own_kernel(scene: Scene) -> None:
    if is_container(scene):
        raise NotForThis("a container: the kernel is its machine's")


def _held(scene: Scene, wanted: Mapping[str, tuple[str, ...]], must: bool = True) -> list[Seen]:
    """Return the settings that are not what they have to be.

    Args:
        scene: of the host.
        wanted: settings to their values.
        must: whether one that the kernel does not have is a fault.
    """
    seen = []
    for key, values in wanted.items():
        value = setting(scene, key)
        if value is None and not must:
            continue
        if value not in values:
            said = f"{key} is {value if value is not None else 'not there'}, and has to be {' or '.join(values)}"
            seen.append(Seen(key, said, data={"key": key, "value": values[0], "is": value}))
    return seen


def _settings(well: str, scene: Scene, wanted: Mapping[str, tuple[str, ...]], must: bool = True) -> Judgement:
    _own_kernel(scene)
    seen = _held(scene, wanted, must)
    return settled(well, "; ".join(one.text for one in seen[:5]), seen)


def _forward(scene: Scene) -> Judgement:
    roles = {one.lower() for one in scene.words("router_roles")}
    wanted = {"net.ipv4.ip_forward": ("0",)}
    six = {"net.ipv6.conf.all.forwarding": ("0",)}
    _own_kernel(scene)
    seen = _held(scene, wanted) + _held(scene, six, must=False)
    if seen and roles & roles_of(scene):
        raise NotForThis("the host's role is to pass packets on")
    return settled("no packets are passed on", "; ".join(one.text for one in seen), seen)


def _stack(scene: Scene) -> Judgement:
    _own_kernel(scene)
    four = {f"net.ipv4.conf.{link}.{key}": values for key, values in NETWORK.items() for link in ("all", "default")}
    # Of these the kernel takes the greater of "all" and the link's own, so that one of the two settles it.
    four |= {"net.ipv4.tcp_syncookies": ("1", "2"), "net.ipv4.icmp_echo_ignore_broadcasts": ("1",)}
    six = {
        f"net.ipv6.conf.{link}.{key}": values
        for key, values in NETWORK.items()
        if key not in _ONLY_FOUR
        for link in ("all", "default")
    }
    seen = _held(scene, four) + _held(scene, six, must=False)
    return settled(
        "redirects and source routes are refused, and forged sources noticed", names([one.text for one in seen]), seen
    )


def _memory(scene: Scene) -> Judgement:
    _own_kernel(scene)
    wanted = {"kernel.randomize_va_space": ("2",), "fs.suid_dumpable": ("0",)}
    seen = _held(scene, wanted)
    # A kernel without Yama lets every process look into each other of its account.
    seen += _held(scene, {"kernel.yama.ptrace_scope": ("1", "2", "3")})
    return settled("addresses are random, and no process looks into another", names([one.text for one in seen]), seen)


def _mac(scene: Scene) -> Judgement:
    _own_kernel(scene)
    items = scene.read("protections").items
    selinux, armor = items.get("selinux"), items.get("apparmor")
    if selinux is None and armor is None:
        raise NotReadable("protections does not tell of mandatory access control")
    mode = word(selinux, "mode")
    if mode == "enforcing":
        configured = word(selinux, "configured")
        if configured in ("permissive", "disabled"):
            return failed(
                f"SELinux enforces now, and is set to {configured} at the next boot", _at("selinux", configured)
            )
        return passed("SELinux enforces its policy")
    if mode == "permissive":
        return failed("SELinux only warns", Seen("selinux", "SELinux is permissive: it warns, and lets pass"))
    if armor is None or armor.get("enabled") is not True:
        return failed("neither SELinux nor AppArmor is in force", Seen("", "neither SELinux nor AppArmor is in force"))
    return _armor(scene)


def _mac_in_use(scene: Scene) -> tuple[str, ...]:
    """Return SELinux where it is in force, and AppArmor of all others: one of the two every host has to have."""
    mode = word(scene.read("protections").items.get("selinux"), "mode")
    return ("selinux",) if mode in ("enforcing", "permissive") else ("apparmor",)


def _at(what: str, mode: str) -> Seen:
    return Seen(what, f"SELinux is set to {mode} at the next boot", data={"configured": mode})


def _armor(scene: Scene) -> Judgement:
    read = scene.read("protections")
    enforced = number({"n": read.field("apparmor", "enforced")}, "n")
    if enforced is None:
        return failed("AppArmor is on in the kernel, and nothing is there that loads profiles")
    fields = read.items["apparmor"]
    loose = listed(fields, "unconfined")
    seen = [Seen(f"unconfined {name}", f"{name} runs without the profile that it has") for name in loose]
    seen += [
        Seen(f"complain {name}", f"the profile of {name} only complains", FindingSeverity.LOW)
        for name in listed(fields, "complaining")
    ]
    if not enforced and not seen:
        return failed("AppArmor is on, and has no profile in force")
    return settled(f"AppArmor has {enforced} profiles in force", names([one.text for one in seen]), seen)


def _boot(scene: Scene) -> Judgement:
    kind = is_virtual(scene) if "hardware" in scene.reads else ""
    if kind and not scene.parameters.get("boot_virtual"):
        raise NotForThis(f"a virtual machine ({kind}): who reaches its console is the machine's matter")
    read = scene.read("protections")
    found = {name: fields for name, fields in read.items.items() if name.startswith("boot ")}
    if not found:
        read.looked("boot /boot/grub/grub.cfg")
        raise NotForThis("no GRUB: its password is what this check is about")
    if any((number(fields, "passwords") or 0) > 0 for fields in found.values()):
        return passed("the boot loader asks for a password")
    return failed("everybody at the console may change how the host boots")


_SETTINGS = ("sysctl", "hardware")
_Judge = Callable[[Scene], Judgement]


def _check(
    name: str, title: str, judge: _Judge, severity: FindingSeverity, controls: Controls, advice: str,
    parameters: Mapping[str, list[str]] | None = None, but: str = "",
) -> Check:  # fmt: skip
    return Check(
        name, title, _SETTINGS, judge, severity, controls=controls, applies=f"hosts with a kernel of their own{but}",
        remedy=Remedy(advice, SET, set_values, choose=no_such), parameters=dict(parameters or {}),
    )  # fmt: skip


CHECKS_OF_KERNEL: tuple[Check, ...] = (
    _check(
        "net-forward", "no packets are passed on, but by routers", _forward, FindingSeverity.MEDIUM,
        Controls(("3.3.1",), ("1.4.3",), ("SC-5", "SC-7(a)"), ("8.20",)),
        "Turn forwarding off, or give the host the role of a router.",
        {"router_roles": ["router", "gateway", "firewall", "vpn", "kubernetes", "docker", "hypervisor"]},
        ", but for a role in router_roles",
    ),
    _check(
        "net-stack", "redirects and source routes are refused, forged sources noticed", _stack, FindingSeverity.MEDIUM,
        Controls(
            ("3.3.2", "3.3.4", "3.3.5", "3.3.6", "3.3.7", "3.3.8", "3.3.9", "3.3.10"), ("1.4.3", "1.4.5"),
            ("SC-5", "SC-7(a)"), ("8.20",),
        ),
        "Set it for all links and for those to come.",
    ),
    _check(
        "krn-memory", "addresses are random, and processes don't look into each other", _memory, FindingSeverity.MEDIUM,
        Controls(("1.5.1", "1.5.2", "1.5.3"), ("3.3.1.1",), ("SC-30(2)", "SI-11", "SC-7(10)"), ("8.9",)),
        "Set it, and see that no debugger in use needs more.",
    ),
    Check(
        "mac-on", "mandatory access control is in force", ("protections", "hardware"), _mac, FindingSeverity.MEDIUM,
        applies="hosts with a kernel of their own",
        controls=Controls(
            ("1.3.1.1", "1.3.1.2", "1.3.1.3", "1.3.1.4"), ("1.2.6",), ("AC-3(4)", "CM-7(2)"), ("8.9",)
        ),
        remedy=Remedy("Enforce the profiles (aa-enforce) or set SELINUX=enforcing, after a look at what that stops.",
                      by_hand=CONFINE, choose=confined),
        root=True,
        in_use=_mac_in_use,
    ),
    Check(
        "boot-pw", "the boot loader asks for a password", ("protections", "hardware"), _boot, FindingSeverity.LOW,
        applies="hosts with GRUB; virtual ones where boot_virtual says so",
        controls=Controls(("1.4.1",), (), ("CM-6(a)",), ("8.5",)),
        remedy=Remedy("Make a hash with grub-mkpasswd-pbkdf2, set superusers and password_pbkdf2, run update-grub.",
                      by_hand="a password stands in no plan, and a boot that asks for one waits for somebody"),
        parameters={"boot_virtual": False},
        root=True,
    ),
)  # fmt: skip
"""``router_roles``: what has to forward, engines of containers and of machines among it."""
