"""Whether a step's condition holds on a host, by the inventory in force and by what was last read there."""

from collections.abc import Callable

from tui_ops.model.fleet import Fleet, HostSpec
from tui_ops.model.ruletext import RuleError
from tui_ops.plans.hostfacts import facts_of
from tui_ops.plans.when import NotKnown, evaluate, topics_of
from tui_ops.store.views.connect import Reader
from tui_ops.store.views.facts import items_of


class Conditions:
    """What :class:`tui_ops.engine.change.hands.Place` asks of hosts.

    Args:
        fleet: the inventory in force.
        reader: of ``ops.db``.
    """

    def __init__(self, fleet: Callable[[], Fleet], reader: Reader) -> None:
        self._fleet = fleet
        self._reader = reader

    def applies(self, host: str, when: str) -> bool:
        """Return whether a condition is true of a host; an empty one always is.

        Args:
            host: its name.
            when: as :attr:`~tui_ops.model.plans.Step.when` has it.

        Raises:
            NotKnown: it can't be said: the host is gone from the inventory, or what is asked for was never read.
            StoreError: the store can't be read.
        """
        if not when:
            return True
        fleet = self._fleet()
        spec = _spec(fleet, host)
        try:
            return evaluate(when, facts_of(spec, fleet, items_of(self._reader, host, topics_of(when))))
        except RuleError as error:
            raise NotKnown(f"the condition of the step can't be read: {error.message}", error.hint) from error

    def address_of(self, host: str) -> str:
        """Return by which address a host is reached.

        Raises:
            NotKnown: it is gone from the inventory.
        """
        return _spec(self._fleet(), host).address


def _spec(fleet: Fleet, host: str) -> HostSpec:
    spec = next((one for one in fleet.hosts if one.name == host), None)
    if spec is None:
        raise NotKnown(f"{host} is not in the inventory any more", "put it back, or leave it out of the change")
    return spec
