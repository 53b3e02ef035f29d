"""The audit chain: append-only by trigger, each entry bound to the one before by its hash."""

from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    """One act, by whom, on what, with what outcome. Written in the act's own transaction."""

    __tablename__ = "audit"

    id: int = Field(primary_key=True)
    """Counts from 1 without a gap: a missing number is a removed entry."""
    at: float
    who: str
    uid: int
    origin: str
    action: str
    target: str
    """Noun and name, ``host:web-1``; several are separated by a space."""
    params: str
    """JSON object, keys sorted."""
    outcome: str
    """One sentence."""
    previous: str
    """Hash of the entry before; 64 zeros for the first."""
    hash: str
