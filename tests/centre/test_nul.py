"""What no database keeps is refused wherever a page takes words, alike on both databases."""

import re
from uuid import uuid4

import pytest

from server.centre.urls import urlpatterns
from server.duty.models import Mute
from tests.actors import Cast, browser_of
from tests.centre.reading import seen_by

pytestmark = pytest.mark.django_db
PATHS = ["/centre/" + re.sub(r"<uuid:\w+>", str(uuid4()), str(each.pattern)) for each in urlpatterns]


def test_every_page_refuses_it_in_a_form_and_in_a_filter(cast: Cast) -> None:
    browser = browser_of(cast.duty)
    for path in (re.sub(r"<str:\w+>", "x", each) for each in PATHS):
        assert browser.post(path, {"cause": "\0"}).status_code == 422, path
        assert browser.get(path, {"q": "\0"}).status_code == 422, path


def test_an_address_with_it_is_refused(cast: Cast) -> None:
    browser = browser_of(cast.duty)
    named = [re.sub(r"<str:\w+>", "%00", each) for each in PATHS if "<str:" in each]
    assert named
    assert {browser.get(path).status_code for path in named} == {422}


def test_the_refusal_says_what_it_was_in_either_language(cast: Cast) -> None:
    assert "无法保存的字符" in seen_by(cast.duty, "/centre/?q=%00").html
    assert "cannot be kept" in seen_by(cast.duty, "/centre/?q=%00", language="en").html


def test_the_api_refuses_it_in_the_cause_of_a_mute(cast: Cast) -> None:
    asked = {"cause": "\0", "reason": "检修", "until": "2026-12-02T00:00:00Z"}
    answer = browser_of(cast.duty).post("/api/v1/mutes", asked, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert not Mute.objects.exists()
