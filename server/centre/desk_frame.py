"""What stands around a case, a list and a review alike: counters, tabs, the link, and what waits for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.cases.models import Case
from server.centre.causes import cause_name
from server.centre.desk import Counters
from server.centre.incident_page import incident_title
from server.centre.safety_pages import strip
from server.centre.states import link_looks
from server.common.clock import now
from server.common.errors import DomainError
from server.duty.access import keeps_desk
from server.people.models import Officer
from server.supervision.compelled import compelled_views, running_clocks
from server.sync.models import Review
from server.sync.review_access import reviews_visible_to


@dataclass(frozen=True, slots=True)
class Waiting:
    id: UUID
    name: str
    """Of its cause."""


def desk_frame(reader: Officer, tab: str, counters: Counters, streams: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`tab`: `alarms`, `cases` or `reviews`."""
    waiting = _open_reviews(reader)
    return {
        "officer": reader,
        "people": strip(reader),
        "incident_title": incident_title(reader, now()) if streams else "",
        "tab": tab,
        "counters": counters,
        "streams": streams,
        "link_states": link_looks(),
        "keeps": keeps_desk(reader),
        "compelled": compelled_views(running_clocks(reader)),
        "reads_reviews": waiting is not None,
        "review_total": waiting.count() if waiting is not None else 0,
    }


def waiting_in(case: Case, reader: Officer) -> list[Waiting]:
    """Acts in this case a person has to decide about, for who reads reviews; the oldest first."""
    waiting = _open_reviews(reader)
    rows = waiting.filter(subject_id=case.pk).order_by("opened_at", "pk") if waiting is not None else ()
    return [Waiting(review.pk, cause_name(review.cause)) for review in rows]


def _open_reviews(reader: Officer) -> Any:
    try:
        return reviews_visible_to(reader).filter(state=Review.State.OPEN)
    except DomainError:
        return None
