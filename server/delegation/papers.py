"""Papers of a delegation as they are read: its own court what it named, the other what was sent to it."""

from django.utils.translation import gettext as _

from server.common.errors import DomainError
from server.delegation.access import sides_of
from server.delegation.models import CaseDelegation, DelegationPaper
from server.delegation.services.snapshots import last_of, told
from server.delegation.states import Side
from server.evidence.models import Paper
from server.people.models import Officer


def readable_paper(officer: Officer, delegation: CaseDelegation, sha256: str) -> Paper:
    """`delegation` is one he may read. Raises DomainError 404 `paper_not_found`."""
    rows = DelegationPaper.objects.filter(delegation=delegation, paper__sha256=sha256).select_related("paper")
    row = rows.first()
    if row and (Side.DELEGATING in sides_of(officer, delegation) or sha256 in _sent(delegation)):
        return row.paper
    raise DomainError("paper_not_found", 404, _("There is no such paper among those you may read."))


def _sent(delegation: CaseDelegation) -> set[str]:
    content = told(last_of(delegation, delegation.from_court_id))
    return {paper["sha256"] for paper in content.get("papers", ())}
