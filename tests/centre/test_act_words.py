"""Beside an act that stands: annul it with a reason, count it again. Only for those who may, and without a script."""

from typing import Any

import pytest

from server.cases.models import Case
from server.field.models import ActionSubject, FieldAction
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by
from tests.sync.pushing import COMPLETE, file_one, hold, phone_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(cast: Cast) -> FieldAction:
    case = hold(file_one(cast), cast.group)
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    return FieldAction.objects.get()


def say(officer: Any, act: FieldAction, word: str, note: str = "并未到场") -> Any:
    return browser_of(officer).post(f"/centre/actions/{act.pk}/{word}", {"note": note})


def forms_on(officer: Any, place: str) -> list[Any]:
    """Those for a word on the act; the page of its case has others."""
    path = place.partition("?")[0]
    return [form for form in seen_by(officer, place).all("form.word") if path in form.attributes["action"]]


def test_annulled_and_counted_again_from_the_page(act: FieldAction, cast: Cast) -> None:
    place = f"/centre/actions/{act.pk}"
    [form] = forms_on(cast.director, place)
    assert (form.attributes["action"], form.one("button").text) == (f"{place}/annul", "不予采信")
    assert say(cast.director, act, "annul").headers["Location"] == place
    [form] = forms_on(cast.director, place)
    assert form.one("button").text == "重新追认"
    assert "不予采信" in seen_by(cast.director, place).one(".tl").text
    say(cast.director, act, "reinstate", "")
    assert ActionSubject.objects.get().status == "applied"


def test_what_was_refused_is_said_in_words(act: FieldAction, cast: Cast) -> None:
    [form] = forms_on(cast.director, say(cast.director, act, "annul", " ").headers["Location"])
    assert "请写明理由" in form.text


@pytest.mark.parametrize("who", ["duty", "inspector", "supervisor", "holder", "colleague"])
def test_who_only_reads_is_shown_no_form_and_changes_nothing(act: FieldAction, cast: Cast, who: str) -> None:
    assert not forms_on(getattr(cast, who), f"/centre/actions/{act.pk}")
    say(getattr(cast, who), act, "annul")
    assert ActionSubject.objects.get().status == "applied"


@pytest.mark.parametrize("who", ["stranger", "sysadmin", "bystander"])
def test_a_stranger_learns_nothing_by_asking(act: FieldAction, cast: Cast, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    answer = browser.post(f"/centre/actions/{act.pk}/annul", {"note": "x"}, follow=True)
    assert answer.status_code == 404
    assert Case.objects.get().case_no not in answer.content.decode()
