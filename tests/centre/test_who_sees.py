"""What officers of which role see, and that a stranger cannot tell what is not his from what there is not."""

import json
import re

import pytest

from server.cases.models import Case
from server.cases.services import assign_subject
from server.common.ids import new_id
from server.field.models import FieldAction
from server.people.models import Officer
from server.people.services import suspend_officer
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db
READERS = ["holder", "colleague", "duty", "director", "supervisor", "inspector"]
OTHERS = ["stranger", "bystander", "auditor", "sysadmin"]
WATCHERS = {"duty": 1, "director": 1, "inspector": 2, "supervisor": 2}
"""And how many streams their page follows; the others' pages are still."""


@pytest.fixture
def case(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


@pytest.fixture
def action(cast: Cast, case: Case) -> FieldAction:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields=COMPLETE)
    phone.push()
    return FieldAction.objects.get()


def officer(cast: Cast, who: str) -> Officer:
    found: Officer = getattr(cast, who)
    return found


@pytest.mark.parametrize("who", READERS)
def test_those_with_business_there_see_the_case_and_its_acts(
    cast: Cast, case: Case, action: FieldAction, who: str
) -> None:
    page = seen_by(officer(cast, who))
    assert (page.rows, page.one("[data-total]").text) == ([case.case_no], "1")
    assert seen_by(officer(cast, who), f"/centre/cases/{case.pk}").one("h1").text == case.case_no
    shown = seen_by(officer(cast, who), f"/centre/actions/{action.pk}")
    assert shown.one("tr[data-action]")["aria-current"] == "true"


@pytest.mark.parametrize("who", OTHERS)
def test_the_others_see_an_empty_desk_and_nothing_of_the_case(
    cast: Cast, case: Case, action: FieldAction, who: str
) -> None:
    page = seen_by(officer(cast, who))
    assert (page.rows, page.one("[data-total]").text) == ([], "0")
    assert {number for _, number in page.counters} == {0}
    assert page.one("section.list").one("p").text == "立案或授权给您的案件会出现在这里。"
    for address in (f"/centre/cases/{case.pk}", f"/centre/actions/{action.pk}"):
        refused = seen_by(officer(cast, who), address)
        assert refused.status == 404
        assert case.case_no not in refused.html


@pytest.mark.parametrize("who", OTHERS)
def test_what_is_not_his_reads_like_what_there_is_not(cast: Cast, case: Case, action: FieldAction, who: str) -> None:
    for real, kind in ((case.pk, "cases"), (action.pk, "actions")):
        nothing = new_id()
        answers = [seen_by(officer(cast, who), f"/centre/{kind}/{each}") for each in (real, nothing)]
        assert {answer.status for answer in answers} == {404}
        assert _without_what_varies(answers[0], real) == _without_what_varies(answers[1], nothing)


def _without_what_varies(page: Page, asked: object) -> str:
    html = re.sub(r'data-now="[^"]*"|name="csrfmiddlewaretoken" value="\w+"', "", page.html)
    return html.replace(str(asked), "")


def test_a_page_of_nothing_is_chinese_too_and_leads_back(cast: Cast) -> None:
    page = seen_by(cast.duty, f"/centre/cases/{new_id()}")
    assert (page.one("html")["lang"], page.one("h1").text) == ("zh-CN", "这里没有内容")
    assert page.one("a.btn")["href"] == "/centre/"
    assert seen_by(cast.duty, f"/centre/cases/{new_id()}", language="en").one("h1").text == "Nothing here"


@pytest.mark.parametrize("who", [*READERS, *OTHERS])
def test_a_page_follows_the_streams_its_reader_may_watch_and_no_other(cast: Cast, case: Case, who: str) -> None:
    page = seen_by(officer(cast, who))
    streams = [place["stream"] for place in json.loads(page.one("script[id=streams]").text)]
    assert len(streams) == WATCHERS.get(who, 0)
    assert bool(page.all("[data-link-state]")) == bool(streams), "a page that follows nothing says Connecting for ever"
    if who == "supervisor":
        assert set(streams) == {f"court:{cast.court.pk}", f"court:{cast.other_court.pk}"}
    elif who in WATCHERS:
        assert f"court:{cast.court.pk}" in streams


def test_one_who_is_suspended_is_out_at_his_next_click(cast: Cast, case: Case) -> None:
    browser = browser_of(cast.duty)
    assert browser.get("/centre/").status_code == 200
    suspend_officer(officer=cast.duty, reason="调查")
    gone = browser.get(f"/centre/cases/{case.pk}")
    assert (gone.status_code, gone["Location"]) == (302, f"/centre/sign-in?next=/centre/cases/{case.pk}")


@pytest.mark.parametrize("path", ["/centre/", "/centre/cases/{}", "/centre/actions/{}"])
def test_pages_are_only_for_reading(cast: Cast, path: str) -> None:
    browser = browser_of(cast.duty)
    assert browser.post(path.format(new_id())).status_code == 405
    assert "no-store" in browser.get(path.format(new_id()))["Cache-Control"]
