"""What an inventory is, told by its content: ours, one of Ansible's, or an ssh_config; and what its fleet is called."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import yaml

from tui_ops.inventory.errors import InventoryError, ordinary
from tui_ops.inventory.locate import name_from_file, name_from_text
from tui_ops.inventory.source import read_source
from tui_ops.inventory.tree import FOREIGN_DEPTH_MAX, NODES_MAX


class Kind(StrEnum):
    """A format; the text is what people are told."""

    OURS = "tui-ops"
    ANSIBLE_INI = "Ansible INI"
    ANSIBLE_YAML = "Ansible YAML"
    ANSIBLE_FOLDER = "Ansible folder"
    SSH_CONFIG = "ssh_config"


YAML_ENDINGS = (".yaml", ".yml", ".json")
"""A file that ends so is YAML whatever stands in it."""

_GENERIC = ("hosts", "host", "inventory", "inventories", "main", "all")
"""Names of files and folders that say nothing; the folder around them does."""

_PARTS = ("hosts", "vars", "children")
_SECTION = re.compile(r"^\[[^:\]\s]+(?::(?:vars|children|hosts))?\]\s*(?:#.*)?$", re.MULTILINE)
_YAML_LINE = re.compile(r"""^(?:---|[{]|-\s|-$|\s*(?:"[^"]*"|'[^']*'|[^\s#:;\[\]{}=]+)\s*:(?:\s|$))""", re.MULTILINE)
_SSH_KEYWORDS = """
addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains canonicalizefallbacklocal
canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms certificatefile
channeltimeout checkhostip ciphers clearallforwardings compression connectionattempts connecttimeout controlmaster
controlpath controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure
fingerprinthash forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports
globalknownhostsfile gssapiauthentication gssapidelegatecredentials hashknownhosts host hostbasedacceptedalgorithms
hostbasedauthentication hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent identityfile
ignoreunknown include ipqos kbdinteractiveauthentication kexalgorithms knownhostscommand localcommand localforward
loglevel logverbose macs match nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming
passwordauthentication permitlocalcommand permitremoteopen pkcs11provider port preferredauthentications proxycommand
proxyjump proxyusefdpass pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication rekeylimit
remotecommand remoteforward requesttty requiredrsasize revokedhostkeys securitykeyprovider sendenv
serveralivecountmax serveraliveinterval sessiontype setenv stdinnull streamlocalbindmask streamlocalbindunlink
stricthostkeychecking syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys usekeychain user
userknownhostsfile verifyhostkeydns visualhostkey xauthlocation
"""
"""What the first line of an ssh_config begins with."""

_SSH_LINE = re.compile(r"\s*(\w+)(?:[ \t]+|[ \t]*=[ \t]*)(?![\w.-]+=)\S")
"""A keyword with a value; a host of Ansible's INI has ``name=value`` there."""

_COMMENT = re.compile(r"^\s*(?:[#;].*)?$")


def recognise(path: Path, text: str) -> Kind:
    """Return what a file is.

    Args:
        path: its path, for what it ends in and for the error.
        text: its content.

    Raises:
        InventoryError: it is a program, or the settings of one, that would have to be run.
    """
    ending = path.suffix.lower()
    if text.startswith("#!"):
        raise dynamic(path, "this is a program")
    if ending == ".toml":
        raise dynamic(path, "this is TOML")
    if ending in YAML_ENDINGS:
        return _of_yaml(path, text)
    if _SECTION.search(text):
        return Kind.ANSIBLE_INI
    first = next((line for line in text.split("\n") if not _COMMENT.match(line)), "")
    begun = _SSH_LINE.match(first)
    if begun is not None and begun[1].lower() in _SSH_KEYWORDS.split():
        return Kind.SSH_CONFIG
    return _of_yaml(path, text) if not first or _YAML_LINE.search(text) else Kind.ANSIBLE_INI


def must_be_ssh_config(path: Path) -> None:
    """Raise where a file is something else than an ssh_config.

    Raises:
        InventoryError: it is, or it can't be read.
    """
    if path.is_dir() or recognise(path, read_source(path).text) is not Kind.SSH_CONFIG:
        raise ordinary(path, "this is no ssh_config", "an inventory of another format is given by -i")


def dynamic(path: Path, what: str) -> InventoryError:
    """Return the error of an inventory that only Ansible itself can answer for."""
    command = f"ansible-inventory -i {path} --list --yaml > hosts.yaml"
    return ordinary(path, f"{what}, and only plain files are read", f"let Ansible write it down: {command}")


def _of_yaml(path: Path, text: str) -> Kind:
    """Tell by the keys of the outermost mapping, and by those below them."""
    has_parts = False
    try:
        for depth, key in _upper_keys(text):
            if depth == 2:
                has_parts = has_parts or key in _PARTS
            elif key == "hosts":
                return Kind.OURS
            elif key in ("all", "ungrouped"):
                return Kind.ANSIBLE_YAML
            elif key == "plugin":
                raise dynamic(path, "these are the settings of an inventory plugin")
    except yaml.YAMLError:
        # Its reader says what is wrong, and where.
        pass
    return Kind.ANSIBLE_YAML if has_parts else Kind.OURS


def _upper_keys(text: str) -> Iterator[tuple[int, str]]:
    """Return the keys of the two outer levels of mappings, each with its level from 1."""
    nodes: list[int | None] = []
    for seen, event in enumerate(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
        if len(nodes) > FOREIGN_DEPTH_MAX or seen > 2 * NODES_MAX:
            return
        if isinstance(event, yaml.CollectionEndEvent):
            nodes.pop()
        elif isinstance(event, yaml.NodeEvent):
            if nodes and (count := nodes[-1]) is not None:
                if count % 2 == 0 and len(nodes) <= 2 and isinstance(event, yaml.ScalarEvent):
                    yield len(nodes), event.value
                nodes[-1] = count + 1
            if isinstance(event, yaml.CollectionStartEvent):
                nodes.append(0 if isinstance(event, yaml.MappingStartEvent) else None)


def foreign_name(kind: Kind, path: Path) -> str:
    """Return what the fleet of a foreign inventory is called: as its file, or the folder around a file's plain name."""
    path = path.absolute()
    if kind is Kind.SSH_CONFIG:
        return "ssh-config" if path.stem == "config" else name_from_file(path)
    steps = [path.stem if kind is not Kind.ANSIBLE_FOLDER else path.name, *(step.name for step in path.parents)]
    telling = next((step for step in steps if step and step.lower() not in _GENERIC), steps[0])
    return name_from_text(telling)
