"""Arguments for the ssh program, as inventories carry them: jump hosts, user, port and key are taken out."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.wrong import Wrong

_WITH_VALUE = "BbcDEeFIiJLlmOoPpQRSWw"
"""Options of ssh that take a value."""

SILENT = frozenset(
    {
        "addkeystoagent", "batchmode", "compression", "connectionattempts", "connecttimeout", "controlmaster",
        "controlpath", "controlpersist", "escapechar", "forwardagent", "forwardx11", "gssapiauthentication",
        "gssapidelegatecredentials", "hashknownhosts", "ipqos", "kbdinteractiveauthentication", "loglevel",
        "numberofpasswordprompts", "passwordauthentication", "permitlocalcommand", "preferredauthentications",
        "pubkeyauthentication", "requesttty", "sendenv", "serveralivecountmax", "serveraliveinterval", "setenv",
        "tcpkeepalive", "updatehostkeys", "visualhostkey",
    }
)  # fmt: skip
"""Settings whose absence nobody notices: they are decided here, or change nothing of where a connection leads."""

_FORWARD = re.compile(r"\[?%h\]?:%p")
_NETCAT = ("nc", "ncat", "netcat")


@dataclass(slots=True)
class Arguments:
    """What some arguments say."""

    hops: tuple[str, ...] | None = None
    """Jump hosts in order; None where nothing is said about them."""
    user: str | None = None
    port: str | None = None
    identity: str | None = None
    skipped: list[str] = field(default_factory=list)
    """Settings that are not taken over."""
    words: list[str] = field(default_factory=list)
    """What stands after the options."""
    forwards: bool = False
    """Whether standard input is passed on to the host: ``-W %h:%p``."""


def read_arguments(text: str) -> Arguments:
    """Return what arguments say; of a setting that comes twice the first counts, as for ssh itself.

    Raises:
        Wrong: the way to the host can't be made out.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise Wrong(f"a quote in the arguments {quoted(text)} is not closed", "close it with the same quote") from None
    return _of_words(words)


def _of_words(words: list[str], within_proxy: bool = False) -> Arguments:
    said = Arguments()
    for option, value in _options(words, said):
        if option == "o":
            _setting(said, value, within_proxy)
        elif option == "J":
            said.hops = said.hops if said.hops is not None else _hops(value)
        elif option in "lpi":
            _first(said, {"l": "user", "p": "port", "i": "identity"}[option], value)
        elif option == "W":
            said.forwards = _FORWARD.fullmatch(value) is not None
        elif option in "FbBDILRwmc":
            said.skipped.append(f"-{option}")
    return said


def _options(words: list[str], said: Arguments) -> Iterator[tuple[str, str]]:
    """Return the options that take a value, with it; other words go to ``said``."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            said.words = [word, *rest]
            return
        for at, letter in enumerate(word[1:], 2):
            if letter in _WITH_VALUE:
                yield letter, word[at:] or next(rest, "")
                break


def _first(said: Arguments, name: str, value: str) -> None:
    if getattr(said, name) is None:
        setattr(said, name, value)


def _setting(said: Arguments, text: str, within_proxy: bool) -> None:
    found = re.match(r"\s*(\w+)(?:\s*=\s*|\s+)(.*)", text, re.DOTALL)
    if found is None:
        return
    name, value = found[1].lower(), found[2].strip().strip('"')
    if name == "proxyjump":
        said.hops = said.hops if said.hops is not None else _hops(value)
    elif name == "proxycommand":
        if within_proxy:
            raise Wrong("a ProxyCommand within another can't be followed", "write the jump hosts as -J first,second")
        said.hops = said.hops if said.hops is not None else _of_command(value, said)
    elif name in {"user", "port", "identityfile"}:
        _first(said, name.removesuffix("file"), value)
    elif name not in SILENT:
        said.skipped.append(found[1])


def _hops(text: str) -> tuple[str, ...]:
    return () if text.lower() == "none" else tuple(_hop(part.strip()) for part in text.split(","))


def _hop(text: str) -> str:
    """Return a jump host as the inventory writes it."""
    text = text.removeprefix("ssh://").removesuffix("/")
    return fields.hop(text) if fields.is_literal_hop(text) else fields.address(text)


def _of_command(text: str, said: Arguments) -> tuple[str, ...]:
    """Return the jump hosts of a ``ProxyCommand`` that is another ssh."""
    if text.lower() == "none":
        return ()
    wrong = Wrong(
        f"the ProxyCommand {quoted(text)} can't be followed",
        "write jump hosts as -J, or put the command into ssh_config",
    )
    try:
        words = shlex.split(text)
    except ValueError:
        raise wrong from None
    if words[:1] == ["exec"]:
        del words[0]
    if not words or words[0].rpartition("/")[2] != "ssh":
        raise wrong
    proxy = _of_words(words[1:], within_proxy=True)
    after = proxy.words[1:]
    through_netcat = after[:1] and after[0].rpartition("/")[2] in _NETCAT and after[-2:] == ["%h", "%p"]
    # Options after the destination are options too, for ssh.
    late = _of_words(after, within_proxy=True) if after and not through_netcat else Arguments()
    if late.words or not proxy.words or not (proxy.forwards or late.forwards or through_netcat):
        raise wrong
    user, port = proxy.user or late.user, proxy.port or late.port
    said.skipped += [*proxy.skipped, *late.skipped, *(["-i of the ProxyCommand"] if proxy.identity else [])]
    return (*(proxy.hops or late.hops or ()), _joined(proxy.words[0], user, port))


def _joined(destination: str, user: str | None, port: str | None) -> str:
    """Return a jump host from what ssh was given for it."""
    text = destination.removeprefix("ssh://").removesuffix("/")
    own_user, at, rest = text.rpartition("@")
    user = own_user if at else user
    if port is not None and ":" in rest and not rest.startswith("["):
        rest = f"[{rest}]"
    return _hop((f"{user}@" if user else "") + rest + (f":{port}" if port is not None else ""))
