"""The topic ``sysctl``: what the kernel is set to.

Parts: ``settings``, all of them as root reads them, or ``readable``, those that everybody may read: ``KEY = VALUE``.
"""

import re

from tui_ops.collectors.facts.body import Items, Part, read_body, reading, text
from tui_ops.model.facts import FactReading

TOPIC, WHAT = "sysctl", "settings of the kernel"

SETTINGS_LIMIT = 4_000
"""Settings of one host that are kept: a server has 1,000, and each link brings some seventy."""

VALUE_LIMIT = 200
"""Characters of a value."""

NOISE_KEYS = re.compile(
    r"kernel\.random\..*|kernel\.ns_last_pid|kernel\.pty\.nr|kernel\.tainted|kernel\.sched_domain\..*"
    r"|kernel\.(?:msg_next_id|sem_next_id|shm_next_id|perf_event_max_sample_rate)|kernel\.keys\..*"
    r"|fs\.(?:inode-nr|inode-state|dentry-state|file-nr|aio-nr|quota\..*|epoll\..*)|fs\.dentry-negative"
    r"|vm\.(?:stat_refresh|numa_stat|min_free_kbytes_auto)|net\.netfilter\.nf_conntrack_count|dev\.cdrom\..*"
    r"|net\..*\.(?:veth|cali|lxc|tap|vnet|fwbr|fwln|fwpr|ifb|cni|br-|docker|virbr)[^.]*\..*"
    r"|.*\.base_reachable_time|sunrpc\.transports|user\.max_.*|net\.core\.netdev_rss_key",
    re.ASCII,
)
"""Settings that count, that the kernel changes by itself, or that come and go with containers: declared noise."""

SECRET_KEYS = re.compile(r"net\.ipv4\.tcp_fastopen_key|net\.ipv6\.conf\..*\.stable_secret", re.ASCII)
"""Settings that are keys: never kept."""

ROOT_KEYS = ("fs.protected_", "kernel.cad_pid", "kernel.usermodehelper.", "net.core.bpf_jit", "vm.mmap_rnd_",
             "kernel.unprivileged_bpf", "kernel.sysctl_writes", "debug.")  # fmt: skip
"""Beginnings of settings that only root may read, by kernel: nothing is said to be gone there by anybody else."""

_KEY = re.compile(r"[a-z0-9][A-Za-z0-9_.:/@-]{1,150}", re.ASCII)


def parse_sysctl(body: bytes) -> FactReading:
    """Read one run of the topic.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(SETTINGS_LIMIT)
    for line in found.of("settings", "readable"):
        key, sign, value = line.partition(b" = ")
        if not sign:
            key, sign, value = line.partition(b" =")
        name = text(key)
        if not sign or not _KEY.fullmatch(name) or NOISE_KEYS.fullmatch(name) or SECRET_KEYS.fullmatch(name):
            continue
        # Parted by tabs, as the kernel does it.
        words = text(b" ".join(value.split()), VALUE_LIMIT)
        kept = items.add(name, {"value": words})
        if kept is not None and kept["value"] != words and len(str(kept["value"])) < VALUE_LIMIT:
            kept["value"] = text(f"{kept['value']}; {words}", VALUE_LIMIT)
    if found.is_whole("settings"):
        return reading(TOPIC, WHAT, found, items, {"settings": Part()})
    parts = {"settings": Part(ROOT_KEYS, "a few settings of the kernel"), "readable": Part()}
    return reading(TOPIC, WHAT, found, items, parts)
