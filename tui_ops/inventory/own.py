"""The section ``engine``: what the engine tells the outside of itself."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from tui_ops.inventory import fields
from tui_ops.inventory.errors import quoted
from tui_ops.inventory.schema import Part
from tui_ops.inventory.tree import Node
from tui_ops.inventory.validate import Validator
from tui_ops.inventory.wrong import Wrong
from tui_ops.model.fleet import EngineSpec, SecretRef

PERIOD_RANGE_S = (10.0, 3600.0)
"""Between two signs of life: services of this kind count minutes."""

URL_LIMIT = 1000
"""Characters of an address: those of such services have about sixty."""

_HINT = "write the address of a service that raises an alarm when it is no longer called"


def _url(value: object) -> str | SecretRef:
    if isinstance(value, SecretRef):
        return value
    if not isinstance(value, str):
        raise Wrong("an address is one text", _HINT)
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(value) > URL_LIMIT or any(char.isspace() or not char.isprintable() for char in value):
        raise Wrong(f"{quoted(value)} is no http or https address", _HINT)
    return value


def _period(text: object) -> float:
    return fields.duration(text, PERIOD_RANGE_S, "10s to 1h")


class Own(Part):
    """The mapping below ``engine``."""

    dead_man: Annotated[str | SecretRef, BeforeValidator(_url)] | None = None
    dead_man_period: Annotated[float, BeforeValidator(_period)] | None = None


def read_engine(node: Node | None, validator: Validator) -> EngineSpec:
    """Return what the engine tells the outside; nothing where the file does not say."""
    said = validator.model(Own, node) if node is not None else None
    if said is None:
        return EngineSpec()
    usual = EngineSpec()
    return EngineSpec(said.dead_man, said.dead_man_period or usual.dead_man_period_s)
