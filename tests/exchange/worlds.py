"""Two deployments in one process: each with its own database, its own files and its own courts.

The first is the suite's; the other is a copy of the migrated database, entered and left like a room.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings
from django.utils.module_loading import import_string

from server.exchange.models import OutMessage, Peer
from server.exchange.services import enrol_peer, note_receipts, take_in, waiting_for
from server.people.keys import signing_key_of
from server.people.models import Court
from tests.backends import migrated


@dataclass
class World:
    """One deployment with one court."""

    folder: Path
    database: BaseDatabaseWrapper
    court: Court = field(init=False)

    @contextmanager
    def entered(self) -> Iterator[None]:
        standing = connections["default"]
        connections["default"] = self.database
        try:
            with override_settings(EVIDENCE_DIR=str(self.folder)):
                yield
        finally:
            connections["default"] = standing

    def does(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with self.entered():
            return work(*given, **named)


@contextmanager
def other_database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A database of the same kind as the suite's, migrated and empty."""
    settings = deepcopy(connections["default"].settings_dict)
    settings["OPTIONS"].pop("pool", None)  # pools are kept by alias, and this one has the same
    name, url = f"partner_{uuid4().hex[:12]}", os.environ.get("DATABASE_URL", "")
    if connections["default"].vendor == "sqlite":
        settings["NAME"] = str(folder / "partner.sqlite3")
        migrated.copy_sqlite(Path(settings["NAME"]))
    else:
        migrated.postgres_database(url, name)
        settings["NAME"] = name
    wrapper = import_string(f"{settings['ENGINE']}.base.DatabaseWrapper")(settings, "default")
    try:
        yield wrapper
    finally:
        wrapper.close()
        if wrapper.vendor == "postgresql":
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(f"DROP DATABASE {name}".encode())


def introduce(first: World, second: World, card: Callable[[Court], str]) -> None:
    """People carried the cards both ways."""
    for host, guest in ((first, second), (second, first)):
        text = guest.does(card, guest.court)
        host.does(enrol_peer, card=text, code=guest.court.code, url="")


def carry(sender: World, receiver: World, *, lost: bool = False) -> int:
    """Everything that waits, once across, and the receipts back, unless these are lost on the way."""
    with sender.entered():
        texts, keys = outgoing(sender, receiver), signing_key_of(sender.court).chain
    receipts, theirs = receiver.does(_taken, receiver, sender, texts, keys)
    if not lost:
        sender.does(_noted, receiver, receipts, theirs)
    return len(texts)


def outgoing(sender: World, receiver: World) -> list[str]:
    """In the sender's world: the texts that wait for the receiver."""
    return [row.text for row in waiting_for(peer_of(receiver), sender.court)]


def peer_of(world: World) -> Peer:
    return Peer.objects.select_related("court").get(court__code=world.court.code)


def _taken(receiver: World, sender: World, texts: list[str], keys: list[str]) -> tuple[list[str], list[str]]:
    receipts = take_in(peer=peer_of(sender), court=receiver.court, texts=texts, keys=keys)
    return receipts, signing_key_of(receiver.court).chain


def _noted(receiver: World, receipts: list[str], keys: list[str]) -> None:
    note_receipts(peer_of(receiver), receipts, keys)


def settle(first: World, second: World) -> None:
    """To and fro until nobody has anything to say."""
    while carry(first, second) + carry(second, first):
        pass


def codes(world: World) -> list[str]:
    """Of what it said: why the other side did not take it."""
    return list(world.does(lambda: list(OutMessage.objects.exclude(code="").values_list("code", flat=True))))
