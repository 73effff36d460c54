"""Papers on file that a guard of the case asks for."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from server.cases.guards import WARRANT, Exhibit
from server.evidence.models import Paper


def papers_on_file(case_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Exhibit]]:
    """Search warrants that name who signed them, and that no other paper replaced. One SELECT."""
    rows = Paper.objects.filter(subject_id__in=list(case_ids), kind=Paper.Kind.WARRANT, superseded_by=None)
    found: dict[UUID, list[Exhibit]] = defaultdict(list)
    for case_id, paper_id, issued_on in (
        rows.exclude(signer="").order_by("pk").values_list("subject_id", "pk", "issued_on")
    ):
        found[case_id].append(Exhibit(WARRANT, "paper", str(paper_id), issued_on))
    return found
