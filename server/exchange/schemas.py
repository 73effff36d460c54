"""What people are told of a matter between two servers."""

from datetime import datetime
from typing import Any

from ninja import Schema


class AskedView(Schema):
    """A step that the other court's server was asked for, or would not take."""

    move: str
    by: str
    at: datetime
    answered_at: datetime | None
    code: str
    message: str
    """Why it was not taken; empty where it was, or as long as nobody answered."""


class FileView(Schema):
    part: str
    sha256: str
    size: int
    offset: int
    """How much of it has arrived."""
    state: str
    fault: str
    told: dict[str, Any]


class AcrossView(Schema):
    """`court` empty: both courts are courts of this server."""

    court: str
    is_by_files: bool
    is_cut_off: bool
    last_contact_at: datetime | None
    waiting: int
    """Messages of ours that have no receipt yet."""
    dead: int
    """Messages of ours that were not taken, until a person tries them again."""
    asked: list[AskedView]
    promised: int
    arrived: int
    files: list[FileView]
