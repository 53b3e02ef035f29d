"""What hosts are made of: the present items of each topic, and every difference from one reading to the next."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Fact(SQLModel, table=True):
    """The present items of one topic of a host."""

    host_id: int = Field(primary_key=True, foreign_key="host.id")
    topic: str = Field(primary_key=True)
    period_s: float = 3600.0
    tried_at: float = 0.0
    at: float | None = None
    """The last good reading; None before the first."""
    changed_at: float | None = None
    """When the items were last found to be others; None while they are as the first reading found them."""
    text: str = ""
    """Why the last attempt failed; empty where it was good."""
    needs: str = "[]"
    """JSON list: what takes privilege, in words."""
    unread: str = "[]"
    """JSON list: beginnings of the names of items that could not be looked at."""
    unread_fields: str = "[]"
    """JSON list: fields that could not be looked at, in any item."""
    count: int = 0
    cut: int = 0
    """Items beyond the limit of the topic, which were left out."""
    digest: str = ""
    """Of the last good reading: one that says the same is not compared."""
    items: bytes = b""
    """JSON object of item name to fields, deflated."""


class FactDifference(SQLModel, table=True):
    """An item that is not what it was at the reading before."""

    __tablename__ = "difference"
    __table_args__ = (Index("difference_of_host", "host_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    host_id: int = Field(foreign_key="host.id")
    topic: str
    item: str
    at: float = Field(index=True)
    """When it was first seen."""
    since_at: float
    """The reading before, which still saw it as it was: what happened lies between the two."""
    before: str | None = None
    """JSON object: the fields that differ, as they were; None where the item is new."""
    after: str | None = None
    """The same fields now; None where the item is gone."""
