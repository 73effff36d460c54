"""Takes something away from the server behind its back: proves that the recount would notice a loss."""

import os
import sys
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
django.setup()

from django.db import connections  # noqa: E402 - Django must be set up first

from server.evidence.store import Area, current_store  # noqa: E402 - Django must be set up first
from server.field.models import ActionRecord, ActionSubject, FieldAction  # noqa: E402


def drop_photo(sha256: str) -> None:
    current_store().put(Area.ORIGINALS, sha256, b"taken away")


def drop_action(action_id: str) -> None:
    key = UUID(action_id)
    ActionSubject.objects.filter(action_id=key).delete()
    ActionRecord.objects.filter(action_id=key).delete()
    FieldAction.objects.filter(pk=key).delete()


if __name__ == "__main__":
    try:
        {"drop_photo": drop_photo, "drop_action": drop_action}[sys.argv[1]](sys.argv[2])
    finally:
        connections.close_all()  # a pool with a connection still out keeps the process from ending
