"""Simple cases fast, hard cases with care: by rules that are data, with reasons, history and a director's word."""

import io
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.flow_checks import mistakes_in
from server.cases.flow_file import FLOWS
from server.cases.models import Case, Node, Triage
from server.cases.queries import case_states
from server.cases.services import PartyDraft, close_case, import_cases, record_event
from server.cases.services.triaging import override_track, triage_case
from server.cases.states import moved_anew
from server.cases.triage import judged
from server.cases.triage_file import CURRENT, RULES, read_triage, triage_rules
from server.common.clock import SHANGHAI
from server.common.errors import DomainError
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.sync.pushing import hold, phone_of, statuses

pytestmark = pytest.mark.django_db
TEXT = (RULES / f"{CURRENT}.yaml").read_text(encoding="utf-8")
UNTRACKED = {"basis": "JUDGMENT", "claim_kind": "MONEY"}
DEBTOR = PartyDraft("debtor", "被执行人乙")
SIMPLE: dict[str, Any] = {"claim_amount": 100_000, "debtors": 1, "address_confirmed": True}


@pytest.mark.parametrize(
    ("facts", "track", "reasons"),
    [
        ({}, "NORMAL", ()),
        (SIMPLE, "FAST", ("small_and_clear",)),
        ({**SIMPLE, "claim_amount": 100_001}, "NORMAL", ()),
        ({**SIMPLE, "debtors": 2}, "NORMAL", ()),
        ({**SIMPLE, "address_confirmed": False}, "NORMAL", ()),
        ({**SIMPLE, "real_estate_needed": True}, "NORMAL", ()),
        ({"claim_amount": 5_000_000}, "HARD", ("large_claim",)),
        ({"claim_amount": 4_999_999}, "NORMAL", ()),
        ({"debtors": 5}, "HARD", ("many_debtors",)),
        ({**SIMPLE, "vacate_needed": True}, "HARD", ("vacate",)),
        (
            {**SIMPLE, "violent_resistance": True, "third_party_objection": True},
            "HARD",
            ("violence", "third_party_objection"),
        ),
        ({"fed_back": True, "deposits_cover_claim": True}, "FAST", ("covered",)),
        ({"deposits_cover_claim": True}, "NORMAL", ()),
        ({"fed_back": True, "property_found": False, "debtor_reachable": True}, "FAST", ("nothing_found",)),
        ({"fed_back": True, "debtor_reachable": True}, "NORMAL", ()),
    ],
)
def test_hard_beats_fast_and_what_no_rule_names_is_usual(
    facts: dict[str, Any], track: str, reasons: tuple[str, ...]
) -> None:
    found = judged(triage_rules(), facts)
    assert (found.track, found.reasons) == (track, reasons)


@pytest.fixture
def case(cast: Cast) -> Case:
    return filed(cast)


def filed(cast: Cast, number: int = 123, **changes: Any) -> Case:
    return file_one(cast, number, flow_facts=UNTRACKED, parties=[DEBTOR], **{"claim_amount": 80_000, **changes})


def node_of(case: Case, key: str) -> Node:
    return Node.objects.get(case=case, key=key)


def history(case: Case) -> list[tuple[str, str, list[str]]]:
    return list(Triage.objects.filter(case=case).order_by("at", "pk").values_list("track", "source", "reasons"))


def is_a_fold(case: Case) -> bool:
    return not moved_anew(case_states([case.pk], None)[case.pk])


def test_a_case_is_judged_at_filing_and_its_node_is_done(cast: Cast) -> None:
    case = filed(cast, triage_facts={"address_confirmed": True})
    assert case.flow_facts["track"] == "FAST"
    assert history(case) == [("FAST", "RULES", ["small_and_clear"])]
    assert node_of(case, "triage").finished_on == case.filed_on
    assert node_of(case, "case_limit_fast").due_on == date(2027, 2, 1), "ninety days end on a Sunday"
    assert is_a_fold(case)


def test_who_names_the_track_at_filing_is_believed(cast: Cast) -> None:
    case = file_one(cast)
    assert (case.flow_facts["track"], history(case)) == ("NORMAL", [])


@pytest.mark.parametrize(
    ("cause", "priority"),
    [
        ("追索劳动报酬纠纷", "HIGH"),
        ("抚养费纠纷", "HIGH"),
        ("机动车交通事故责任纠纷", "HIGH"),
        ("买卖合同纠纷", "NORMAL"),
    ],
)
def test_wages_maintenance_and_injury_go_first(cast: Cast, cause: str, priority: str) -> None:
    assert filed(cast, cause=cause).priority == priority


def test_a_list_of_cases_is_judged_too(cast: Cast) -> None:
    columns = "case_no,cause,filed_on,claim_amount,basis,claim_kind,debtor_1_name\n"
    rows = columns + "（2026）闽0924执1号,劳动报酬,2026-11-02,6000000,JUDGMENT,MONEY,乙\n"
    assert import_cases(raw=rows.encode(), form="csv").created == 1
    case = Case.objects.get()
    assert (case.flow_facts["track"], case.priority) == ("HARD", "HIGH")
    assert history(case) == [("HARD", "RULES", ["large_claim"])]
    assert node_of(case, "triage").state == Node.State.DONE
    assert import_cases(raw=rows.encode(), form="csv").unchanged == 1
    assert is_a_fold(case)


def test_judged_again_its_limits_follow_and_the_history_stays(case: Case, cast: Cast) -> None:
    assert case.flow_facts["track"] == "NORMAL"
    assert not Node.objects.filter(case=case, key="case_limit_fast").exists()
    triage_case(case=case, said={"address_confirmed": True}, by=cast.duty)
    assert node_of(case, "case_limit_fast").state == Node.State.RUNNING
    triage_case(case=case, said={"vacate_needed": True}, by=cast.duty)
    assert node_of(case, "case_limit_fast").state == Node.State.NOT_STARTED
    assert history(case) == [
        ("NORMAL", "RULES", []),
        ("FAST", "RULES", ["small_and_clear"]),
        ("HARD", "RULES", ["vacate"]),
    ]
    assert Entry.objects.filter(kind="case_triaged", subject_id=case.pk).count() == 2
    assert is_a_fold(case)


def test_the_first_feedback_of_the_network_has_it_judged_again_and_a_later_one_does_not(case: Case) -> None:
    triage_case(case=case, said={"deposits_cover_claim": True})
    case.refresh_from_db()
    assert case.flow_facts["track"] == "NORMAL"
    for day in (9, 12):
        at = datetime(2026, 11, day, 9, tzinfo=SHANGHAI)
        record_event(case=case, key="inquiry_feedback_received", occurred_at=at)
    case.refresh_from_db()
    assert case.flow_facts["track"] == "FAST"
    assert [track for track, *_ in history(case)] == ["NORMAL", "NORMAL", "FAST"]
    assert is_a_fold(case)


def test_feedback_looked_through_on_a_phone_has_it_judged_again_too(case: Case, cast: Cast) -> None:
    record_event(case=case, key="inquiry_feedback_received", occurred_at=datetime(2026, 11, 9, 9, tzinfo=SHANGHAI))
    Case.objects.filter(pk=case.pk).update(claim_amount=6_000_000)
    hold(case, cast.group)
    phone = phone_of(cast.holder)
    for _ in range(2):
        phone.record("complete_node", case_id=case.pk, fields={"node": "network_feedback_review"})
    phone.duplicate_next_request()
    phone.push()
    case.refresh_from_db()
    assert (case.flow_facts["track"], node_of(case, "network_feedback_review").state) == ("HARD", Node.State.DONE)
    assert [(track, source) for track, source, _ in history(case)[-2:]] == [("NORMAL", "RULES"), ("HARD", "RULES")]
    assert Triage.objects.filter(case=case).latest("pk").by == cast.holder
    assert Entry.objects.filter(kind="case_triaged", subject_id=case.pk).count() == 2
    assert is_a_fold(case)


def test_a_look_through_that_waits_for_its_photo_has_it_judged_again_once_that_has_arrived(
    case: Case, cast: Cast
) -> None:
    record_event(case=case, key="inquiry_feedback_received", occurred_at=datetime(2026, 11, 9, 9, tzinfo=SHANGHAI))
    Case.objects.filter(pk=case.pk).update(claim_amount=6_000_000)
    hold(case, cast.group)
    phone, photo = phone_of(cast.holder), b"a page of it"
    phone.record("complete_node", case_id=case.pk, fields={"node": "network_feedback_review"}, photos=[photo])
    phone.push()
    before = Case.objects.get(pk=case.pk)
    assert before.flow_facts["track"] == "NORMAL"
    assert phone.upload(photo) == 204
    case.refresh_from_db()
    assert (case.flow_facts["track"], node_of(case, "network_feedback_review").state) == ("HARD", Node.State.DONE)
    assert (Triage.objects.filter(case=case).latest("pk").by, case.version > before.version) == (cast.holder, True)
    assert Entry.objects.filter(kind="case_triaged", subject_id=case.pk).count() == 2
    assert is_a_fold(case)


def test_on_a_phone_as_at_the_desk_the_directors_word_stands(case: Case, cast: Cast) -> None:
    record_event(case=case, key="inquiry_feedback_received", occurred_at=datetime(2026, 11, 9, 9, tzinfo=SHANGHAI))
    override_track(case=case, track="HARD", reason="涉众多农民工，需专人办理", by=cast.director)
    hold(case, cast.group)
    phone = phone_of(cast.holder)
    phone.record("complete_node", case_id=case.pk, fields={"node": "network_feedback_review"})
    assert statuses(phone.push()) == [("applied", "ok")]
    case.refresh_from_db()
    assert (case.flow_facts["track"], history(case)[-1][1]) == ("HARD", "OVERRIDE")


def test_the_directors_word_stands_against_the_rules_also_after_the_feedback(case: Case, cast: Cast) -> None:
    override_track(case=case, track="HARD", reason="涉众多农民工，需专人办理", by=cast.director)
    record_event(case=case, key="inquiry_feedback_received", occurred_at=datetime(2026, 11, 9, tzinfo=SHANGHAI))
    case.refresh_from_db()
    assert case.flow_facts["track"] == "HARD"
    assert history(case)[-1] == ("HARD", "OVERRIDE", [])
    assert triage_case(case=case).track == "NORMAL", "asked outright, the rules speak again"


def test_nothing_is_said_of_a_closed_case_or_in_facts_nobody_knows(case: Case, cast: Cast) -> None:
    with pytest.raises(DomainError, match="flow_fact_unknown"):
        triage_case(case=case, said={"moon_phase": "FULL"})
    with pytest.raises(DomainError, match="flow_fact_unknown"):
        triage_case(case=case, said={"claim_amount": 1})
    with pytest.raises(DomainError, match="note_required"):
        override_track(case=case, track="HARD", reason=" ", by=cast.director)
    with pytest.raises(DomainError, match="note_too_long"):
        override_track(case=case, track="HARD", reason="长" * 501, by=cast.director)
    close_case(case=case, closing_mode="COMPLETED")
    with pytest.raises(DomainError, match="case_closed"):
        triage_case(case=case)


def post(cast_member: Any, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    reply = browser_of(cast_member).post(path, body, content_type="application/json", headers={"accept-language": "en"})
    return reply.status_code, reply.json()


def test_over_the_api_the_desk_has_it_judged_and_only_the_director_overrides(case: Case, cast: Cast) -> None:
    path = f"/api/v1/cases/{case.pk}/triage"
    status, shown = post(cast.duty, path, {"facts": {"company_in_distress": True}})
    assert (status, shown["track"], shown["by"]) == (200, "HARD", cast.duty.name)
    assert shown["reasons"] == [{"code": "distress", "text": "A company in distress"}]
    word = {"track": "FAST", "reason": "已达成和解"}
    assert post(cast.duty, f"{path}/override", word)[0] == 403
    assert post(cast.supervisor, path, {"facts": {}})[0] == 403
    assert post(cast.stranger, path, {"facts": {}})[0] == 404
    status, shown = post(cast.director, f"{path}/override", word)
    assert (status, shown["source"], shown["reason"]) == (200, "OVERRIDE", "已达成和解")
    listed = browser_of(cast.duty).get(path).json()
    assert [each["track"] for each in listed] == ["FAST", "HARD", "NORMAL"]
    page = browser_of(cast.duty).get(f"/centre/cases/{case.pk}").content.decode()
    assert "已达成和解" in page


MISTAKES = [
    ("track: HARD, when: vacate_needed", "track: SLOW, when: vacate_needed", "none of FAST, HARD"),
    ("when: vacate_needed", "when: vacate_neded", "did you mean 'vacate_needed'"),
    ('when: "debtors >= 5"', 'when: "debtors >= five"', "a number is wanted"),
    ("key: distress", "key: large_claim", "is used by another rule"),
    ("conf: A-local", "conf: Z", "none of A"),
    ("kind: WAGES, causes", "kind: SALARY, causes", "not among the values of the fact urgent_kind"),
    ("causes: [抚养, 赡养, 扶养]", "causes: 抚养", "must be a list of words"),
    ("en: An eviction is needed, ", "", "en: is missing"),
    ('when: "fed_back and deposits_cover_claim"', 'when: "fed_back and not fed_back"', "no case can fulfil"),
    ("rules:\n", "rulez: 1\nrules:\n", "did you mean 'rules'"),
]


def test_a_file_with_ten_mistakes_gives_ten_messages_each_with_its_line(tmp_path: Path) -> None:
    text = TEXT
    for right, wrong, _ in MISTAKES:
        assert right in text, right
        text = text.replace(right, wrong, 1)
    path, out = tmp_path / "tracks.yaml", io.StringIO()
    path.write_text(text, encoding="utf-8")
    with suppress(CommandError):
        call_command("check_flow", str(path), "--language", "en", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(MISTAKES), lines
    for number, said in _placed(text):
        assert [line for line in lines if said in line and line.startswith(f"Line {number},")], (number, said, lines)


def _placed(text: str) -> list[tuple[int, str]]:
    """Where each mistake stands: a line of its own, counted from the rule or member that it spoils."""
    marks = ["key: vacate,", "key: vacate,", "key: many_debtors", "en: A company in distress"]
    marks += ["key: small_and_clear", "追索劳动报酬", "追索抚养费", "key: vacate,", "key: covered", "rulez"]
    return [
        (text[: text.index(mark)].count("\n") + 1, said) for mark, (_, _, said) in zip(marks, MISTAKES, strict=True)
    ]


def test_the_rules_of_this_release_have_no_mistakes() -> None:
    assert len(read_triage(TEXT).rules) == 12


def test_a_fast_track_may_not_be_faster_than_the_law() -> None:
    flow = (FLOWS / "enforcement_implementation@2026.11-1.yaml").read_text(encoding="utf-8")
    assert not mistakes_in(flow)
    (found,) = mistakes_in(flow.replace("FINAL_ROUND: {n: 100, unit: d}", "FINAL_ROUND: {n: 60, unit: d}"))
    assert found.key.endswith("variants.FINAL_ROUND")
    assert "shorter than the minimum" in found.reason
