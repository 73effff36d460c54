"""Who may read which stream, whole or not at all; asked at the door, after a pushed entry, and every 30 seconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.people.access import courts_on_wall, courts_watched_by, roles_of
from server.people.models import Officer, Role
from server.people.streams import court_stream

WATCHING_ROLES = frozenset(
    {Role.COMMAND_CENTRE, Role.DIRECTOR, Role.PRESIDENT, Role.INSPECTION, Role.SUPERIOR_SUPERVISOR}
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody at a socket, and the session that vouches for him."""

    officer_id: UUID
    session_key: str


def streams_watched_by(officer: Officer) -> frozenset[str]:
    if officer.is_wall:
        return frozenset(map(court_stream, courts_on_wall(officer)))
    roles = roles_of(officer)
    if not roles & WATCHING_ROLES:
        return frozenset()
    streams = {f"court:{court_id}" for court_id in courts_watched_by(officer)}
    if Role.INSPECTION in roles:
        streams.add(f"inspection:{officer.court_id}")
    return frozenset(streams)


def watchable_streams(viewer: Viewer, streams: Iterable[str]) -> frozenset[str]:
    """Those of `streams` he may read now; none once the session ended, or he is suspended or inactive."""
    officer = _officer_of_session(viewer)
    return frozenset(streams) & streams_watched_by(officer) if officer else frozenset()


def _officer_of_session(viewer: Viewer) -> Officer | None:
    session = SessionStore(viewer.session_key)
    officer = Officer.objects.filter(pk=viewer.officer_id, is_active=True).first()
    if officer is None or str(session.get(SESSION_KEY)) != str(officer.pk):
        return None
    return officer if session.get(HASH_SESSION_KEY) == officer.get_session_auth_hash() else None


def require_can_watch(officer: Officer, stream: str) -> None:
    if stream not in streams_watched_by(officer):
        raise DomainError("not_found", 404, _("There is no such stream, or it is not yours to watch."))
