"""A court's own flow file: each value of `repeat` gives a chain for each of what it names, by events that say which."""

from collections.abc import Iterator
from datetime import date
from textwrap import dedent

import pytest

from server.cases.flow_checks import mistakes_in
from server.cases.models import Case, Node, Party
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import PartyDraft, add_debtor, close_case, import_cases, record_event
from server.common.clock import set_clock
from server.common.errors import DomainError
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.cases.test_node_dates import flow_version
from tests.cases.test_pauses import at, due_on, node_of, page_of
from tests.sync.pushing import hold

pytestmark = pytest.mark.django_db
FLOW = dedent(
    """
    flow: enforcement_implementation
    version: "repeats"
    calendar: CN_STATE_COUNCIL
    facts: {basis: [JUDGMENT], claim_kind: [MONEY], track: [NORMAL]}
    case_clock:
    - {key: whole, zh: 期限, en: Whole, limit: {n: 6, unit: m}, start: case_filed, stop: case_closed,
       kind: internal, basis: default, conf: C}
    stages:
    - stage: all
      zh: 全部
      en: All
      nodes:
      - {key: welcome, zh: 受理, en: Welcome, owner: clerk, limit: {n: 5, unit: d}, start: case_filed,
         stop: handler_assigned, kind: internal, basis: default, conf: C}
      - {key: interview, zh: 询问, en: Interview, owner: clerk, limit: {n: 15, unit: d}, start: case_filed,
         stop: interview_done, kind: internal, basis: default, conf: C, repeat: per_debtor}
      - {key: service, zh: 送达, en: Service, owner: clerk, limit: {n: 10, unit: d}, start: execution_notice_sent,
         stop: notice_served, kind: internal, basis: default, conf: C, repeat: per_debtor}
      - {key: renewal, zh: 续封, en: Renewal, owner: clerk, limit: {n: -30, unit: d}, start: control_expiry,
         stop: control_renewed, kind: internal, basis: default, conf: C, repeat: per_measure}
      - {key: match, zh: 认领, en: Match, owner: clerk, limit: {n: 3, unit: d}, start: funds_arrived,
         stop: funds_matched, kind: internal, basis: default, conf: C, repeat: per_entry}
      - {key: control, zh: 控制, en: Control, owner: clerk, limit: {n: 3, unit: d}, start: property_confirmed,
         stop: control_effective, kind: internal, basis: default, conf: C, repeat: per_property}
      - {key: verify, zh: 核实, en: Verify, owner: clerk, limit: {n: 7, unit: d}, start: clue_submitted,
         stop: clue_verified, kind: internal, basis: default, conf: C, repeat: per_clue}
    """
)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    """On Wednesday 6 May, against two debtors: fifteen days end on Thursday 21."""
    flow_version(FLOW)
    parties = [PartyDraft("applicant", "申请人甲"), PartyDraft("debtor", "张三"), PartyDraft("debtor", "李四")]
    return hold(file_one(cast, filed_on=date(2026, 5, 6), parties=parties), cast.group)


def debtor(case: Case, name: str) -> str:
    return str(Party.objects.get(case=case, name=name).pk)


def tell(case: Case, key: str, day: str, chain: str = "") -> None:
    record_event(case=case, key=key, occurred_at=at(day), chain=chain)
    replays(case)


def replays(case: Case) -> None:
    assert list(case_differences(case_states([case.pk], None))) == []


def stand(case: Case, key: str) -> dict[str, tuple[str, str]]:
    rows = Node.objects.filter(case=case, key=key).exclude(state="NOT_STARTED")
    return {row.chain: (row.state, str(row.due_on)) for row in rows}


def test_check_flow_takes_every_value_and_names_another_by_its_line() -> None:
    assert mistakes_in(FLOW) == []
    (wrong,) = mistakes_in(FLOW.replace("per_entry", "per_paper"))
    assert "per_paper" in FLOW.replace("per_entry", "per_paper").splitlines()[wrong.line - 1]


def test_each_debtor_has_a_chain_from_the_filing_on(cast: Cast, filed: Case) -> None:
    one, other = debtor(filed, "张三"), debtor(filed, "李四")
    assert stand(filed, "interview") == {one: ("RUNNING", "2026-05-21"), other: ("RUNNING", "2026-05-21")}
    replays(filed)
    tell(filed, "interview_done", "2026-05-12", one)
    assert stand(filed, "interview") == {one: ("DONE", "2026-05-21"), other: ("RUNNING", "2026-05-21")}
    assert "询问 · 李四" in page_of(cast, filed)


def test_what_names_no_debtor_concerns_each_and_what_names_one_him_alone(filed: Case) -> None:
    """Ten days from Thursday 7 May end on Sunday 17: Monday 18."""
    one, other = debtor(filed, "张三"), debtor(filed, "李四")
    tell(filed, "notice_served", "2026-05-11", one)
    tell(filed, "execution_notice_sent", "2026-05-07")
    assert stand(filed, "service") == {one: ("DONE", "2026-05-18"), other: ("RUNNING", "2026-05-18")}
    tell(filed, "notice_served", "2026-05-13")
    assert stand(filed, "service")[other] == ("DONE", "2026-05-18")
    tell(filed, "control_expiry", "2026-07-01", "seal-1")
    assert set(stand(filed, "service")) == {one, other}


def test_a_debtor_who_joins_later_has_his_own_from_that_day(cast: Cast, filed: Case) -> None:
    """Fifteen days from Monday 11 May end on Tuesday 26; ten from Wednesday 13 on Saturday 23: Monday 25."""
    one = debtor(filed, "张三")
    tell(filed, "interview_done", "2026-05-08")
    tell(filed, "execution_notice_sent", "2026-05-07")
    body = {"name": "王五", "joined_on": "2026-05-11"}
    browser = browser_of(cast.holder)
    late = browser.post(f"/api/v1/cases/{filed.pk}/debtors", body, "application/json").json()["id"]
    replays(filed)
    assert stand(filed, "interview")[late] == ("RUNNING", "2026-05-26")
    assert stand(filed, "interview")[one] == ("DONE", "2026-05-21")
    assert late not in stand(filed, "service"), "that notice was sent to the others"
    tell(filed, "execution_notice_sent", "2026-05-13", late)
    assert (stand(filed, "service")[late], stand(filed, "service")[one]) == (
        ("RUNNING", "2026-05-25"),
        ("RUNNING", "2026-05-18"),
    )
    assert node_of(filed, "welcome").started_on == date(2026, 5, 6)
    tell(filed, "interview_done", "2026-05-14")
    assert stand(filed, "interview")[late] == ("DONE", "2026-05-26")


def test_cases_filed_from_a_list_have_them_too(cast: Cast) -> None:
    flow_version(FLOW)
    columns = "case_no,cause,filed_on,handler,basis,claim_kind,debtor_1_name,debtor_2_name\n"
    row = "（2026）闽0924执7号,买卖,2026-05-06,240101,JUDGMENT,MONEY,张三,李四\n"
    assert import_cases(raw=(columns + row).encode(), form="csv").created == 1
    case = Case.objects.get()
    assert set(stand(case, "interview")) == {debtor(case, "张三"), debtor(case, "李四")}
    replays(case)


@pytest.mark.parametrize(
    ("key", "start", "stop", "day", "due"),
    [
        ("renewal", "control_expiry", "control_renewed", "2026-07-10", "2026-06-10"),
        ("match", "funds_arrived", "funds_matched", "2026-05-12", "2026-05-15"),
        ("control", "property_confirmed", "control_effective", "2026-05-12", "2026-05-15"),
        ("verify", "clue_submitted", "clue_verified", "2026-05-12", "2026-05-19"),
    ],
)
def test_each_other_value_gives_a_chain_to_what_the_events_name(
    filed: Case, key: str, start: str, stop: str, day: str, due: str
) -> None:
    for chain in ("first", "second"):
        tell(filed, start, day, chain)
    tell(filed, stop, day, "first")
    assert stand(filed, key) == {"first": ("DONE", due), "second": ("RUNNING", due)}
    assert due_on(filed, key, "second") == due


def test_nobody_joins_tomorrow_or_a_closed_case(filed: Case) -> None:
    given = PartyDraft("debtor", "王五")
    with pytest.raises(DomainError) as refused:
        add_debtor(case=filed, party=given, joined_on=date(2026, 5, 21))
    assert refused.value.code == "debtor_of_the_future"
    close_case(case=filed, closing_mode="COMPLETED")
    with pytest.raises(DomainError) as refused:
        add_debtor(case=filed, party=given, joined_on=date(2026, 5, 20))
    assert refused.value.code == "case_closed"
