"""Wire types of missing files: whether they are wanted, and when to expect them."""

from datetime import datetime

from ninja import Field, Schema

from server.evidence.expected import Expected


class WantedBody(Schema):
    reason: str = Field(default="", max_length=200)


class ExpectedView(Schema):
    """All of it as of `as_of`, the device's last word."""

    as_of: datetime | None
    heard_at: datetime | None
    place: int | None
    of: int | None
    bytes_before: int | None
    held_back: str
    earliest_at: datetime | None
    latest_at: datetime | None
    """None: not before its next contact."""


class WantedPromise(Schema):
    device: str
    state: str
    wanted_at: datetime | None
    expected: ExpectedView | None


class WantedView(Schema):
    sha256: str
    wanted: bool
    promises: list[WantedPromise]


def expected_view(expected: Expected | None) -> ExpectedView | None:
    if expected is None:
        return None
    names = ("as_of", "heard_at", "place", "of", "bytes_before", "held_back", "earliest_at", "latest_at")
    return ExpectedView(**{name: getattr(expected, name) for name in names})
