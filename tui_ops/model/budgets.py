"""What a service is to be worth over time, how much of what it may fail is left, and how old its backups are."""

from dataclasses import dataclass

from tui_ops.model.units import format_duration

HOUR_S = 3600.0
MINUTE_S = 60.0

PAGE_SHARE = 0.02
"""A fast burn spends this share of the budget within an hour: the page of the published multi-window practice, ×14.4
over 30 days."""

BUDGET_RULE = "error-budget"
"""What stands for budgets that are spent fast among the ``expected_alerts`` of a plan."""

TARGET_RANGE = (0.5, 0.99999)
"""Half the time is no aim below which anybody would look, and five nines of a month are 26 s: less than the minute in
which it is counted."""


def allowed_s(target: float, over_s: float) -> float:
    """Return for how many seconds a service may fail; to the millisecond, or the last minute of some budgets would not
    spend them for what binary fractions leave over.

    Args:
        target: the share of its time that is to be good.
        over_s: in so many seconds.
    """
    return round((1.0 - target) * over_s, 3)


@dataclass(frozen=True, slots=True)
class SloSpec:
    """The aim of a service, as the inventory says it."""

    target: float
    """The share of its minutes that are to be good, such as 0.999."""
    over_s: float
    """Over so many seconds, always the last ones."""
    checks: tuple[str, ...] = ()
    """Names of the checks that say it; none: every check of its hosts."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How a service stands against its aim. Times in seconds, of whole minutes."""

    service: str
    target: float
    over_s: float
    good_s: float = 0.0
    bad_s: float = 0.0
    unknown_s: float = 0.0
    """Nobody looked: neither good nor bad."""
    burn_5m: float | None = None
    """How fast it was spent in the last five minutes: at 1 it is gone just at the end of its time. None where nobody
    looked in all of that time."""
    burn_1h: float | None = None
    burn_6h: float | None = None
    bad_at: float | None = None
    """When the last bad minute began, epoch seconds; None where there is none."""
    at: float = 0.0

    @property
    def allowed_s(self) -> float:
        """What it may fail in all that time."""
        return allowed_s(self.target, self.over_s)

    @property
    def left_s(self) -> float:
        """What of it is left; below 0 where it failed more than it may."""
        return self.allowed_s - self.bad_s

    @property
    def left(self) -> float:
        """The same as a share of all of it, 0 to 1."""
        return min(1.0, max(0.0, self.left_s / self.allowed_s))

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.left_s <= 0

    @property
    def coverage(self) -> float:
        """The share of the time in which somebody looked, 0 to 1."""
        known = self.good_s + self.bad_s
        return known / (known + self.unknown_s) if known else 0.0

    @property
    def fast(self) -> float:
        """From which burn on within an hour it is fast."""
        return max(1.0, PAGE_SHARE * self.over_s / HOUR_S)

    @property
    def burns_fast(self) -> bool:
        """Whether it is spent fast, by the long window and by the short one, which forgets soon."""
        return all(burn is not None and burn >= self.fast for burn in (self.burn_5m, self.burn_1h))

    @property
    def aim(self) -> str:
        """What it is to be worth: ``99.9 % over 30d``."""
        return f"{percent(self.target)} over {format_duration(self.over_s)}"

    @property
    def said(self) -> str:
        """How it stands, in a few words: ``31min left of 43min, burning ×14``."""
        if not self.good_s and not self.bad_s:
            return "nobody looked yet"
        allowed = format_duration(round(self.allowed_s))
        left = f"{format_duration(round(self.left_s))} left of {allowed}"
        if self.left_s < 0:
            left = f"spent, {format_duration(round(-self.left_s))} beyond its {allowed}"
        elif self.spent:
            left = f"spent, all of {allowed}"
        return f"{left}{self.burning}"

    @property
    def burning(self) -> str:
        """How fast it is being spent, as the end of a sentence; empty where it lasts."""
        return f", burning ×{self.burn_1h:.3g}" if self.burn_1h is not None and self.burn_1h > 1 else ""


@dataclass(frozen=True, slots=True)
class HostBackup:
    """The last good backup of a host that has one declared."""

    host: str
    at: float | None
    """When it was made, epoch seconds; None where no good one was reported yet."""
    rpo_s: float
    """How old it may be."""
    job: str
    """The heartbeat that reports it."""

    def late(self, at: float) -> bool:
        """Return whether it is older at epoch second ``at`` than it may be."""
        return self.at is None or at - self.at > self.rpo_s


def percent(share: float) -> str:
    """Return a share as people write a target: ``99.95 %``."""
    return f"{share * 100:.6g} %"
