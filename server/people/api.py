"""Staff sign-in and the list of devices."""

from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.views.decorators.debug import sensitive_variables
from ninja import Router, Status
from pydantic import Field

from server.people.access import roles_of
from server.people.auth import SignedIn, csrf_failed
from server.people.device_rights import require_can_ask, require_device
from server.people.models import Device, Officer
from server.people.queries import devices_visible_to
from server.people.schemas import (
    CourtView,
    DevicePage,
    DeviceView,
    OfficerView,
    SessionView,
    SignInRequest,
)
from server.people.services import confirm_device
from server.people.sign_in import sign_in

router = Router(tags=["people"])
signed_in = SignedIn()
PageSize = Annotated[int, Field(ge=1, le=500)]


@router.post("/session", response=SessionView)
@sensitive_variables("credentials")
def begin_session(request: HttpRequest, credentials: SignInRequest) -> SessionView:
    """Sign in by staff number and password; the answer sets the session cookie."""
    _require_own_origin(request)
    officer = sign_in(request, staff_no=credentials.staff_no, password=credentials.password)
    return _session_of(officer, request)


@router.get("/session", response=SessionView, auth=signed_in)
def read_session(request: HttpRequest) -> SessionView:
    """Who is signed in, with a current CSRF token."""
    return _session_of(_officer(request), request)


@router.delete("/session", response={204: None}, auth=signed_in)
def end_session(request: HttpRequest) -> Status[None]:
    """Sign out: the session's key opens nothing any more."""
    logout(request)
    return Status(204, None)


@router.get("/devices", response=DevicePage, auth=signed_in)
def list_devices(request: HttpRequest, cursor: UUID | None = None, limit: PageSize = 100) -> DevicePage:
    """The officer's own devices, and those of courts his role watches."""
    visible = devices_visible_to(_officer(request)).order_by("pk")
    following = visible.filter(pk__gt=cursor) if cursor else visible
    devices = list(following[: limit + 1])
    last = str(devices[limit - 1].pk) if len(devices) > limit else None
    return DevicePage(items=[_device_view(device) for device in devices[:limit]], next=last)


@router.post("/devices/{device_id}/confirm", response=DeviceView, auth=signed_in)
def confirm(request: HttpRequest, device_id: UUID) -> DeviceView:
    """Let a device read again that a restored server knows by its certificate alone."""
    officer = _officer(request)
    device = require_device(officer, device_id)
    require_can_ask(officer, device)
    confirm_device(device=device, by=officer)
    return _device_view(require_device(officer, device_id))


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _require_own_origin(request: HttpRequest) -> None:
    # There is no token before the first sign-in, but a browser names the page that sends the form: nobody may be
    # signed in to another's account by a foreign page. Programs send no Origin.
    guard = CsrfViewMiddleware(lambda _: csrf_failed())  # type: ignore[arg-type]
    if "HTTP_ORIGIN" in request.META and not guard._origin_verified(request):  # type: ignore[attr-defined]
        raise csrf_failed()


def _session_of(officer: Officer, request: HttpRequest) -> SessionView:
    court = officer.court
    return SessionView(
        officer=OfficerView(id=officer.pk, staff_no=officer.staff_no, name=officer.name),
        court=CourtView(id=court.pk, code=court.code, name=court.name),
        roles=sorted(roles_of(officer)),
        csrf=get_token(request),
    )


def _device_view(device: Device) -> DeviceView:
    officer, said = device.officer, device.last_status
    unsent = said.get("unsent")
    return DeviceView(
        id=device.pk,
        court_id=device.court_id,
        officer=OfficerView(id=officer.pk, staff_no=officer.staff_no, name=officer.name),
        name=device.name,
        incarnation=device.incarnation,
        enrolled_at=device.enrolled_at,
        revoked_at=device.revoked_at,
        recovered_at=device.recovered_at,
        confirmed_at=device.confirmed_at,
        last_contact_at=device.last_contact_at,
        unsent_operations=len(unsent) if isinstance(unsent, list) else None,
        pending_bytes=_count_or_none(said.get("pending_bytes")),
        is_doubted=device.is_doubted,
    )


def _count_or_none(said: Any) -> int | None:
    # A device's own words: whatever it sent stands there.
    return said if isinstance(said, int) and not isinstance(said, bool) else None
