"""Who looks after the exchange with courts on other servers, and who looks at what they gave."""

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.evidence.models import StoredFile
from server.exchange.models import WantedFile
from server.matters.access import sides_of
from server.matters.models import Matter
from server.matters.states import Side
from server.people.access import roles_of
from server.people.models import Officer, Role

KEEPS_EXCHANGE = frozenset({Role.DIRECTOR, Role.SYSADMIN})


def keeps_exchange(officer: Officer) -> bool:
    """For his own court."""
    return bool(roles_of(officer) & KEEPS_EXCHANGE)


def require_arrived(officer: Officer, matter: Matter, sha256: str) -> StoredFile:
    """Evidence of an act that was told with a feedback, and has arrived. Raises DomainError 404 `evidence_not_found`,
    `evidence_not_arrived`."""
    rows = WantedFile.objects.filter(thread__matter_id=matter.pk, part=WantedFile.Part.ACT, sha256=sha256)
    wanted = rows.first() if Side.ASKING in sides_of(officer, matter) else None
    if wanted is None:
        raise DomainError("evidence_not_found", 404, _("There is no such file among those you may read."))
    if wanted.state != WantedFile.State.ARRIVED:
        raise DomainError("evidence_not_arrived", 404, _("This file was promised, but has not arrived whole yet."))
    return StoredFile.objects.get(pk=sha256)
