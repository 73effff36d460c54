import json
import re
from pathlib import Path

import pytest

from server.cases.flow_file import flow_definition
from server.common.hashing import canonical_json, sha256_hex
from server.field.kinds import CURRENT, FILES, kind_of, kinds_document
from server.field.kinds_check import mistakes_in

DOCUMENT = kinds_document()
TEXT = (FILES / f"{CURRENT}.yaml").read_text(encoding="utf-8")
EVENTS = flow_definition("enforcement_implementation", "2026.11-1").events
REFERENCE = (Path(__file__).parents[2] / "docs/reference/kinds.md").read_text(encoding="utf-8")
KINDS = (
    "SEAL", "SEIZE", "FREEZE_COUNTER", "SEARCH", "SERVE", "SITE_SURVEY", "LOCATE",
    "VACATE", "COMPEL", "DETAIN", "POST_NOTICE", "DELIVER", "INTERVIEW", "RELEASE",
)  # fmt: skip
RULES = [*DOCUMENT["rules"], *(rule for kind in DOCUMENT["kinds"] for rule in kind["rules"])]


def test_our_file_has_no_mistakes_and_its_events_are_the_flows() -> None:
    assert mistakes_in(TEXT, EVENTS) == []


def test_there_are_fourteen_kinds_with_both_names() -> None:
    assert [kind["key"] for kind in DOCUMENT["kinds"]] == list(KINDS)
    assert all(re.search("[\u4e00-\u9fff]", kind["zh"]) for kind in DOCUMENT["kinds"])


def test_the_document_travels_as_json_and_proves_its_content() -> None:
    travelled = json.loads(json.dumps(DOCUMENT))
    assert travelled == DOCUMENT
    stated = travelled.pop("sha256")
    assert sha256_hex(canonical_json(travelled)) == stated
    assert len(canonical_json(DOCUMENT)) < 160 * 1024


def test_a_courts_overrides_travel_in_the_document_and_leave_its_hash_alone() -> None:
    theirs = kinds_document({"common.officers_two": "block"})
    assert theirs["overrides"] == {"common.officers_two": "block"}
    assert theirs["sha256"] == DOCUMENT["sha256"]
    assert "overrides" not in DOCUMENT


def test_every_rule_has_its_own_name_and_says_what_to_do_in_both_languages() -> None:
    names = [rule["rule"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert re.search("[\u4e00-\u9fff]", rule["zh"])
        assert re.match(r"[A-Z][ -~]+$", rule["en"])
        assert rule["basis"]


def test_only_grade_a_or_the_proof_of_the_act_blocks_by_default() -> None:
    blocking = [rule for rule in RULES if rule["level"] == "block" and rule["conf"] != "A"]
    assert [rule["rule"] for rule in blocking] == [
        "SEAL.shot:SEAL_CLOSEUP",
        "SEIZE.shot:ITEM",
        "SITE_SURVEY.shot:PANORAMA",
        "VACATE.shot:AFTER",
        "DELIVER.shot:ITEM",
    ]
    for kind in DOCUMENT["kinds"]:
        assert all(change["conf"] == "A" for change in kind["levels"].values() if change["level"] == "block")


def test_every_event_of_a_kind_is_justified() -> None:
    caused = {event["event"] for kind in DOCUMENT["kinds"] for event in kind["events"]}
    assert {"control_effective", "notice_served", "interview_done", "search_done", "property_delivered"} <= caused
    assert all(len(event["why"]) > 20 for kind in DOCUMENT["kinds"] for event in kind["events"])


def test_the_hour_alarms_of_compelled_appearance_are_delivered() -> None:
    compel = kind_of(DOCUMENT, "COMPEL")
    assert compel is not None
    assert [alarm["minutes"] for alarm in compel["alarms"]] == [360, 450, 1320]


def test_a_kind_nobody_knows_is_none() -> None:
    assert kind_of(DOCUMENT, "TEA") is None


def test_the_reference_names_every_predicate_form_and_part() -> None:
    words = "present equals one_of count any all not when after within at_most not_more same each if_done"
    forms = "text boolean integer number money date time code: record: list:"
    assert [word for word in (words + " " + forms).split() if f"`{word}" not in REFERENCE] == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "needs: {present: place.address}",
            "needs: {present: place.adress}",
            "present: 'place.adress' is no field here",
        ),
        (
            "value: WAITING}}}, needs: {any: [{present: seals}",
            "value: WATING}}}, needs: {any: [{present: seals}",
            "'WATING'",
        ),
        ("{after: {path: finished_at, than: started_at}}", "{after: {path: finished_at}}", "after: takes path, than"),
        (
            "{after: {path: finished_at, than: started_at}}",
            "{after: {path: result, than: started_at}}",
            "do not compare",
        ),
        ("{within: {from: arrived_at, to: released_at, hours: 8}}", "{python: 1}", "must be one of present"),
        ("at_least: 2}}, conf: B", "at_least: two}}, conf: B", "whole numbers"),
        ("same: [name, name], at_least: 1}}, conf: C", "same: [name, nam], at_least: 1}}, conf: C", "same: 'nam'"),
        ("each: officers, when", "each: recorder, when", "each: must name a list"),
        (
            "level: warn, at: place, needs: {present: place.address}",
            "level: bloc, at: place, needs: {present: place.address}",
            "'bloc'",
        ),
        ("conf: B, basis: 民诉法解释97", "conf: Z, basis: 民诉法解释97", "'Z' is none of"),
        ("code: officers_two, level: warn", "code: officers_two, level: block", "only a rule of grade A blocks"),
        (
            "common.field:started_at: {level: block, conf: A, basis: 证据规定43}",
            "common.nothing: {level: block, conf: A, basis: x}",
            "is no common rule",
        ),
        ("{any: [PANORAMA]}", "{any: [PANORAM]}", "'PANORAM' is not known"),
        (
            "event: search_done, at: [finished_at]",
            "event: search_dun, at: [finished_at]",
            "no node of the flow waits for",
        ),
        (
            "event: search_done, at: [finished_at]",
            "event: search_done, at: [narrative]",
            "'narrative' is no time or date",
        ),
        (
            "from: arrived_at, until: released_at, minutes: 360",
            "from: arrived, until: released_at, minutes: 360",
            "must name a time",
        ),
        ("{type: text, zh: 占有使用人", "{type: txt, zh: 占有使用人", "'txt' is no known type"),
        ("occupant: {type: text", "recorder: {type: text", "is a field of the common record already"),
        ("{code: officers_two,", "{code: place_address,", "is used by another rule here"),
        ("HOME: [住所, Home]", "HOME: [住所]", "must be [Chinese, English]"),
        ("zh: 缺少地点, en: The place is missing", "zh: 缺少地点", "en: is missing"),
        (
            "needs: {present: items}, conf: C, basis: ours, zh: 缺少财产清单",
            "conf: C, basis: ours, zh: 缺少财产清单",
            "needs: is missing",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(right: str, wrong: str, said: str) -> None:
    assert right in TEXT
    line = TEXT[: TEXT.index(right)].count("\n") + 1
    mistakes = [str(mistake) for mistake in mistakes_in(TEXT.replace(right, wrong, 1), EVENTS)]
    assert any(said in mistake for mistake in mistakes), mistakes
    assert any(mistake.startswith(f"line {line},") for mistake in mistakes), (line, mistakes)


@pytest.mark.parametrize(
    "text", ["", "[]", "kinds: 5", "kinds: {SEAL: 5}", "rules: [5]", "code_lists: {a: 5}", "types: {a: {b: 5}}", "{"]
)
def test_what_is_no_kinds_file_is_refused_in_words(text: str) -> None:
    assert mistakes_in(text)


def test_any_line_left_out_is_a_mistake_or_a_file_nobody_breaks_on() -> None:
    lines = TEXT.splitlines()
    for number in range(20, len(lines), 60):
        mistakes_in("\n".join([*lines[:number], *lines[number + 1 :]]), EVENTS)
