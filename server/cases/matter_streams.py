"""Which ledgers are told of a matter."""

from collections.abc import Collection
from uuid import UUID

from server.cases.matter_models import MatterSubject
from server.common.statements import GivenMany, Statement
from server.people.streams import streams_here

_PARTIES = Statement(
    lambda: MatterSubject.objects.filter(pk__in=GivenMany("ids")).values_list(
        "pk", "court_id", "court__reach", "asked_by_id", "asked_by__reach"
    )
)


def matter_streams(ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Both courts party to each, as far as they are courts of this server. One SELECT."""
    return {
        matter_id: streams_here(((court_id, reach), (asked_by_id, asked_by_reach)))
        for matter_id, court_id, reach, asked_by_id, asked_by_reach in _PARTIES.rows(ids=ids)
    }
