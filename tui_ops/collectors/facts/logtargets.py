"""Where logs go, out of the settings of journald, rsyslog, syslog-ng and journal-upload: part of ``protections``."""

import re

from tui_ops.collectors.facts import rsyslogconf
from tui_ops.collectors.facts.body import Body, Items, split_path, text, texts
from tui_ops.model.facts import Fields

_NG = re.compile(
    r"\b(network|tcp|udp|syslog|tcp6|udp6)\s*\(\s*[\"']?([A-Za-z0-9][A-Za-z0-9._:-]*)[\"']?(.{0,1000}?)\)\s{0,20};",
    re.ASCII | re.DOTALL,
)
_NG_DESTINATION = re.compile(r"\bdestination\b[^{]{0,200}\{(.{0,2000}?)\}\s{0,20};", re.ASCII | re.DOTALL)

SETTINGS_LIMIT = 30_000
"""Characters of one program's settings that are looked through."""


def note_targets(found: Body, items: Items) -> None:
    """Add ``journald``, ``sends PROGRAM TARGET`` and ``settings of rsyslog``: files of its that are not read."""
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
        # Without a scheme it is HTTPS, by systemd-journal-upload(8).
        _add(items, "journal-upload", address, "http", not address.lower().startswith("http:"))


def _add(items: Items, program: str, target: str, protocol: str, is_tls: bool, what: str = "") -> None:
    fields: Fields = {"program": program, "protocol": protocol, "tls": is_tls, "what": text(what)}
    kept = items.add(f"sends {program} {text(target, 160)}", fields)
    # Two lines to the same place: what one of them sends whole is sent.
    if kept is not None and not what:
        kept["what"] = ""


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
    for one in rsyslogconf.forwards(said):
        _add(items, "rsyslog", one.target, one.protocol, one.is_tls, one.what)
    others = rsyslogconf.includes(said)
    if others:
        items.add("settings of rsyslog", {"elsewhere": texts([text(path) for path in others])})


def _note_syslog_ng(found: Body, items: Items) -> None:
    said = _joined(found, "syslogng")
    for block in _NG_DESTINATION.findall(said):
        for kind, target, rest in _NG.findall(block):
            is_tls = bool(re.search(r"transport\s*\(\s*[\"']?tls", rest)) or bool(re.search(r"\btls\s*\(", rest))
            protocol = "udp" if kind.startswith("udp") else "tcp"
            _add(items, "syslog-ng", target, protocol, is_tls)
