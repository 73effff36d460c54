"""What belongs to one case: its entries, and every operation that speaks of it, judged or not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from server.cases.models import Case, SubjectType
from server.common.bulk import among
from server.evidence.models import Paper, Promise, Recording, StoredFile
from server.evidence.papers import papers_of
from server.field.models import ActionRecord, ActionSubject
from server.ledger.models import Entry
from server.people.models import Device
from server.people.streams import court_stream
from server.sync.models import Operation, Review


@dataclass(frozen=True, slots=True)
class Matter:
    """One case as it stands in the caller's view of the database."""

    case: Case

    @property
    def stream(self) -> str:
        return court_stream(self.case.court_id)

    @property
    def entries(self) -> QuerySet[Entry]:
        return Entry.objects.filter(stream=self.stream, subject_id=self.case.pk).order_by("position")

    def hashes(self) -> set[str]:
        records = ActionRecord.objects.filter(subjects__subject_id=self.case.pk)
        waiting = Review.objects.filter(Q(subject_id=self.case.pk) | Q(subjects__subject_id=self.case.pk))
        told = set(records.values_list("operation_hash", flat=True))
        return told | set(waiting.values_list("operation__hash", flat=True)) | set(self._named())

    def _named(self) -> Iterator[str]:
        for facts in self.entries.values_list("facts", flat=True).iterator(chunk_size=500):
            named = json.loads(facts).get("operation") if facts else None
            if isinstance(named, str):
                yield named

    def operations(self) -> QuerySet[Operation]:
        """In the order in which they arrived."""
        return Operation.objects.filter(hash__in=among(self.hashes())).order_by("pk")

    def devices(self) -> list[Device]:
        found = self.operations().order_by().values_list("device_id", flat=True).distinct()
        return list(Device.objects.filter(pk__in=list(found)).select_related("court", "officer").order_by("pk"))

    def promises(self) -> QuerySet[Promise]:
        return Promise.objects.filter(operation_hash__in=among(self.hashes())).order_by("pk")

    def papers(self) -> QuerySet[Paper]:
        """The oldest first, those superseded too."""
        return papers_of(self.case.pk).reverse()

    def films(self) -> QuerySet[Recording]:
        """Of body cameras, given to acts of the case."""
        return Recording.objects.filter(case_id=self.case.pk).order_by("pk")

    def bytes(self) -> int:
        """Of its files, films and papers; the rest is small beside them."""
        verified = self.promises().filter(state=Promise.State.VERIFIED).order_by().values("sha256")
        files = StoredFile.objects.filter(pk__in=verified).aggregate(sum=Sum("size"))["sum"] or 0
        return files + sum(rows.aggregate(sum=Sum("size"))["sum"] or 0 for rows in (self.films(), self.papers()))


def richest_case() -> Case | None:
    """The one with most acts."""
    acts = ActionSubject.objects.filter(subject_type=SubjectType.CASE, subject_id__in=Case.objects.values("pk"))
    counted = acts.values("subject_id").annotate(acts=Count("action", distinct=True)).order_by("-acts", "subject_id")
    most: UUID | None = counted.values_list("subject_id", flat=True).first()
    return Case.objects.get(pk=most) if most else None
