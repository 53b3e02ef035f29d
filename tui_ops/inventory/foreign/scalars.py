"""Single values as Ansible takes them: Python's literals in INI, YAML's types in YAML; and which can't be used."""

import ast
import warnings
from typing import Any

import yaml

from tui_ops.inventory.foreign.world import SECRETS, Value
from tui_ops.inventory.tree import Node, Scalar
from tui_ops.model.fleet import Place

LITERAL_LIMIT = 500
"""Characters of a text that is tried as a literal of Python: no single value that means something here is longer."""

VALUE_LIMIT = 8000
"""Characters of a value that is kept: the longest list of arguments is far shorter."""

VAULT_HEADER = "$ANSIBLE_VAULT;"
"""What an encrypted file begins with."""

_SINGLE = (str, int, float, bool)
_TEMPLATE_SIGNS = ("{{", "{%", "{#")
_VAULT_TAGS = ("!vault", "!vault-encrypted")


class _Types(yaml.SafeLoader):
    """Gives a scalar its type; it never reads a stream."""

    def __init__(self) -> None:
        super().__init__("")


def of_ini(variable: str, text: str, place: Place) -> Value:
    """Return the value that an INI file gives a variable."""
    if variable in SECRETS:
        return Value(None, place)
    value: Any = text
    if len(text) <= LITERAL_LIMIT:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            value = text
    return _value(value, place)


def of_yaml(variable: str, node: Node, place: Place) -> Value:
    """Return the value that a YAML file gives a variable."""
    if variable in SECRETS:
        return Value(None, place)
    if node.tag in _VAULT_TAGS:
        return Value(None, place, "is encrypted by ansible-vault")
    if not isinstance(node, Scalar):
        return Value(None, place, "is no single value")
    return _value(_typed(node) if node.plain and not node.tag else node.text, place)


def _typed(node: Scalar) -> Any:
    """Return what a plain scalar means in YAML 1.1, ``0x10`` and ``yes`` among them."""
    if len(node.text) > LITERAL_LIMIT:
        return node.text
    loader = _Types()
    try:
        tag = loader.resolve(yaml.ScalarNode, node.text, (True, False))  # type: ignore[no-untyped-call]
        return loader.construct_object(yaml.ScalarNode(tag, node.text))
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        return node.text
    finally:
        loader.dispose()


def _value(value: Any, place: Place) -> Value:
    if value is None:
        return Value(None, place)
    if not isinstance(value, _SINGLE) and not hasattr(value, "isoformat"):
        return Value(None, place, "is no single value")
    try:
        text = str(value)
    except ValueError:
        return Value(None, place, "is too large a number")
    if len(text) > VALUE_LIMIT:
        return Value(None, place, f"is longer than {VALUE_LIMIT:,} characters")
    if any(sign in text for sign in _TEMPLATE_SIGNS):
        return Value(text, place, "is a Jinja template")
    return Value(text, place)
