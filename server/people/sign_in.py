"""Sign-in by staff number and password, the one way for the API and the pages."""

from datetime import timedelta
from math import ceil

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth import authenticate, login
from django.http import HttpRequest
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.people.models import Officer

WALL_SESSION = timedelta(days=400)
"""Nobody stands beside a wall to sign it in again; revoking it ends its sessions at once."""
_MAX_STAFF_NO_CHARACTERS = 40
_MAX_PASSWORD_CHARACTERS = 1024  # hashing costs time


def sign_in(request: HttpRequest, *, staff_no: str, password: str) -> Officer:
    """Begin a session of this officer in a fresh session key.

    Raises DomainError 401 `signin_failed`, the same for a wrong password, an unknown number and a suspended officer,
    or 429 `too_many_attempts`, counted by staff number and address.
    """
    # Neither database nor lockout takes a NUL or a lone surrogate, and no staff number has one.
    if len(staff_no) > _MAX_STAFF_NO_CHARACTERS or not staff_no.isprintable() or "\0" in password:
        raise _failed()
    if len(password) > _MAX_PASSWORD_CHARACTERS:
        raise _failed()
    # Under this name only: axes counts failures by the member AXES_USERNAME_FORM_FIELD of these very credentials.
    officer = authenticate(request, staff_no=staff_no, password=password)
    if isinstance(officer, Officer):
        login(request, officer)
        if officer.is_wall:
            request.session.set_expiry(WALL_SESSION)
        return officer
    if getattr(request, "axes_locked_out", False):
        request.axes_locked_out = False  # type: ignore[attr-defined]  # answered here, not by the middleware of axes
        raise _too_many(request, staff_no)
    raise _failed()


def _failed() -> DomainError:
    return DomainError("signin_failed", 401, _("Staff number or password is wrong, or this account is not active."))


def _too_many(request: HttpRequest, staff_no: str) -> DomainError:
    attempts = AccessAttempt.objects.filter(username=staff_no, ip_address=request.META.get("REMOTE_ADDR"))
    newest = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    wait = (get_cool_off(request) or timedelta()) - (now() - newest if newest else timedelta())
    return DomainError(
        "too_many_attempts",
        429,
        _("Too many failed attempts. Wait before you try again."),
        retry_after_seconds=max(1, ceil(wait.total_seconds())),
    )
