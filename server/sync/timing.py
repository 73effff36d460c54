"""When did an act happen? The device's clock is evidence, never authority. Pure."""

from datetime import datetime, timedelta

from server.field.operation import TimeBounds

TOLERANCE = timedelta(minutes=2)


def bounds_of(recorded_at: datetime | None, statement_at: datetime | None, received_at: datetime) -> TimeBounds:
    """An act came after the last statement its device had received, and before it arrived.

    `consistent`: the stated time lies between; `skewed`: it cannot be true; `unbounded`: nothing bounds it from below.
    """
    if statement_at is None or recorded_at is None:
        return TimeBounds(statement_at, received_at, "unbounded")
    is_possible = statement_at - TOLERANCE <= recorded_at <= received_at + TOLERANCE
    return TimeBounds(statement_at, received_at, "consistent" if is_possible else "skewed")
