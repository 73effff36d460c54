"""Planted faults of servers that take a client's word, or let into a column what it cannot hold."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from server.common import ijson
from server.sync import continuity


@contextmanager
def client_hash_trusted() -> Iterator[None]:
    """What is acknowledged already is not hashed again: whatever comes under its hash is a repetition."""
    real = continuity._require_links

    def trusting(log: Any, envelope: Any) -> None:
        if envelope.last_seq > log.acked_seq:
            real(log, envelope)

    with mock.patch.object(continuity, "_require_links", trusting):
        yield


@contextmanager
def nul_let_through() -> Iterator[None]:
    """A body with a NUL is taken for sound."""

    def lax(text: str, trail: Any) -> None:
        real(re.sub("\x00", "", text), trail)

    real = ijson._refuse_text
    with mock.patch.object(ijson, "_refuse_text", lax):
        yield
