"""The topic ``firewall``: which packets a host takes.

Parts, all for root: ``nft`` (``nft -s list ruleset``), ``ip4`` and ``ip6`` (``iptables-save``); and ``ufw``, lines of
its own settings. Counters and handles are left out by the command or here; chains that container engines write are
declared noise.
"""

import re

from tui_ops.collectors.facts.body import LIST_LIMIT, Body, Items, Part, read_body, reading, split_path, text
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "firewall", "packet filter"

CHAINS_LIMIT = 600
"""Chains and sets of one host that are kept: those of firewalld are eighty."""

RULE_LIMIT = 240
"""Characters of one rule."""

NOISE_CHAINS = re.compile(r"(?:DOCKER(?!-USER)|KUBE|CNI|cali|FLANNEL|NETAVARK|LIBVIRT|f2b)[-_A-Za-z0-9]*", re.ASCII)
"""Chains that programs write and rewrite by themselves, for each container, service or attacker."""

_COUNTERS = re.compile(r"\bcounter packets [0-9]+ bytes [0-9]+|\[[0-9]+:[0-9]+\]|\s*# handle [0-9]+", re.ASCII)
_TABLE = re.compile(r"table (\S+) (\S+) \{(?: #.*)?")
_CHAIN = re.compile(r"(chain|set|map) (\S+) \{")
_HOOK = re.compile(r"type (\S+) hook (\S+)(?: device \S+)? priority ([^;]+);(?: policy (\S+?);)?")
_POLICY = re.compile(r":(\S+) (\S+)")


def parse_firewall(body: bytes) -> FactReading:
    """Read one run of the topic.

    Returns:
        An item for each chain and set, its rules as a list: one rule more is one difference of its chain.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(CHAINS_LIMIT)
    _read_nft(found, items)
    for part in ("ip4", "ip6"):
        _read_saved(part, found, items)
    for line in found.of("ufw"):
        key, sign, value = text(split_path(line)[1]).partition("=")
        if sign and key.strip().isalpha():
            items.add(f"ufw {key.strip().lower()}", {"value": value.strip().strip("\"'")})
    parts = {
        "nft": Part(("nft ",), "rules of the packet filter"),
        "ip4": Part(("ip4 ",), "rules of the packet filter"),
        "ip6": Part(("ip6 ",), "rules of the packet filter"),
        "ufw": Part(("ufw ",), "settings of ufw"),
    }
    return reading(TOPIC, WHAT, found, items, parts)


def _rule(line: str) -> str:
    return text(
        " ".join(_COUNTERS.sub(lambda one: "counter" if one[0].startswith("c") else "", line).split()), RULE_LIMIT
    )


def _read_nft(found: Body, items: Items) -> None:
    """Read blocks of ``table FAMILY NAME {`` with ``chain NAME {`` in them; others are passed to their own end."""
    table = ""
    chain: Fields | None = None
    is_moving = False
    skipped = 0
    for line in found.of("nft"):
        words = text(line, 1_000)
        inner = _skip(words, skipped, bool(table))
        if inner or skipped:
            if chain is not None and not skipped:
                _append(chain, words)
            skipped = inner
            continue
        opened = _TABLE.fullmatch(words)
        within = _CHAIN.fullmatch(words)
        if opened:
            table, chain = f"nft {opened[1]} {opened[2]}", None
            items.add(table, {"kind": "table"})
        elif within and table:
            chain, is_moving = {"kind": within[1], "rules": []}, False
            if not NOISE_CHAINS.fullmatch(within[2]):
                chain = items.add(f"{table} {within[2]}", chain) or chain
        elif words == "}":
            chain, table = (None, table) if chain is not None else (None, "")
        elif table and chain is None and words.startswith("flags ") and "dormant" in words:
            items.found.get(table, {})["dormant"] = True
        elif chain is not None:
            hook = _HOOK.match(words)
            if hook:
                chain |= {"type": hook[1], "hook": hook[2], "priority": hook[3].strip(), "policy": hook[4] or "accept"}
                continue
            # The elements of a set that fills itself come and go.
            is_moving = is_moving or (words.startswith("flags") and ("dynamic" in words or "timeout" in words))
            if not (is_moving and chain["kind"] != "chain"):
                _append(chain, words)


def _skip(words: str, skipped: int, is_within: bool) -> int:
    """Return how many blocks are open that are not read: counters, helpers, flowtables, chains without a name.

    Args:
        words: the next line.
        skipped: how many there were before it.
        is_within: whether it is in a table.
    """
    if skipped:
        return skipped + words.endswith("{") - (words == "}")
    return int(is_within and words.endswith("{") and not _TABLE.fullmatch(words) and not _CHAIN.fullmatch(words))


def _append(chain: Fields, words: str) -> None:
    rules = chain.get("rules")
    if isinstance(rules, list) and len(rules) < LIST_LIMIT:
        rules.append(_rule(words))


def _read_saved(part: str, found: Body, items: Items) -> None:
    """Read ``*TABLE``, ``:CHAIN POLICY [0:0]`` and ``-A CHAIN …``."""
    table = ""
    for line in found.of(part):
        words = _COUNTERS.sub("", text(line, 1_000)).strip()
        policy = _POLICY.match(words)
        if words.startswith("*"):
            table = words[1:]
        elif policy and table and not NOISE_CHAINS.fullmatch(policy[1]):
            items.add(f"{part} {table} {policy[1]}", {"kind": "chain", "policy": policy[2].strip("-"), "rules": []})
        elif words.startswith("-A ") and table:
            chain = items.found.get(f"{part} {table} {words.split(' ')[1]}")
            if chain is not None and not any(NOISE_CHAINS.fullmatch(word) for word in words.split()):
                _append(chain, words.split(" ", 2)[2] if words.count(" ") > 1 else "")
