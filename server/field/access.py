"""Who may read an act: whoever may read a case it is about, or watches the court of the officer who did it."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from server.cases.access import cases_visible_to
from server.cases.matter_subjects import matters_asked_near, matters_done_near
from server.common.errors import DomainError
from server.field.authority import UNKNOWN
from server.field.models import ActionSubject, FieldAction
from server.people.access import courts_watched_by
from server.people.models import Officer


def readable_subjects(officer: Officer, action_id: UUID) -> QuerySet[ActionSubject]:
    """The subjects of an act that this officer may read of; acts told of a case by strangers to it are none."""
    rows = ActionSubject.objects.filter(action_id=action_id).exclude(code=UNKNOWN)
    cases = cases_visible_to(officer)
    done, told = matters_done_near(officer), matters_asked_near(officer, cases)
    # The court that asked sees what was done once it is fed back.
    fed_back = told.filter(pk=OuterRef("subject_id"), fed_back_at__gte=OuterRef("action__received_at"))
    near = Q(subject_id__in=cases.values("pk")) | Q(subject_id__in=done.values("pk")) | Exists(fed_back)
    return rows.filter(near)


def can_read_action(officer: Officer, action: FieldAction) -> bool:
    return readable_subjects(officer, action.pk).exists() or action.court_id in courts_watched_by(officer)


def readable_action(officer: Officer, action_id: UUID) -> FieldAction:
    """Raises DomainError 404 `action_not_found`, the same for an act that is not yours and for none at all."""
    action = FieldAction.objects.select_related("officer").filter(pk=action_id).first()
    if action is None or not can_read_action(officer, action):
        raise DomainError("action_not_found", 404, _("There is no such action among those you may read."))
    return action
