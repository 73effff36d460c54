"""Once a day a leader is told in one notice what need not interrupt him."""

from collections import Counter
from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from server.common.clock import SHANGHAI, local_date, now
from server.notices.models import Notice
from server.notices.services.telling import address
from server.people.models import Officer

DIGEST = "digest"
DIGEST_TIME = time(8)
"""In Asia/Shanghai."""
_LINES_IN_VIEW = 200


def make_digests() -> int:
    """After eight in the morning, of all that waited for it then; how many were made. A second pass makes none."""
    moment = now()
    until = datetime.combine(local_date(moment), DIGEST_TIME, SHANGHAI)
    if moment < until:
        return 0
    waiting = Notice.objects.filter(waits_for_digest=True, digest=None, made_at__lt=until)
    officers = waiting.order_by("officer_id").values_list("officer_id", flat=True).distinct()
    return sum(_digest_of(officer_id, until) for officer_id in list(officers))


@transaction.atomic
def _digest_of(officer_id: UUID, until: datetime) -> bool:
    officer = Officer.objects.select_for_update(no_key=True).get(pk=officer_id)  # one pass at a time
    lines = list(
        Notice.objects.filter(officer=officer, waits_for_digest=True, digest=None, made_at__lt=until).order_by("pk")
    )
    if not lines:
        return False
    digest, is_new = Notice.objects.get_or_create(
        officer=officer,
        key=f"{DIGEST}:{local_date(until)}",
        defaults={"court_id": officer.court_id, "kind": DIGEST, "title": _title(lines, until), "view": _view(lines)},
    )
    Notice.objects.filter(pk__in=[line.pk for line in lines]).update(digest=digest)
    address([digest])
    return is_new


def _title(lines: list[Notice], until: datetime) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Digest of %(day)s: %(count)d notices") % {"day": local_date(until), "count": len(lines)}


def _view(lines: list[Notice]) -> dict[str, object]:
    told = [{"id": str(line.pk), "kind": line.kind, "title": line.title, **line.view} for line in lines]
    return {"count": len(lines), "kinds": Counter(line.kind for line in lines), "lines": told[:_LINES_IN_VIEW]}
