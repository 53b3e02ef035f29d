"""Who acts, and in which role."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may do. Each role may do what the ones before it may."""

    VIEWER = "viewer"
    """Sees everything, changes nothing."""
    OPERATOR = "operator"
    """Acts on hosts: reads now, maintenance, notes."""
    APPROVER = "approver"
    """Approves what others asked for."""
    ADMIN = "admin"
    """Trusts keys, reloads the inventory, repairs."""

    def may(self, needed: "Role") -> bool:
        """Return whether this role covers ``needed``."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Who:
    """An operator as the engine knows him: from the kernel, never from what the client says."""

    name: str
    role: Role
    uid: int
    origin: str = "local"
    """Where he came from, for the audit entry: ``local``, or the address of the SSH client if known."""
