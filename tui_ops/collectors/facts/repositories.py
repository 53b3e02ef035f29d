"""The topic ``repositories``: where a host takes its packages from.

Parts, each with lines ``PATH:LINE``: ``list`` (one line a source, as apt has it), ``sources`` (the same in paragraphs
of ``KEY: VALUE``), ``repo`` (of dnf and zypper: ``[ID]``, then ``KEY=VALUE``) and ``lines`` (an address a line, as apk
and pacman have it).
"""

import re

from tui_ops.collectors.commands import without_secrets
from tui_ops.collectors.facts.body import Body, Items, Part, read_body, reading, split_path, text, words
from tui_ops.model.facts import FactReading, Fields

TOPIC, WHAT = "repositories", "sources of packages"

SOURCES_LIMIT = 300
"""Sources of one host that are kept: an ordinary one has ten, one of Red Hat's with all its parts a hundred."""

_LIST = re.compile(r"(deb|deb-src)(?: \[([^\]]*)\] ?| )(\S+) (\S+)(?: (.+))?", re.ASCII)
_SIGNED_BY = re.compile(r"\bsigned-by=(\S+)", re.ASCII)
_UNSAFE = ("trusted", "allow-insecure", "allow-weak", "allow-downgrade-to-insecure")
"""Options of a source by which apt takes what nobody signed, or signed with what is broken: sources.list(5)."""

_ON = ("1", "yes", "true", "on", "with", "enable")
"""What apt takes for yes: StringToBool of its strutl.cc."""

_OFF = ("0", "no", "false", "off", "without", "disable", "disabled", "never")
_MAIN = "main"
"""The section of dnf's own settings, which hold for sources that say nothing."""


def parse_repositories(body: bytes) -> FactReading:
    """Read one run of the topic.

    Returns:
        An item for each source, with its address, and whether it is in use and its signatures are checked.

    Raises:
        NothingUsable: it is no run of this topic.
    """
    found = read_body(body, TOPIC, WHAT)
    items = Items(SOURCES_LIMIT)
    for line in found.of("list"):
        path, rest = split_path(line)
        _note_list(path, words(rest), items)
    for path, block in _paragraphs(found):
        _note_paragraph(path, block, items)
    sections = _sections(found)
    by_default = all(
        block.get("gpgcheck", "").lower() not in _OFF for path, name, block in sections if _is_main(path, name)
    )
    for path, name, block in sections:
        if not _is_main(path, name):
            _note_section(path, name, block, items, by_default)
    for line in found.of("lines"):
        path, rest = split_path(line)
        if path and rest.strip() and items.has_room():
            address = without_secrets(words(rest))
            items.add(f"{path} {address}", {"address": address, "enabled": True})
    parts = {name: Part(need="sources of packages") for name in ("list", "sources", "repo", "lines")}
    return reading(TOPIC, WHAT, found, items, parts)


def _note_list(path: str, line: str, items: Items) -> None:
    source = _LIST.fullmatch(line.partition(" #")[0])
    if not path or source is None or not items.has_room():
        return
    kind, options, address, suite, components = source.groups()
    signed = _SIGNED_BY.search(options or "")
    fields: Fields = {
        "kind": kind,
        "address": without_secrets(address),
        "suites": suite,
        "components": components or "",
        "signed_by": text(signed[1]) if signed else "",
        "checked": not any(_is_unsafe(*one.partition("=")[::2]) for one in (options or "").split()),
        "enabled": True,
    }
    items.add_another(f"{path} {kind} {fields['address']} {suite}", fields)


def _is_unsafe(option: str, value: str) -> bool:
    return option.strip().rstrip("+").lower() in _UNSAFE and value.strip().lower() in _ON


def _is_main(path: str, name: str) -> bool:
    return name == _MAIN and path.endswith((".conf",))


def _paragraphs(found: Body) -> list[tuple[str, dict[str, str]]]:
    blocks: list[tuple[str, dict[str, str]]] = []
    key = ""
    for line in found.of("sources"):
        path, rest = split_path(line)
        if not blocks or blocks[-1][0] != path or not rest.strip():
            blocks.append((path, {}))
            key = ""
        if rest[:1] in (b" ", b"\t"):
            # A value goes on; a key that is written out here is only named.
            if key and key != "signed-by":
                blocks[-1][1][key] = text(f"{blocks[-1][1][key]} {words(rest)}")
            continue
        name, colon, value = rest.partition(b":")
        if colon:
            key = words(name).lower()
            blocks[-1][1].setdefault(key, words(value))
    return blocks


def _note_paragraph(path: str, block: dict[str, str], items: Items) -> None:
    if not path or not block.get("uris") or not items.has_room():
        return
    address = without_secrets(block["uris"])
    fields: Fields = {
        "kind": block.get("types", ""),
        "address": address,
        "suites": block.get("suites", ""),
        "components": block.get("components", ""),
        "signed_by": block.get("signed-by", "") or ("a key in the file" if "signed-by" in block else ""),
        "checked": not any(_is_unsafe(name, value) for name, value in block.items()),
        "enabled": block.get("enabled", "").lower() not in _OFF,
    }
    items.add_another(f"{path} {fields['kind']} {address} {fields['suites']}", fields)


def _sections(found: Body) -> list[tuple[str, str, dict[str, str]]]:
    blocks: list[tuple[str, str, dict[str, str]]] = []
    for line in found.of("repo"):
        path, rest = split_path(line)
        said = words(rest)
        if said.startswith("[") and said.endswith("]"):
            blocks.append((path, said[1:-1], {}))
        elif blocks and blocks[-1][0] == path and "=" in said:
            key, _, value = said.partition("=")
            blocks[-1][2].setdefault(key.strip().lower(), value.strip())
    return blocks


def _note_section(path: str, name: str, block: dict[str, str], items: Items, by_default: bool) -> None:
    if not path or not items.has_room(f"{path} {name}"):
        return
    address = block.get("baseurl") or block.get("mirrorlist") or block.get("metalink") or ""
    fields: Fields = {
        "address": without_secrets(address),
        "signed_by": block.get("gpgkey", ""),
        # Where a source says nothing, dnf's own settings count, which check where they come with the system.
        "checked": block["gpgcheck"].lower() not in _OFF if block.get("gpgcheck") else by_default,
        "enabled": block.get("enabled", "").lower() not in _OFF,
    }
    items.add_another(f"{path} {name}", fields)
