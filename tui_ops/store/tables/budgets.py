"""What services may fail, and the minutes in which they did."""

from sqlmodel import Field, SQLModel


class Slo(SQLModel, table=True):
    """How a service stands against its aim, as the engine saw it last."""

    service: str = Field(primary_key=True)
    measured_by: str = ""
    """JSON list of lists of host id and check: which results say it. Where it differs the days are of another aim."""
    target: float
    over_s: float
    good_s: float = 0.0
    bad_s: float = 0.0
    unknown_s: float = 0.0
    burn_5m: float | None = None
    burn_1h: float | None = None
    burn_6h: float | None = None
    bad_at: float | None = None
    """When the last bad minute began."""
    at: float = 0.0
    settled: int = 0
    """Number of the first minute, since the epoch, that is not told yet."""
    freeze_id: int | None = Field(default=None, foreign_key="freeze.id")
    """The freeze that was proposed since the budget was whole last."""


class SloDay(SQLModel, table=True):
    """The minutes of one service on one day, UTC, each as a bit; the first minute is the lowest of the first byte."""

    __tablename__ = "slo_day"

    service: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    """Days since the epoch."""
    good: bytes
    bad: bytes
