"""Each clue is verified in a chain of its own, whether a desk or a phone was given it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from server.cases.models import Case, Clue
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import close_case, enter_clue, verify_clue
from server.common.clock import set_clock
from server.common.errors import DomainError
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.cases.test_pauses import at, due_on, node_of, page_of, view_of
from tests.sync.pushing import hold, phone_of, statuses

pytestmark = pytest.mark.django_db
VERIFICATION = "clue_verification"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    return hold(file_one(cast, filed_on=date(2026, 1, 5)), cast.group)


def given(case: Case, day: str, text: str = "城关镇有一间店面") -> Clue:
    return enter_clue(case=case, source="APPLICANT", text=text, submitted_on=date.fromisoformat(day))


def explained(cast: Cast, case: Case, chain: str) -> dict[str, Any]:
    nodes = browser_of(cast.holder).get(f"/api/v1/cases/{case.pk}").json()["nodes"]
    node: dict[str, Any] = next(node for node in nodes if (node["key"], node["chain"]) == (VERIFICATION, chain))
    return node


def test_each_clue_has_dates_of_its_own(cast: Cast, filed: Case) -> None:
    one, other = given(filed, "2026-05-06"), given(filed, "2026-05-11", "银行账户")
    assert due_on(filed, VERIFICATION, str(one.pk)) == "2026-05-13"
    assert due_on(filed, VERIFICATION, str(other.pk)) == "2026-05-18"
    verify_clue(case=filed, chain=str(one.pk), verified_on=date(2026, 5, 12))
    assert node_of(filed, VERIFICATION, str(one.pk)).state == "DONE"
    assert node_of(filed, VERIFICATION, str(other.pk)).state == "RUNNING"
    assert node_of(filed, VERIFICATION).state == "NOT_STARTED", "the case itself is no clue"
    assert explained(cast, filed, str(other.pk))["explanation"][0]["event"] == "clue_submitted"
    assert "银行账户" in page_of(cast, filed)
    assert list(case_differences(case_states([filed.pk], None))) == []


def test_a_clue_of_a_phone_is_verified_at_the_desk_too(cast: Cast, filed: Case) -> None:
    phone = phone_of(cast.holder)
    phone.record("submit_clue", case_id=filed.pk, fields={"source": "OWN", "text": "车库里有一辆车"})
    assert statuses(phone.push())[-1][0] == "applied"
    chain = case_states([filed.pk], None)[filed.pk].events[-1].chain
    node = node_of(filed, VERIFICATION, chain)
    assert node.started_on is not None
    assert "待核实" in page_of(cast, filed)
    assert f"{node.key} · {chain}" not in page_of(cast, filed)
    assert "财产线索核实 · 车库里有一辆车" in page_of(cast, filed)
    verify_clue(case=filed, chain=chain, verified_on=date(2026, 5, 20))
    verify_clue(case=filed, chain=chain, verified_on=date(2026, 5, 20))
    assert node_of(filed, VERIFICATION, chain).stop_event is not None
    assert list(case_differences(case_states([filed.pk], None))) == []


def test_the_page_says_in_which_stage_each_clue_stands(cast: Cast, filed: Case) -> None:
    given(filed, "2026-05-06")
    other = given(filed, "2026-05-11", "银行账户")
    verify_clue(case=filed, chain=str(other.pk), verified_on=date(2026, 5, 12))
    shown = page_of(cast, filed).partition("<h2>财产线索</h2>")[2].partition("</table>")[0]
    rows = [row.split("</tr>")[0] for row in shown.split("<tr>")[2:]]
    assert ["城关镇有一间店面" in rows[0], "待核实" in rows[0], "财产查控" in rows[0]] == [True] * 3
    assert ["银行账户" in rows[1], "已核实" in rows[1], "财产查控" in rows[1]] == [True] * 3


def test_what_cannot_be_is_refused(filed: Case) -> None:
    with pytest.raises(DomainError) as refused:
        given(filed, "2026-05-21")
    assert refused.value.code == "clue_of_the_future"
    with pytest.raises(DomainError) as refused:
        verify_clue(case=filed, chain="nothing", verified_on=date(2026, 5, 20))
    assert refused.value.code == "clue_not_found"
    close_case(case=filed, closing_mode="COMPLETED")
    with pytest.raises(DomainError) as refused:
        given(filed, "2026-05-06")
    assert refused.value.code == "case_closed"


def test_a_desk_gives_and_verifies_over_http(cast: Cast, filed: Case) -> None:
    browser, path = browser_of(cast.holder), f"/api/v1/cases/{filed.pk}/clues"
    body = {"source": "REWARD", "text": "悬赏得到的线索", "submitted_on": "2026-05-06"}
    clue = browser.post(path, body, content_type="application/json").json()
    assert clue == {"id": clue["id"], **body}
    assert view_of("clue_entered")["clue"] == {"id": clue["id"], "source": "REWARD"}
    assert browser.get(f"/api/v1/cases/{filed.pk}").json()["clues"] == [clue]
    done = browser.post(f"{path}/{clue['id']}/verify", {"verified_on": "2026-05-12"}, content_type="application/json")
    assert done.json() == {"chain": clue["id"], "state": "DONE", "finished_on": "2026-05-12"}
    assert explained(cast, filed, clue["id"])["finished_on"] == "2026-05-12"
