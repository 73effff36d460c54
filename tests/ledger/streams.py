"""Streams and drafts for the ledger's tests."""

from typing import Any

from django.db import transaction

from server.common.ids import new_id
from server.ledger.services import Appended, Draft, append, open_stream


def opened(count: int = 1) -> list[str]:
    streams = [f"court:{new_id()}" for _ in range(count)]
    for stream in streams:
        open_stream(stream)
    return streams


def draft(*streams: str, kind: str = "node_changed", **view: Any) -> Draft:
    return Draft(streams, kind, view or {"state": "RUNNING"}, {"why": "a private reason"})


def append_now(*drafts: Draft) -> list[dict[str, Appended]]:
    with transaction.atomic():
        return append(drafts)
