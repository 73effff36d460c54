"""Papers of the case's acts that were not made yet, made before it is written out; of those that cannot be, why."""

from dataclasses import dataclass

from django.utils import translation

from server.cases.models import Case
from server.field.models import FieldAction
from server.field.papers import NotIssued, issue_missing
from server.people.models import Officer


@dataclass(frozen=True, slots=True)
class NotMade:
    """A paper that the bundle should hold and does not."""

    action: FieldAction
    paper: NotIssued


def make_papers(case: Case, by: Officer | None) -> list[NotMade]:
    """Raises StoreUnavailable."""
    acts = FieldAction.objects.filter(subjects__subject_id=case.pk).select_related("court").distinct().order_by("pk")
    with translation.override("zh-hans"):  # of the index, which says why
        return [NotMade(act, paper) for act in acts for paper in issue_missing(action=act, case=case, by=by)]
