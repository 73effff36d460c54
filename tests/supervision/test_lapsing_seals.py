"""Two seals of one case are warned of each by itself, once for each level, and a renewal silences the one it is of."""

from collections import Counter

import pytest

from server.cases.models import Case, Node
from server.cases.services import record_event
from server.notices.models import Notice
from server.supervision.services import watch_levels
from tests.cases.test_pauses import at
from tests.supervision.conftest import Bureau, Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(case: Case) -> Case:
    """They lapse on 12 and on 20 December: to be renewed by 12 and by 20 November."""
    record_event(case=case, key="control_expiry", occurred_at=at("2026-12-12"), chain="seal-1")
    record_event(case=case, key="control_expiry", occurred_at=at("2026-12-20"), chain="seal-2")
    return case


def told(bureau: Bureau, case: Case) -> Counter[tuple[str, str]]:
    """Chain and level of what its holder was told at once."""
    chains = {str(node.pk): node.chain for node in Node.objects.filter(case=case, key="control_renewal")}
    notices = Notice.objects.filter(officer=bureau.cast.holder, view__key="control_renewal")
    assert all(notice.is_urgent for notice in notices)
    return Counter((chains[notice.view["node"]], notice.view["level"]) for notice in notices)


def test_each_is_told_once_a_level_and_by_its_own_date(sealed: Case, bureau: Bureau, clock: Clock) -> None:
    clock.on(11, 13)
    for _ in range(2):
        watch_levels()
    first = {pair: times for pair, times in told(bureau, sealed).items() if pair[1] == "SEVERE"}
    assert first == {("seal-1", "SEVERE"): 1}
    clock.on(11, 21)
    watch_levels()
    assert told(bureau, sealed)["seal-2", "SEVERE"] == 1
    assert set(told(bureau, sealed).values()) == {1}


def test_the_renewed_one_is_silent_and_the_other_is_told_all_the_same(
    sealed: Case, bureau: Bureau, clock: Clock
) -> None:
    record_event(case=sealed, key="control_renewed", occurred_at=at("2026-11-05"), chain="seal-1")
    clock.on(11, 21)
    watch_levels()
    assert {chain for chain, _ in told(bureau, sealed)} == {"seal-2"}
