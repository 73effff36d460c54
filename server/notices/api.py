"""An officer's inbox: HTTP in and out, no rules."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from server.notices.queries import inbox_page, unread_count
from server.notices.schemas import NoticePage, NoticeView, ReadAnswer, ReadBody
from server.notices.services import mark_read
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["notices"], auth=SignedIn())
PageSize = Annotated[int, Field(ge=1, le=200)]


def _reader(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


@router.get("/notices", response=NoticePage)
def list_notices(
    request: HttpRequest, unread: bool = False, cursor: UUID | None = None, limit: PageSize = 50
) -> NoticePage:
    """What the officer was told, the newest first."""
    officer = _reader(request)
    rows = inbox_page(officer, only_unread=unread, before=cursor, limit=limit + 1)
    following = str(rows[limit - 1].pk) if len(rows) > limit else None
    items = [NoticeView.from_orm(row) for row in rows[:limit]]
    return NoticePage(items=items, unread=unread_count(officer), next=following)


@router.post("/notices/read", response=ReadAnswer)
def read_notices(request: HttpRequest, body: ReadBody) -> ReadAnswer:
    """These are read; repeating it, or naming another's, changes nothing."""
    officer = _reader(request)
    return ReadAnswer(read=mark_read(officer=officer, ids=body.ids), unread=unread_count(officer))
