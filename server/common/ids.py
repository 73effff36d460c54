"""Ids are UUIDv7 made by whoever creates the row, also offline."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    return UUID(int=uuid_utils.uuid7().int)
