"""A statement gives what its queryset gives, whatever the database, the thread and the values."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from server.common.clock import now
from server.common.ids import new_id
from server.common.statements import Given, GivenMany, Statement
from server.people.models import Court, Officer, OfficerRole
from tests.actors import Cast, cast

__all__ = ["cast"]

OFFICERS = Statement(lambda: Officer.objects.filter(pk__in=GivenMany("ids")).select_related("court").order_by("pk"))
NAMES = Statement(
    lambda: Officer.objects.filter(staff_no__in=GivenMany("numbers", "text")).order_by("pk").values_list("pk", "name")
)
HELD = Statement(
    lambda: OfficerRole.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=Given("at")), officer_id=Given("officer_id"), valid_from__lte=Given("at")
    ).values_list("role", flat=True)
)


@pytest.mark.django_db
def test_models_with_their_relations_are_those_of_the_queryset(cast: Cast) -> None:
    ids = [cast.holder.pk, cast.stranger.pk]
    with CaptureQueriesContext(connection) as queries:
        found = [(officer, officer.court) for officer in OFFICERS.rows(ids=ids)]
    assert found == [(cast.holder, cast.court), (cast.stranger, cast.other_court)]
    assert len(queries) == 1


@pytest.mark.django_db
def test_values_come_as_python_has_them(cast: Cast) -> None:
    assert NAMES.rows(numbers=[cast.holder.staff_no]) == [(cast.holder.pk, cast.holder.name)]
    moved = Statement(lambda: Court.objects.filter(pk=Given("id")).values_list("kind_rules", "parent_id"))
    assert moved.rows(id=cast.court.pk) == [({}, cast.superior_court.pk)]


@pytest.mark.django_db
def test_each_run_has_its_own_values(cast: Cast) -> None:
    at = now()
    assert HELD.rows(officer_id=cast.holder.pk, at=at) == ["officer"]
    assert HELD.rows(officer_id=cast.holder.pk, at=at - timedelta(days=1)) == []
    assert HELD.rows(officer_id=cast.duty.pk, at=at) == ["command_centre"]
    assert HELD.first(officer_id=new_id(), at=at) is None


@pytest.mark.django_db
def test_nothing_asked_for_is_nothing_found() -> None:
    assert OFFICERS.rows(ids=[]) == []


@pytest.mark.django_db
def test_a_place_without_a_value_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        HELD.rows(officer_id=new_id())


@pytest.mark.django_db(transaction=True)
def test_threads_run_one_statement_on_connections_of_their_own(cast: Cast) -> None:
    def names(number: str) -> list[object]:
        try:
            return list(NAMES.rows(numbers=[number]))
        finally:
            connection.close()

    numbers = [cast.holder.staff_no, cast.duty.staff_no] * 4
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(names, numbers))
    assert found == [[(cast.holder.pk, cast.holder.name)], [(cast.duty.pk, cast.duty.name)]] * 4
