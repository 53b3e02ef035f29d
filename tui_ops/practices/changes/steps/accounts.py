"""Accounts, and the keys that may log in to them."""

from tui_ops.model.orders import Order
from tui_ops.model.plans import Step
from tui_ops.practices.changes.steps.kind import Kind, arg, judge_ours, judge_ours_dry, ours

KEY_TYPES = ("ssh-", "ecdsa-", "sk-")
"""How the type of a public key begins; what stands before it in a line are its options."""


def _account(step: Step, how: str) -> Order:
    return ours(
        "account",
        step,
        how,
        arg(step, "do"),
        *(arg(step, one) for one in ("name", "groups", "shell", "comment", "home")),
    )


def compose_account(step: Step) -> Order:
    """Return the order of an act on an account."""
    return _account(step, "do")


def dry_account(step: Step) -> Order:
    """Return the order that says what would differ."""
    return _account(step, "dry")


def key_of(line: str) -> str:
    """Return type and body of a public key's line, without options and comment."""
    words = line.split()
    for at, word in enumerate(words[:-1]):
        if word.startswith(KEY_TYPES) and words[at + 1].startswith("AAAA"):
            return f"{word} {words[at + 1]}"
    return line


def _key(step: Step, how: str) -> Order:
    line = arg(step, "key")
    return ours("key", step, how, arg(step, "do") or "add", arg(step, "account"), line, key_of(line))


def compose_key(step: Step) -> Order:
    """Return the order that adds or removes a key."""
    return _key(step, "do")


def dry_key(step: Step) -> Order:
    """Return the order that says whether it is there."""
    return _key(step, "dry")


ACCOUNT = Kind(compose_account, dry_account, judge_ours, judge_ours_dry)
KEY = Kind(compose_key, dry_key, judge_ours, judge_ours_dry)
