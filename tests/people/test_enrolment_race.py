"""Two phones, one code, the same moment: real threads on the real database."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from server.people import services
from server.people.models import Device
from server.sync.models import DeviceLog
from tests.actors import people_of_a_city
from tests.people.test_enrolment import NewPhone

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*asked: Callable[[], Any]) -> list[Any]:
    start, answers = threading.Barrier(len(asked)), list[Any]()

    def run(ask: Callable[[], Any]) -> None:
        start.wait(20)
        try:
            answers.append(ask())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(ask,)) for ask in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_one_code_enrols_one_of_two_phones() -> None:
    code = services.issue_enrolment_code(officer=people_of_a_city().holder)
    phones = NewPhone(), NewPhone()
    answers = at_once(*(lambda phone=phone: phone.asks(code) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    assert Device.objects.count() == DeviceLog.objects.count() == 1


def test_one_phone_asking_five_times_at_once_gets_one_certificate() -> None:
    code = services.issue_enrolment_code(officer=people_of_a_city().holder)
    phone = NewPhone()
    answers = at_once(*(lambda number=number: phone.asks(code, f"n-{number}") for number in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.json()["certificate"] for answer in answers}) == 1
    assert Device.objects.count() == DeviceLog.objects.count() == 1


def test_one_device_id_with_two_codes_is_one_device() -> None:
    cast = people_of_a_city()
    first, second = (services.issue_enrolment_code(officer=officer) for officer in (cast.holder, cast.stranger))
    phone = NewPhone()
    answers = at_once(lambda: phone.asks(first), lambda: phone.asks(second))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
