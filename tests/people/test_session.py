"""Signing in and out over HTTP, as a browser does it."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from server.common.clock import now
from server.people import services
from server.people.models import Officer
from tests.actors import PASSWORD, Cast

SESSION = "/api/v1/session"


def attempt(client: Client, staff_no: str, password: str = PASSWORD, **headers: Any) -> Any:
    return client.post(
        SESSION, {"staff_no": staff_no, "password": password}, content_type="application/json", **headers
    )


def without_request_id(response: Any) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_signing_in_answers_who_and_with_which_roles(cast: Cast) -> None:
    answer = attempt(Client(), "240201")
    assert answer.status_code == 200
    body = answer.json()
    assert body["officer"] == {"id": str(cast.duty.pk), "staff_no": "240201", "name": cast.duty.name}
    assert body["court"] == {"id": str(cast.court.pk), "code": "闽0924", "name": cast.court.name}
    assert body["roles"] == ["command_centre"]
    assert body["csrf"]


def test_the_session_is_read_back_and_ends_with_sign_out(cast: Cast) -> None:
    client = Client()
    attempt(client, "240101")
    stolen = client.cookies["sessionid"].value
    assert client.get(SESSION).json()["officer"]["staff_no"] == "240101"
    assert client.delete(SESSION).status_code == 204
    thief = Client()
    thief.cookies["sessionid"] = stolen
    for browser in (client, thief):
        refused = browser.get(SESSION)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")


def test_a_session_key_known_before_sign_in_opens_nothing_after(cast: Cast) -> None:
    client = Client()
    attempt(client, "240101")
    fixed = client.cookies["sessionid"].value
    attempt(client, "240102")
    assert client.cookies["sessionid"].value != fixed
    attacker = Client()
    attacker.cookies["sessionid"] = fixed
    assert attacker.get(SESSION).status_code == 401


def test_unknown_number_wrong_password_suspended_and_inactive_are_told_alike(cast: Cast) -> None:
    services.suspend_officer(officer=cast.colleague, reason="调查")
    Officer.objects.filter(pk=cast.bystander.pk).update(is_active=False)
    answers = [
        attempt(Client(), "999999"),
        attempt(Client(), "240101", "not her password"),
        attempt(Client(), "240102"),
        attempt(Client(), "240103"),
        attempt(Client(), "x\x00y"),
        attempt(Client(), "240101", "pass\x00word"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str(without_request_id(answer)) for answer in answers}) == 1
    assert answers[0].json()["code"] == "signin_failed"


def test_a_suspension_ends_the_session_at_once_and_sign_in_returns_with_its_end(cast: Cast) -> None:
    client = Client()
    attempt(client, "240101")
    services.suspend_officer(officer=cast.holder, reason="调查", suspended_until=now() + timedelta(days=1))
    assert client.get(SESSION).status_code == 401
    services.reinstate_officer(officer=Officer.objects.get(pk=cast.holder.pk), reason="查清")
    assert attempt(Client(), "240101").status_code == 200


def test_five_failures_lock_the_number_at_that_address_even_for_the_right_password(cast: Cast) -> None:
    client = Client()
    statuses = [attempt(client, "240101", "wrong").status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    locked = attempt(client, "240101")
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(locked["Retry-After"]) <= 900


@pytest.mark.parametrize("staff_no", ["240101", "999999"])
def test_the_lock_does_not_tell_whether_the_number_exists(cast: Cast, staff_no: str) -> None:
    answers = [attempt(Client(), staff_no, "wrong") for _ in range(6)]
    assert [answer.json()["code"] for answer in answers] == ["signin_failed"] * 4 + ["too_many_attempts"] * 2


def test_another_officer_and_another_address_are_not_locked_out(cast: Cast) -> None:
    for _ in range(6):
        attempt(Client(), "240101", "wrong")
    assert attempt(Client(), "240102").status_code == 200
    assert attempt(Client(REMOTE_ADDR="10.1.2.3"), "240101").status_code == 200


def test_waiting_out_the_lock_opens_it_and_trying_meanwhile_does_not_prolong_it(cast: Cast) -> None:
    for _ in range(8):
        attempt(Client(), "240101", "wrong")
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=14, seconds=30))
    locked = attempt(Client(), "240101")
    assert 25 <= int(locked["Retry-After"]) <= 30
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=16))
    assert attempt(Client(), "240101").status_code == 200


def test_behind_our_proxy_the_lock_counts_the_clients_own_address(cast: Cast, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    for _ in range(6):
        attempt(Client(), "240101", "wrong", headers={"X-Forwarded-For": "1.1.1.1, 10.0.0.7"})
    assert attempt(Client(), "240101", headers={"X-Forwarded-For": "10.0.0.7, 10.0.0.8"}).status_code == 200
    assert attempt(Client(), "240101", headers={"X-Forwarded-For": "2.2.2.2, 10.0.0.7"}).status_code == 429


def test_a_write_without_the_csrf_token_is_refused_and_changes_nothing(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    token = attempt(client, "240101").json()["csrf"]
    refused = client.delete(SESSION)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert client.get(SESSION).status_code == 200
    assert client.delete(SESSION, headers={"X-CSRFToken": token}).status_code == 204


def test_the_token_of_a_session_read_is_good_for_a_write(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    attempt(client, "240101")
    token = client.get(SESSION).json()["csrf"]
    assert client.delete(SESSION, headers={"X-CSRFToken": token}).status_code == 204


def test_a_foreign_page_can_sign_nobody_in(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    refused = attempt(client, "240101", headers={"Origin": "https://elsewhere.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert "sessionid" not in client.cookies
    assert attempt(client, "240101", headers={"Origin": "http://testserver"}).status_code == 200


def test_the_password_is_neither_kept_nor_repeated(cast: Cast) -> None:
    answer = attempt(Client(), "240101", "a secret typed wrongly")
    assert b"secret" not in answer.content
    kept = AccessAttempt.objects.get()
    assert "secret" not in f"{kept.post_data}{kept.get_data}{kept.path_info}"
