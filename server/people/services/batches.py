"""Codes for many officers at once, for a sheet that is printed, cut and handed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.people.access import is_suspended, require_role
from server.people.device_rights import KEEPS_DEVICES
from server.people.models import Officer
from server.people.services.devices import issue_enrolment_code

MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class PrintedCode:
    officer: Officer
    code: str
    expires_at: datetime


@transaction.atomic
def issue_enrolment_codes(*, officers: Sequence[Officer], by: Officer | None = None) -> list[PrintedCode]:
    """One code each, in their order; the unused ones of before open nothing any more. All of them, or none.

    Raises DomainError 403 `role_required`, 409 `officer_not_active` naming who, 413 `too_many_codes`.
    """
    if by is not None:
        _require_right(by, officers)
    if len(officers) > MAX_AT_ONCE:
        message = _("Print fewer codes at once.")
        raise DomainError("too_many_codes", 413, message, {"max_codes": MAX_AT_ONCE})
    resting = [officer.staff_no for officer in officers if not officer.is_active or is_suspended(officer)]
    if resting:
        message = _("Suspended or gone, so no device for them: %(staff)s.") % {"staff": ", ".join(resting)}
        raise DomainError("officer_not_active", 409, message, {"staff_nos": resting})
    until = now() + timedelta(hours=settings.ENROLMENT_CODE_HOURS)
    return [
        PrintedCode(officer, issue_enrolment_code(officer=officer, issued_by=by, void_older=True), until)
        for officer in officers
    ]


def _require_right(by: Officer, officers: Sequence[Officer]) -> None:
    require_role(by, *KEEPS_DEVICES)
    if any(officer.court_id != by.court_id for officer in officers):
        message = _("An officer of another court gets his code there.")
        raise DomainError("role_required", 403, message, {"roles": sorted(KEEPS_DEVICES)})
