"""The admin is a window: a walk through its registry finds nothing that changes anything."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse

from server.people import services
from server.people.models import Device, Officer, Team, TwoPersonAct
from tests.actors import Cast, browser_of, phone_of

REGISTERED = sorted(site._registry.items(), key=lambda entry: entry[0]._meta.label)
# Their rows are what cases, acts and evidence say, or the private part of the ledger: `sysadmin` has no case content.
WITHHELD_APPS = {"cases", "field", "teamwork", "evidence", "sync", "ledger", "supervision"}
WITHHELD_APPS |= {"backfill", "bundle", "custody", "delegation", "duty", "matters", "safety"}


@pytest.fixture
def furnished(cast: Cast) -> Cast:
    phone = phone_of(cast.holder)
    device = Device.objects.get(pk=phone.id)
    release = TwoPersonAct.Kind.RELEASE
    services.ask_two_persons(kind=release, device=device, reason="复核", by=cast.sysadmin, asked={"key": "sealed"})
    services.create_team(court=cast.court, kind=Team.Kind.DISPOSAL, name="处置团队")
    return cast


def request_of(user: Any) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_every_model_of_people_but_the_throttle_can_be_looked_at() -> None:
    registered = {model for model, _ in REGISTERED}
    expected = {model for model in apps.get_app_config("people").get_models() if model.__name__ != "EnrolmentAttempt"}
    assert expected <= registered


def test_no_model_with_case_content_is_registered() -> None:
    assert not {model._meta.label for model, _ in REGISTERED if model._meta.app_label in WITHHELD_APPS}


@pytest.mark.parametrize(("model", "admin"), REGISTERED, ids=lambda value: getattr(value, "__name__", ""))
def test_nothing_can_be_added_changed_deleted_or_done_in_bulk(cast: Cast, model: Any, admin: Any) -> None:
    request = request_of(cast.sysadmin)
    assert not admin.has_add_permission(request)
    assert not admin.has_change_permission(request)
    assert not admin.has_delete_permission(request)
    assert admin.has_view_permission(request)
    assert admin.get_actions(request) == {}
    assert not admin.inlines


@pytest.mark.parametrize(("model", "admin"), REGISTERED, ids=lambda value: getattr(value, "__name__", ""))
def test_pages_open_and_take_no_writes(furnished: Cast, model: Any, admin: Any) -> None:
    browser = browser_of(furnished.sysadmin)
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert browser.get(reverse(f"{address}_changelist")).status_code == 200
    assert browser.post(reverse(f"{address}_add"), {}).status_code == 403
    row = admin.get_queryset(request_of(furnished.sysadmin)).first()
    if model._meta.app_label == "people":
        assert row is not None
    if row is not None:
        page = browser.get(reverse(f"{address}_change", args=[row.pk]))
        assert page.status_code == 200
        for secret in ("password", "sealed_private_key", "secret_hash", "asked", "outcome"):
            assert f"field-{secret}" not in page.content.decode()
        assert browser.post(reverse(f"{address}_change", args=[row.pk]), {"name": "x"}).status_code == 403
        assert browser.post(reverse(f"{address}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("who", ["holder", "duty", "director", "stranger", "auditor"])
def test_only_an_administrator_comes_in(cast: Cast, who: str) -> None:
    answer = browser_of(getattr(cast, who)).get("/admin/")
    assert answer.status_code == 302
    assert not any(admin.has_view_permission(request_of(getattr(cast, who))) for _, admin in REGISTERED)


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_one_sign_in_page() -> None:
    answer = Client().get("/admin/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/centre/sign-in")
    assert not any(admin.has_view_permission(request_of(AnonymousUser())) for _, admin in REGISTERED)


def test_an_administrator_sees_his_court_and_those_below_only(cast: Cast) -> None:
    admin = site._registry[Officer]
    seen = set(admin.get_queryset(request_of(cast.sysadmin)).values_list("court__code", flat=True))
    assert seen == {cast.court.code}


def test_a_password_is_not_changed_here(cast: Cast) -> None:
    assert browser_of(cast.sysadmin).get("/admin/password_change/").status_code == 404
