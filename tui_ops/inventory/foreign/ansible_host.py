"""From the variables of one Ansible host to how it is reached and where it stands."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tui_ops.inventory import fields
from tui_ops.inventory.errors import Mistake, did_you_mean, quoted
from tui_ops.inventory.foreign.notes import Notes
from tui_ops.inventory.foreign.ssharguments import Arguments, read_arguments
from tui_ops.inventory.foreign.world import (
    ARGUMENTS,
    CONNECTION,
    HOST,
    IDENTITY,
    OWN_PREFIX,
    PORT,
    SECRETS,
    USER,
    Owner,
    Value,
)
from tui_ops.inventory.schema import HOPS_MAX, LABELS_MAX
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.clean import clean
from tui_ops.model.fleet import LOCAL_ADDRESS, HostSpec

OVER_SSH = frozenset({"ssh", "smart", "paramiko", "paramiko_ssh"})
"""Connection plugins that mean an SSH server with a shell behind it."""

LABEL_PREFIX = f"{OWN_PREFIX}label_"
_OWN = ("site", "rack", "period", "slow_period")

T = TypeVar("T")


@dataclass(slots=True)
class Making:
    """What belongs to all hosts of one inventory while they are made."""

    folder: Path
    """From which relative paths of keys count."""
    notes: Notes
    mistakes: list[Mistake] = field(default_factory=list)
    """What is wrong in the variables that are meant for this program."""
    local: str = ""
    """The host that is this machine."""


class HostMaker:
    """Makes one host.

    Args:
        owner: the host.
        values: its variables, those of its groups included.
        making: what it shares with the others.
    """

    def __init__(self, owner: Owner, values: dict[str, Value], making: Making) -> None:
        self._owner = owner
        self._values = values
        self._making = making

    def spec(self, groups: tuple[str, ...]) -> HostSpec | None:
        """Return the host, its jump hosts as they are written; None where it is left out, which is noted."""
        try:
            fields.host_name(self._owner.name)
        except Wrong as wrong:
            hint = f"write NAME ansible_host={self._owner.name}" if ":" in self._owner.name else wrong.hint
            self._leave_out(self._owner.place, "its name can't be one here", clean(hint))
            return None
        try:
            spec = self._local() if self._is_local() else self._over_ssh()
        except _LeftOutError as reason:
            self._leave_out(*reason.args)
            return None
        return dataclasses.replace(spec, groups=groups, **self._own_variables())

    def _leave_out(self, place: Any, why: str, hint: str = "") -> None:
        self._making.notes.add(place, f"the host {quoted(self._owner.name)} is left out: {why}", hint)

    def _pick(self, names: tuple[str, ...]) -> tuple[str, Value] | tuple[None, None]:
        """Return the last of several names that is set to something, and its value."""
        for name in reversed(names):
            value = self._values.get(name)
            if value is not None and (value.text is not None or value.why_not):
                return name, value
        return None, None

    def _needed(self, names: tuple[str, ...], check: Callable[[str], T]) -> T | None:
        """Return what decides where a connection leads; with a wrong value the host must not be asked at all."""
        name, value = self._pick(names)
        if value is None:
            return None
        if value.why_not or value.text is None:
            raise _LeftOutError(value.place, f"'{name}' {value.why_not}", "write the plain value into host_vars")
        try:
            return check(value.text)
        except Wrong as wrong:
            raise _LeftOutError(value.place, wrong.message, wrong.hint) from wrong

    def _wished(self, names: tuple[str, ...], check: Callable[[str], T]) -> T | None:
        """Return what ssh_config may say as well; a value that can't be used leaves it to that."""
        name, value = self._pick(names)
        if value is None:
            return None
        message, hint = f"'{name}' {value.why_not}", "write the plain value, or say it in ssh_config"
        if not value.why_not and value.text is not None:
            try:
                return check(value.text)
            except Wrong as wrong:
                message, hint = wrong.message, wrong.hint
        self._making.notes.add(value.place, f"{message}: it is left to ssh_config", hint)
        return None

    def _is_local(self) -> bool:
        kind = (self._needed(CONNECTION, str) or "ssh").removeprefix("ansible.builtin.")
        kind = kind.removeprefix("ansible.netcommon.") if kind.endswith("paramiko") else kind
        _, value = self._pick(CONNECTION)
        if kind != "local" and kind not in OVER_SSH:
            assert value is not None
            raise _LeftOutError(value.place, f"the connection {quoted(kind)} is not SSH", "only SSH hosts are watched")
        return kind == "local"

    def _local(self) -> HostSpec:
        name = self._owner.name
        if self._making.local:
            said = f"it is this machine, and so is {quoted(self._making.local)}"
            raise _LeftOutError(self._owner.place, said, "one host is enough for one machine")
        self._making.local = name
        return HostSpec(name=name, key=name, address=LOCAL_ADDRESS)

    def _over_ssh(self) -> HostSpec:
        name = self._owner.name
        address = self._needed(HOST, _address) or name
        if address == LOCAL_ADDRESS:
            hint = "this machine: ansible_connection=local; another one: ansible_host with its full name"
            raise _LeftOutError(self._owner.place, f"the address {quoted(address)} is a word of tui-ops", hint)
        said = self._arguments()
        self._tell_of_passwords()
        return HostSpec(
            name=name,
            key=name,
            address=address,
            port=self._needed(PORT, fields.port) or self._of_arguments(said.port, fields.port),
            user=self._wished(USER, fields.user) or self._of_arguments(said.user, fields.user),
            via=said.hops or (),
            identity=self._wished(IDENTITY, self._key) or self._of_arguments(said.identity, self._key),
        )

    def _arguments(self) -> Arguments:
        texts = [self._needed((name,), str) or "" for name in ARGUMENTS]
        _, value = self._pick(ARGUMENTS)
        if value is None:
            return Arguments()
        try:
            said = read_arguments(" ".join(texts))
        except Wrong as wrong:
            raise _LeftOutError(value.place, wrong.message, wrong.hint) from wrong
        if len(said.hops or ()) > HOPS_MAX:
            raise _LeftOutError(value.place, f"it has more than {HOPS_MAX} jump hosts", "leave some of them out")
        if said.skipped:
            skipped = ", ".join(dict.fromkeys(quoted(each) for each in said.skipped[:8]))
            hint = "host keys are always checked here; other settings belong into ~/.ssh/config"
            self._making.notes.add(value.place, f"not taken over from the arguments for ssh: {skipped}", hint)
        return said

    def _of_arguments(self, text: str | None, check: Callable[[str], T]) -> T | None:
        _, value = self._pick(ARGUMENTS)
        if text is None or value is None:
            return None
        try:
            return check(text)
        except Wrong as wrong:
            raise _LeftOutError(value.place, wrong.message, wrong.hint) from wrong

    def _key(self, text: str) -> str:
        """Return the absolute path of a key."""
        return fields.identity(text if text.startswith(("/", "~/")) else str(self._making.folder / text))

    def _tell_of_passwords(self) -> None:
        for name in SECRETS:
            if name in self._values:
                said = f"'{name}' is not used: passwords come from where they are kept"
                self._making.notes.add(self._values[name].place, said, "log in with a key")

    def _own_variables(self) -> dict[str, Any]:
        """Return what the variables for this program say."""
        said: dict[str, Any] = {}
        labels: dict[str, str] = {}
        for variable, value in self._values.items():
            if not variable.startswith(OWN_PREFIX) or (value.text is None and not value.why_not):
                continue
            try:
                _must_be_known(variable)
                if value.why_not or value.text is None:
                    self._making.notes.add(value.place, f"'{variable}' {value.why_not}: it is left out")
                elif variable.startswith(LABEL_PREFIX):
                    key = fields.label_name(variable.removeprefix(LABEL_PREFIX))
                    labels[key] = fields.label_value(value.text)
                else:
                    said |= _own(variable.removeprefix(OWN_PREFIX), value.text)
            except Wrong as wrong:
                self._making.mistakes.append(Mistake(value.place, wrong.message, wrong.hint))
        if len(labels) > LABELS_MAX:
            message = f"the host {quoted(self._owner.name)} has more than {LABELS_MAX} labels"
            self._making.mistakes.append(Mistake(self._owner.place, message, "leave some of them out"))
        if said.get("rack") and not said.get("site"):
            said_so = f"{quoted(self._owner.name)} has a rack without a site"
            self._making.mistakes.append(Mistake(self._values[f"{OWN_PREFIX}rack"].place, said_so, "add tui_ops_site"))
        return said | {"labels": tuple(sorted(labels.items()))}


def _address(text: str) -> str:
    return fields.address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)


def _own(name: str, text: str) -> dict[str, Any]:
    if name in ("site", "rack"):
        return {name: fields.name(text)}
    if name == "period":
        return {"period_s": fields.period(text)}
    return {"slow_period_s": fields.slow_period(text)}


def _must_be_known(variable: str) -> None:
    known = [*(f"{OWN_PREFIX}{each}" for each in _OWN), f"{LABEL_PREFIX}NAME"]
    if variable not in known and not variable.startswith(LABEL_PREFIX):
        near = did_you_mean(variable, known)
        raise Wrong(f"{quoted(variable)} is not known", near or f"known: {', '.join(known)}")


class _LeftOutError(Exception):
    """A host can't be watched: place, reason and hint."""
