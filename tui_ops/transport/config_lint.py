"""What an ssh_config means to OpenSSH but not to the SSH library that is used here. Pure text to remarks."""

import re
import shlex
from dataclasses import dataclass

from tui_ops.model.clean import clean

TEXT_LIMIT = 1024 * 1024
"""Characters of one file that are looked at: far more than any person's configuration."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of an ssh_config that does not do here what it says."""

    path: str
    line: int
    """Counts from 1."""
    keyword: str
    message: str
    advice: str
    """What to do about it; empty where nothing needs doing."""


_ALWAYS = "host keys are always checked here, and an unknown one is an operator's decision"
_ONE = "one connection a host is kept open anyway"

SKIPPED: dict[str, tuple[str, str]] = {
    "stricthostkeychecking": (_ALWAYS, "trust the key with: tui-ops trust HOST"),
    "updatehostkeys": ("keys that a host announces are not taken over by themselves", "trust a new key by hand"),
    "knownhostscommand": ("the command is not run", "write its output to a file and name that as UserKnownHostsFile"),
    "revokedhostkeys": ("the file is not read", "write @revoked lines into known_hosts"),
    "verifyhostkeydns": ("SSHFP records are not asked for", "trust the key with: tui-ops trust HOST"),
    "checkhostip": ("only the name counts, as in OpenSSH since 8.5", ""),
    "hashknownhosts": ("nothing is written to known_hosts", ""),
    "nohostauthenticationforlocalhost": (_ALWAYS, "trust the key with: tui-ops trust HOST"),
    "controlmaster": (f"masters of ssh are not used: {_ONE}", ""),
    "controlpath": (f"masters of ssh are not used: {_ONE}", ""),
    "controlpersist": (f"masters of ssh are not used: {_ONE}", ""),
    "pubkeyacceptedalgorithms": ("the algorithms of the library are used", "a host that needs ssh-rsa needs an update"),
    "pubkeyacceptedkeytypes": ("the algorithms of the library are used", "a host that needs ssh-rsa needs an update"),
    "addkeystoagent": ("no key is added to the agent", "run ssh-add"),
    "connectionattempts": ("the engine tries again by itself, with growing pauses", ""),
    "batchmode": ("nobody is ever asked for a password", ""),
    "numberofpasswordprompts": ("nobody is ever asked for a password", ""),
    "bindinterface": ("the interface is not chosen", "use BindAddress"),
    "proxyusefdpass": ("descriptors are not passed", "let the ProxyCommand relay the bytes"),
    "securitykeyprovider": ("the provider is not loaded", "add the key to the agent with ssh-add -K"),
    "gatewayports": ("no port is forwarded", ""),
    "localforward": ("no port is forwarded", ""),
    "remoteforward": ("no port is forwarded", ""),
    "dynamicforward": ("no port is forwarded", ""),
    "localcommand": ("the command is not run", ""),
    "permitlocalcommand": ("the command is not run", ""),
    "requiredrsasize": ("short RSA keys are not refused", "revoke them in known_hosts and authorized_keys"),
    "ipqos": ("the packets are not marked", ""),
    "tunnel": ("no tunnel device is opened", ""),
}
"""Keywords that the library passes over in silence, with what happens instead and what to do."""

OVERRULED: dict[str, tuple[str, str]] = {
    "forwardagent": ("the agent is never forwarded", ""),
    "forwardx11trusted": ("X11 is never forwarded", ""),
    "requesttty": ("no terminal is asked for", ""),
    "remotecommand": ("the command is not run", ""),
    "sendenv": ("no environment is sent", ""),
    "setenv": ("no environment is sent", ""),
    "compression": ("nothing is compressed", ""),
    "ciphers": ("the cheapest safe ciphers are asked for first", ""),
    "connecttimeout": ("20 s are allowed for every host", ""),
    "serveraliveinterval": ("a keepalive is sent every 15 s, every 5 s to a jump host", ""),
    "serveralivecountmax": ("three keepalives may stay without an answer", ""),
    "canonicalizehostname": ("names are not completed", "give the full name in the inventory or as HostName"),
    "passwordauthentication": ("passwords come from the inventory only", ""),
    "kbdinteractiveauthentication": ("passwords come from the inventory only", ""),
    "challengeresponseauthentication": ("passwords come from the inventory only", ""),
}
"""Keywords that the library knows but that are decided here."""

_PLAIN_MATCH = frozenset({"all", "canonical", "final"})
_MATCH = frozenset({"host", "originalhost", "user", "localuser", "tagged", "exec", "localnetwork"})
"""The conditions of ``Match`` that the library knows; any other stops it."""

_KEYWORD = re.compile(r"\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+|$)(.*)", re.DOTALL)


def lint_ssh_config(text: str, path: str) -> list[Remark]:
    """Return a remark for each line that does not do here what it does for OpenSSH.

    Args:
        text: the file's content; included files are not followed.
        path: its path, for the remarks.
    """
    remarks = []
    for number, line in enumerate(text[:TEXT_LIMIT].splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            remarks += [Remark(path, number, *said) for said in _of_line(stripped)]
    return remarks


def _of_line(line: str) -> list[tuple[str, str, str]]:
    """Return keyword, message and advice of each remark on one line."""
    found = _KEYWORD.match(line)
    keyword = clean(found[1] if found else line.split()[0], 60)
    try:
        words = shlex.split(found[2]) if found else []
    except ValueError:
        return [(keyword, "a quote is not closed, so no host can be reached", "close or remove the quote")]
    folded = keyword.lower()
    if folded == "match":
        return [(keyword, *said) for said in _of_match(words)]
    if not words and folded not in SKIPPED and found:
        return [(keyword, "a value is missing, so no host can be reached", "give a value or remove the line")]
    said = SKIPPED.get(folded) or OVERRULED.get(folded)
    return [(keyword, *said)] if said else []


def _of_match(words: list[str]) -> list[tuple[str, str]]:
    remarks = []
    rest = [word.lower() for word in words]
    while rest:
        condition, _, value = rest.pop(0).removeprefix("!").partition("=")
        if condition in _PLAIN_MATCH:
            if condition == "canonical":
                remarks.append(("names are not completed, so this never matches", "use Match final or Host"))
            continue
        if not value and rest:
            rest.pop(0)
        if condition not in _MATCH:
            advice = "use Host, or Match with host, originalhost, user, localuser or exec"
            remarks.append((f"Match {clean(condition, 40)} is not known here, so no host can be reached", advice))
        elif condition == "localnetwork":
            remarks.append(("Match localnetwork needs the Python module ifaddr", "install it beside tui-ops"))
        elif condition == "exec":
            remarks.append(("the command runs for every connection, without a bound on its time", "keep it short"))
    return remarks
