"""Where logs go, out of the settings of journald, rsyslog, syslog-ng and journal-upload: part of ``protections``."""

import re

from tui_ops.collectors.facts.body import Body, Items, split_path, text
from tui_ops.model.facts import Fields

_OLD = re.compile(r"^[^#\"'(]*?[\t ](@@?)(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?\s*(?:;.*)?$", re.ASCII)
"""``*.* @@host:port``: one sign for UDP, two for TCP."""

_ACTION = re.compile(r"action\s{0,20}\((.{0,2000}?)\)", re.ASCII | re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"([A-Za-z.]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))", re.ASCII)
_TLS_DRIVER = re.compile(r"\$?(?:Default)?NetstreamDriver[ =\"]+(?:gtls|ossl)", re.IGNORECASE | re.ASCII)
_OLD_TLS = re.compile(r"\$ActionSendStreamDriverMode\s+1", re.IGNORECASE | re.ASCII)
_NG = re.compile(
    r"\b(network|tcp|udp|syslog|tcp6|udp6)\s*\(\s*[\"']?([A-Za-z0-9][A-Za-z0-9._:-]*)[\"']?(.{0,1000}?)\)\s{0,20};",
    re.ASCII | re.DOTALL,
)
_NG_DESTINATION = re.compile(r"\bdestination\b[^{]{0,200}\{(.{0,2000}?)\}\s{0,20};", re.ASCII | re.DOTALL)

SETTINGS_LIMIT = 30_000
"""Characters of one program's settings that are looked through."""


def note_targets(found: Body, items: Items) -> None:
    """Add ``journald`` and ``sends PROGRAM TARGET`` items."""
    _note_journald(found, items)
    _note_rsyslog(found, items)
    _note_syslog_ng(found, items)
    # As with systemd everywhere, the last one counts.
    addresses = [
        text(split_path(line)[1]).partition("=")[2].strip()
        for line in found.of("upload")
        if text(split_path(line)[1]).strip().upper().startswith("URL")
    ]
    if addresses and addresses[-1]:
        address = addresses[-1]
        _add(items, "journal-upload", address, "http", address.lower().startswith("https:"))


def _add(items: Items, program: str, target: str, protocol: str, is_tls: bool) -> None:
    fields: Fields = {"program": program, "protocol": protocol, "tls": is_tls}
    items.add(f"sends {program} {text(target, 160)}", fields)


def _note_journald(found: Body, items: Items) -> None:
    settings: dict[str, str] = {}
    main: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for line in found.of("journald"):
        path, rest = split_path(line)
        # A file of a folder counts after the main one, in the order of its own name; below /etc it replaces its like.
        (others if ".conf.d/" in path else main).append((path, text(rest)))
    replaced = {path.rpartition("/")[2] for path, _ in others if path.startswith("/etc/")}
    others = [
        (path, said) for path, said in others if path.startswith("/etc/") or path.rpartition("/")[2] not in replaced
    ]
    has_own = any(path.startswith("/etc/") for path, _ in main)
    main = [(path, said) for path, said in main if path.startswith("/etc/") or not has_own]
    for _, said in [*main, *sorted(others, key=lambda one: one[0].rpartition("/")[2])]:
        key, sign, value = said.partition("=")
        if sign:
            settings[key.strip().lower()] = value.strip().lower()
    folder = next((text(line) for line in found.of("journal")), "")
    if folder:
        storage = settings.get("storage") or "auto"
        items.add(
            "journald",
            {"storage": storage, "folder": folder == "yes", "forwards": settings.get("forwardtosyslog", "")},
        )


def _joined(found: Body, part: str) -> str:
    lines = (split_path(line)[1].decode("utf-8", "replace").strip() for line in found.of(part))
    return "\n".join(line for line in lines if line and not line.startswith("#"))[:SETTINGS_LIMIT]


def _note_rsyslog(found: Body, items: Items) -> None:
    said = _joined(found, "rsyslog")
    is_tls = bool(_TLS_DRIVER.search(said) and _OLD_TLS.search(said))
    for line in said.splitlines():
        old = _OLD.match(line) if "action(" not in line.lower() else None
        if old:
            protocol = "tcp" if old[1] == "@@" else "udp"
            target = old[2] + (f":{old[3]}" if old[3] else "")
            _add(items, "rsyslog", target, protocol, is_tls and protocol == "tcp")
    for action in _ACTION.findall(said):
        words = {name.lower(): one or other or bare for name, one, other, bare in _WORD.findall(action)}
        kind = words.get("type", "").lower()
        if kind not in ("omfwd", "omrelp") or not words.get("target"):
            continue
        if kind == "omrelp":
            is_safe = words.get("tls", "").lower() == "on"
        else:
            driver = words.get("streamdriver", "") or ("gtls" if _TLS_DRIVER.search(said) else "")
            is_safe = words.get("streamdrivermode", words.get("streamdriver.mode", "")) == "1" and bool(driver)
        protocol = "relp" if kind == "omrelp" else words.get("protocol", "udp").lower()
        port = f":{words['port']}" if words.get("port") else ""
        _add(items, "rsyslog", words["target"] + port, protocol, is_safe and protocol != "udp")


def _note_syslog_ng(found: Body, items: Items) -> None:
    said = _joined(found, "syslogng")
    for block in _NG_DESTINATION.findall(said):
        for kind, target, rest in _NG.findall(block):
            is_tls = bool(re.search(r"transport\s*\(\s*[\"']?tls", rest)) or bool(re.search(r"\btls\s*\(", rest))
            protocol = "udp" if kind.startswith("udp") else "tcp"
            _add(items, "syslog-ng", target, protocol, is_tls)
