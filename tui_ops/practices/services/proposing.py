"""What a spent error budget proposes: no changes on the hosts of its service for a while."""

from collections.abc import Collection, MutableMapping, Sequence

from sqlmodel import Session

from tui_ops.model.budgets import Budget
from tui_ops.model.clean import clean
from tui_ops.model.fleet import ENGINE_NAME, ServiceSpec
from tui_ops.model.units import format_duration
from tui_ops.practices.services.slo import WHOLE
from tui_ops.store.budgets import freezes_of_budgets, withdraw_freeze
from tui_ops.store.freezes import freeze_name
from tui_ops.store.tables.budgets import Slo
from tui_ops.store.tables.changes import Freeze
from tui_ops.store.timeline import to_json

ADDRESSES_MOST = 50
"""Services that one freeze names: as many as a freeze made by hand may."""


SERVICE = "service:"
"""Begins the address of a service's hosts."""


def settle(
    session: Session, budget: Budget, until: float, services: Sequence[ServiceSpec], at: float,
    standing: MutableMapping[int, frozenset[str]] | None = None,
) -> str:  # fmt: skip
    """Propose a freeze where a budget is spent, once until it was whole again.

    One that somebody turned down, agreed to or ended stands for that time. Where it ran out and the budget is still
    spent, another is proposed. One that nobody has decided on is withdrawn once the budget is whole again. Where
    another budget has proposed one already that holds all of the hosts, that one stands for both: what fails below
    fails everything above, and is asked about once.

    Args:
        session: of the transaction; the service's row is written already.
        budget: of a service.
        until: when the freeze ends that would be proposed, epoch seconds.
        services: of the inventory, to find the hosts.
        at: now, epoch seconds.
        standing: hosts of the freezes that budgets have proposed, by their numbers, as :func:`standing_freezes` returns
            them, where that was looked at already; it gets the new one.

    Returns:
        The number of the freeze that was proposed; empty where none was.
    """
    row = session.get_one(Slo, budget.service)
    if row.freeze_id is not None and budget.left >= WHOLE:
        if withdraw_freeze(session, row.freeze_id, row.service, at) and standing is not None:
            standing.pop(row.freeze_id, None)
        row.freeze_id = None
        session.add(row)
    if not budget.spent or not _may_propose(session, row, at):
        return ""
    addresses = frozen_by(budget.service, services)
    if not addresses:
        return ""
    standing = standing_freezes(session, services, at) if standing is None else standing
    hosts = _hosts_of(addresses, services)
    other = next((number for number, held in standing.items() if hosts <= held), None)
    if other is not None:
        row.freeze_id = other
        session.add(row)
        return ""
    spent = f"{format_duration(budget.bad_s)} were bad, {format_duration(round(budget.allowed_s))} are allowed"
    made = Freeze(
        title=clean(f"error budget of {budget.service}", 100),
        reason=clean(f"{budget.aim} is spent: {spent}{budget.burning}"),
        by=ENGINE_NAME, matcher=to_json(addresses), begins_at=at, ends_at=until, at=at, proposed=True,
    )  # fmt: skip
    session.add(made)
    session.flush()
    assert made.id is not None
    row.freeze_id, standing[made.id] = made.id, hosts
    session.add(row)
    return freeze_name(made.id)


def standing_freezes(session: Session, services: Sequence[ServiceSpec], at: float) -> dict[int, frozenset[str]]:
    """Return the hosts of the freezes that budgets have proposed and that are not over, by their numbers.

    Args:
        session: of the transaction.
        services: of the inventory.
        at: now, epoch seconds.
    """
    return {number: _hosts_of(held, services) for number, held in freezes_of_budgets(session, at).items()}


def _hosts_of(addresses: Collection[str], services: Sequence[ServiceSpec]) -> frozenset[str]:
    wanted = {address.removeprefix(SERVICE) for address in addresses if address.startswith(SERVICE)}
    return frozenset(host for one in services if one.name in wanted for host in one.hosts)


def _may_propose(session: Session, row: Slo, at: float) -> bool:
    if row.freeze_id is None:
        return True
    last = session.get(Freeze, row.freeze_id)
    return last is None or (last.ended_at is None and last.ends_at <= at)


def frozen_by(service: str, services: Collection[ServiceSpec]) -> list[str]:
    """Return the addresses of the hosts that a freeze for a service holds.

    Args:
        service: its name.
        services: of the inventory.

    Returns:
        The service itself; where it has no hosts of its own, those that it needs and that have some.
    """
    by_name = {one.name: one for one in services}
    found: dict[str, None] = {}
    waiting, seen = [service], {service}
    while waiting:
        one = by_name.get(waiting.pop(0))
        if one is None:
            continue
        if one.hosts:
            found[f"{SERVICE}{one.name}"] = None
            continue
        waiting += [name for name in one.depends_on if name not in seen]
        seen.update(one.depends_on)
    return list(found)[:ADDRESSES_MOST]
