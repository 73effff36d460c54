"""Packages for courts without Zhixing, and the files they send back, over HTTP. No rules here."""

import tempfile
from contextlib import ExitStack
from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema
from pydantic import StringConstraints

from server.matters.access import readable_matter, sides_of
from server.matters.models import Matter, MatterIntake
from server.matters.services import enter_result, make_package
from server.matters.states import Side
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["matters"], auth=SignedIn())
IN_MEMORY_BYTES = 4 * 1024 * 1024
FileName = Annotated[str, StringConstraints(max_length=200)]


class IntakeView(Schema):
    """A file that came back; `faults` say where it could not be entered, and why."""

    id: UUID
    sha256: str
    size: int
    name: str
    by: str
    filled_by: str
    received_at: datetime
    state: str
    code: str
    faults: list[dict[str, str]]


@router.get("/matters/{uuid:matter_id}/package", summary="The package for a court without Zhixing")
def package(request: HttpRequest, matter_id: UUID) -> FileResponse:
    """A zip: the signed request with a page to read, its papers, a form to fill in, hashes and a signature."""
    assert isinstance(request.user, Officer)
    matter = readable_matter(request.user, matter_id)
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
        make_package(matter=matter, out=out, by=request.user)
        out.seek(0)
        stack.pop_all()  # from here the response closes it
    response = FileResponse(out, content_type="application/zip")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(matter.number)}.zip"
    return response


@router.get("/matters/{uuid:matter_id}/intakes", response=list[IntakeView])
def list_intakes(request: HttpRequest, matter_id: UUID) -> list[IntakeView]:
    """What came back so far, the newest first: of the asking court and its superiors."""
    assert isinstance(request.user, Officer)
    matter = readable_matter(request.user, matter_id)
    return intakes_of(matter) if Side.ASKING in sides_of(request.user, matter) else []


@router.post("/matters/{uuid:matter_id}/intakes", response=IntakeView)
def enter(request: HttpRequest, matter_id: UUID, name: FileName = "result") -> IntakeView:
    """A file that came back, its bytes as the body: kept, and entered on behalf of that court. Twice it is once."""
    assert isinstance(request.user, Officer)
    matter = readable_matter(request.user, matter_id)
    return intake_view(enter_result(matter=matter, name=name, content=request.body, by=request.user))


def intakes_of(matter: Matter) -> list[IntakeView]:
    rows = matter.intakes.select_related("paper", "by").order_by("-received_at", "-pk")
    return [intake_view(row) for row in rows]


def intake_view(row: MatterIntake) -> IntakeView:
    return IntakeView(
        id=row.pk,
        sha256=row.paper.sha256,
        size=row.paper.size,
        name=row.paper.title,
        by=row.by.name,
        filled_by=row.filled_by,
        received_at=row.received_at,
        state=row.state,
        code=row.code,
        faults=row.faults,
    )
