"""When did an act happen? The device's clock is evidence, never authority. Pure."""

from datetime import datetime, timedelta

from server.common.clock import from_wire
from server.field.operation import TimeBounds

TOLERANCE = timedelta(minutes=2)


def bounds_of(stated: str | None, statement_at: datetime | None, received_at: datetime) -> TimeBounds:
    """An act came after the last statement its device had received, and before it arrived.

    `consistent`: the stated time lies between; `skewed`: it cannot be true; `unbounded`: nothing bounds it from below.
    """
    if statement_at is None or stated is None:
        return TimeBounds(statement_at, received_at, "unbounded")
    is_possible = statement_at - TOLERANCE <= from_wire(stated) <= received_at + TOLERANCE
    return TimeBounds(statement_at, received_at, "consistent" if is_possible else "skewed")
