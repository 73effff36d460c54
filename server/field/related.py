"""The same debtor elsewhere (关联查询): other cases, seals in force, resistance. Asked for a case one holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.cases.access import audience_of, cases_held_by, cases_visible_to
from server.cases.models import Case, Party, SubjectType
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.field.elsewhere import ActsTold, acts_told, stands
from server.ledger.services import Draft, append
from server.people.models import Officer

FULL, EXISTENCE = "full", "existence"


@transaction.atomic
def ask_related(*, case: Case, by: Officer) -> list[Mapping[str, Any]]:
    """Other cases of the debtors of this case, the newest first; the asking stands in the ledger.

    Of a case the officer may read `scope` is `full`; of any other he learns that there is one, and of seals and
    resistance what he needs to stay safe and in order: no names, sums or words. Raises DomainError 403
    `case_not_held` for a case he only reads.
    """
    if not cases_held_by(by).filter(pk=case.pk).exists():
        message = _("Ask this for a case you hold yourself: each asking is bound to one, and on record.")
        raise DomainError("case_not_held", 403, message)
    found = _related(case, by)
    view = {"case": str(case.pk), "by": str(by.pk), "found": len(found)}
    append([Draft(audience_of([case.pk])[case.pk], "related_asked", view, {}, SubjectType.CASE.value, case.pk)])
    return found


def _related(case: Case, by: Officer) -> list[Mapping[str, Any]]:
    debtors = Party.objects.filter(part=Party.Part.DEBTOR).exclude(identity_hash="")
    hashes = set(debtors.filter(case=case).values_list("identity_hash", flat=True))
    same = debtors.filter(identity_hash__in=hashes).exclude(case=case).values("case_id")
    cases = list(Case.objects.filter(pk__in=same).select_related("court").order_by("-pk"))
    readable = set(cases_visible_to(by).filter(pk__in=[each.pk for each in cases]).values_list("pk", flat=True))
    acts, today = acts_told([each.pk for each in cases]), local_date(now())
    return [_shown(each, acts[each.pk], today, is_full=each.pk in readable) for each in cases]


def _shown(case: Case, acts: ActsTold, today: date, *, is_full: bool) -> Mapping[str, Any]:
    return {
        "case_id": case.pk if is_full else None,
        "case_no": case.case_no,
        "court": case.court.name,
        "status": case.status,
        "scope": FULL if is_full else EXISTENCE,
        "cause": case.cause if is_full else "",
        "claim_amount": case.claim_amount if is_full else None,
        "seals": [seal for seal in acts.seals if stands(seal, today)],
        "resistance": acts.resistance,
    }
