"""Accounts of walls: each screen has its own, made and revoked by those who answer for the court's centre."""

import secrets

from django.db import transaction

from server.ledger.services import append
from server.people.access import require_can_keep_walls
from server.people.models import Court, Officer
from server.people.services.entries import court_entry

PASSWORD_BYTES = 15


@transaction.atomic
def create_wall(*, court: Court, name: str, by: Officer | None = None) -> tuple[Officer, str]:
    """A wall and the password it signs in with, told this once.

    Raises DomainError 403 `role_required` where `by` may not keep the walls of this court.
    """
    _require_keeper(court, by)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    wall = Officer(court=court, staff_no=f"wall-{secrets.token_hex(4)}", name=name, is_wall=True)
    wall.set_password(password)
    wall.save(force_insert=True)
    append([court_entry(court.pk, "wall_created", {"officer": str(wall.pk)}, by=by, name=name)])
    return wall, password


@transaction.atomic
def revoke_wall(*, wall: Officer, by: Officer | None = None) -> None:
    """It shows nothing from now on, and cannot sign in again. Revoking one twice changes nothing."""
    _require_keeper(wall.court, by)
    if not Officer.objects.filter(pk=wall.pk, is_wall=True, is_active=True).update(is_active=False):
        return
    append([court_entry(wall.court_id, "wall_revoked", {"officer": str(wall.pk)}, by=by)])


def _require_keeper(court: Court, by: Officer | None) -> None:
    if by is not None:  # None: an operator at the machine
        require_can_keep_walls(by, court.pk)
