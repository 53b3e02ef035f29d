"""Taking an inventory into the store: hosts keep their identity, or end it, and never mix their history.

A host is told by its *key*: the ``id`` of the inventory, else its name. While a key stays, everything else about
the host may change. A host that leaves the inventory is retired. When its key comes back with the same address it
goes on; with another address a key that is only a name means another machine, which begins anew.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, select

from tui_ops.model.clean import clean
from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.store.changingplan import PLAN_ID, to_text
from tui_ops.store.live import touch
from tui_ops.store.tables import ChangingPlan, Event, Host, Operator, Service, Site

MOVING_NAME = "\x00{}"
"""A name that no inventory can hold: worn while names are exchanged between hosts."""


@dataclass(slots=True)
class SyncResult:
    """What an inventory changed."""

    hosts: list[tuple[HostSpec, int]] = field(default_factory=list)
    """Every host of the inventory with its id, in the inventory's order."""
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    resumed: list[int] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """What changed, in a few words: ``2 added, 1 retired``."""
        counts = (
            ("added", self.added),
            ("changed", self.changed),
            ("retired", self.retired),
            ("resumed", self.resumed),
        )
        return ", ".join(f"{len(ids)} {word}" for word, ids in counts if ids) or "nothing changed"


def sync_fleet(session: Session, fleet: Fleet, at: float) -> SyncResult:
    """Take in an inventory.

    Args:
        session: of the transaction in which all of it happens.
        fleet: checked: names and keys are unique.
        at: epoch seconds.

    Returns:
        The hosts with their ids, and what changed.
    """
    sync = _Sync(session, fleet, at)
    sync.match()
    sync.retire()
    sync.free_names()
    sync.add()
    for spec in fleet.hosts:
        sync.result.hosts.append((spec, sync.apply(spec)))
    _replace(session, Site, _sites(fleet))
    _replace(session, Service, _services(fleet))
    _replace(session, Operator, _operators(fleet))
    _replace(session, ChangingPlan, [ChangingPlan(id=PLAN_ID, body=to_text(fleet.changing), at=at)])
    session.flush()
    result = sync.result
    touch(session, [*result.added, *result.changed, *result.retired, *result.resumed])
    return result


class _Sync:
    """One run: which row is which host, then what changes."""

    def __init__(self, session: Session, fleet: Fleet, at: float) -> None:
        self.session = session
        self.fleet = fleet
        self.at = at
        self.result = SyncResult()
        self._rows = session.exec(select(Host).order_by(col(Host.id))).all()
        self._keys = {spec.key for spec in fleet.hosts}
        self._of: dict[str, Host] = {}
        """The row of each host that has one, by the host's key."""
        self._claimed: set[int | None] = set()
        self._former: dict[int, tuple[str, str]] = {}
        """Name and key of the rows that get others, by id."""

    def match(self) -> None:
        """Find the row of every host: first by key, then by former names, then among the retired ones."""
        live = {row.key: row for row in self._rows if row.retired_at is None}
        for spec in self.fleet.hosts:
            self._claim(spec, live.get(spec.key))
        for find in (self._renamed, self._same_name, self._retired):
            for spec in self.fleet.hosts:
                if spec.key not in self._of:
                    self._claim(spec, find(spec))

    def _claim(self, spec: HostSpec, row: Host | None) -> None:
        if row is not None and row.id not in self._claimed:
            self._of[spec.key] = row
            self._claimed.add(row.id)

    def _free(self) -> list[Host]:
        """Rows that no host of the inventory may claim by its key, the newest first."""
        return [row for row in reversed(self._rows) if row.id not in self._claimed and row.key not in self._keys]

    def _renamed(self, spec: HostSpec) -> Host | None:
        """Return the row of a former name; a row that is live is preferred."""
        if not spec.was:
            return None
        found = [row for row in self._free() if row.key in spec.was or row.name in spec.was]
        return min(found, key=lambda row: row.retired_at is not None, default=None)

    def _same_name(self, spec: HostSpec) -> Host | None:
        """Return the live row of a host that was given an id, or whose id was taken away."""
        for row in self._by_name.get(spec.name, ()):
            if row.id in self._claimed or row.key in self._keys:
                continue
            given = row.key == spec.name
            taken = spec.key == spec.name and _where(row) == (spec.address, spec.port)
            if given or taken:
                return row
        return None

    @cached_property
    def _by_name(self) -> dict[str, list[Host]]:
        found: dict[str, list[Host]] = {}
        for row in self._rows:
            if row.retired_at is None:
                found.setdefault(row.name, []).append(row)
        return found

    def _retired(self, spec: HostSpec) -> Host | None:
        """Return the newest retired row of this key, where it means the same machine."""
        rows = self._retired_by_key.get(spec.key, ())
        same = [row for row in rows if spec.key != spec.name or _where(row) == (spec.address, spec.port)]
        return same[-1] if same else None

    @cached_property
    def _retired_by_key(self) -> dict[str, list[Host]]:
        found: dict[str, list[Host]] = {}
        for row in self._rows:
            if row.retired_at is not None:
                found.setdefault(row.key, []).append(row)
        return found

    def retire(self) -> None:
        """Retire the hosts that the inventory names no more."""
        for row in self._rows:
            if row.retired_at is None and row.id not in self._claimed:
                row.retired_at = self.at
                row.revision += 1
                self.result.retired.append(_id(row))
                self._tell(row, "retired: the inventory names it no more")
        self.session.flush()

    def free_names(self) -> None:
        """Take keys and names from rows that get others, so that two hosts may exchange theirs."""
        for spec in self.fleet.hosts:
            row = self._of.get(spec.key)
            if row is not None and row.retired_at is None and (row.name, row.key) != (spec.name, spec.key):
                self._former[_id(row)] = (row.name, row.key)
                row.name = row.key = MOVING_NAME.format(row.id)
        self.session.flush()

    def add(self) -> None:
        """Make rows for the hosts that have none, all at once."""
        for spec in self.fleet.hosts:
            if spec.key not in self._of:
                self._of[spec.key] = Host(**_columns(spec), first_seen_at=self.at)
                self.session.add(self._of[spec.key])
        self.session.flush()

    def apply(self, spec: HostSpec) -> int:
        """Write a host; returns its id."""
        row = self._of[spec.key]
        if _id(row) in self._claimed:
            self._go_on(row, spec)
        else:
            self.result.added.append(_id(row))
            self._tell(row, "added to the inventory")
        return _id(row)

    def _go_on(self, row: Host, spec: HostSpec) -> None:
        if _id(row) in self._former:
            row.name, row.key = self._former[_id(row)]
        texts = _change(row, spec)
        if row.retired_at is not None:
            row.retired_at = None
            texts.insert(0, "back in the inventory")
            self.result.resumed.append(_id(row))
        elif texts:
            self.result.changed.append(_id(row))
        if texts:
            row.revision += 1
            self._tell(row, ", ".join(texts))

    def _tell(self, row: Host, text: str) -> None:
        self.session.add(Event(host_id=_id(row), at=self.at, kind="inventory", text=clean(text)))


def _id(row: Host) -> int:
    assert row.id is not None
    return row.id


def _where(row: Host) -> tuple[str, int | None]:
    return row.address, row.port


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _columns(spec: HostSpec) -> dict[str, Any]:
    return {
        "key": spec.key, "name": spec.name, "address": spec.address, "port": spec.port, "user": spec.user or "",
        "via": _json(spec.via), "site": spec.site, "rack": spec.rack, "groups": _json(spec.groups),
        "labels": _json(dict(spec.labels)), "period_s": spec.period_s, "slow_period_s": spec.slow_period_s,
    }  # fmt: skip


def _change(row: Host, spec: HostSpec) -> list[str]:
    """Give a row what the inventory says; returns what changed, one text a field."""
    texts = []
    for name, value in _columns(spec).items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            texts.append(f"{name} {_said(before)} → {_said(value)}")
    return texts


def _said(value: object) -> str:
    return "none" if value is None or value in ("", "[]", "{}") else str(value)


def _replace(session: Session, table: type[SQLModel], rows: Iterable[SQLModel]) -> None:
    session.exec(delete(table))
    session.add_all(rows)


def _sites(fleet: Fleet) -> list[SQLModel]:
    return [Site(name=site.name, title=site.title, racks=_json(site.racks)) for site in fleet.sites]


def _services(fleet: Fleet) -> list[SQLModel]:
    return [
        Service(
            name=service.name, title=service.title, hosts=_json(service.hosts), depends_on=_json(service.depends_on)
        )
        for service in fleet.services
    ]


def _operators(fleet: Fleet) -> list[SQLModel]:
    return [
        Operator(name=operator.name, role=operator.role.value, user=operator.user, title=operator.title)
        for operator in fleet.operators
    ]
