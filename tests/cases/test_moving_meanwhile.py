"""Whoever waits for a case while it is moved to another flow finds it afterwards, under the new one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from server.cases.models import Case
from server.cases.queries import case_states
from server.cases.services import move_flow
from server.cases.watched import held_cases
from tests.actors import people_of_a_city
from tests.backends.waiting import somebody_waits_for_us, until
from tests.cases.conftest import file_one
from tests.cases.test_moving import NEWER, newer_flow

pytestmark = pytest.mark.django_db(transaction=True)


def state_of(case: Case) -> str:
    return case_states([case.pk], None, lock=True)[case.pk].flow.version


def row_of(case: Case) -> str:
    return held_cases([case.pk])[case.pk].flow.version


@pytest.mark.parametrize("ask", [state_of, row_of])
def test_who_waits_for_a_case_that_is_moved_finds_it_under_the_new_flow(ask: Callable[[Case], str]) -> None:
    cast = people_of_a_city()
    case = file_one(cast)
    newer_flow()
    found: list[Any] = []

    def look() -> None:
        try:
            with transaction.atomic():
                found.append(ask(case))
        finally:
            connection.close()

    waiting = threading.Thread(target=look)
    with transaction.atomic():
        move_flow(case=case, version=NEWER, reason="so", by=cast.director)
        waiting.start()
        until(somebody_waits_for_us)
    waiting.join(30)
    assert found == [NEWER]
