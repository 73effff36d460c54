import json
from typing import Any

import pytest

from server.field.completeness import assess
from server.field.kinds import kinds_document, message_of

DOCUMENT = kinds_document()


def test_a_minimal_record_is_answered_with_a_long_list_not_an_error() -> None:
    assessment = assess(DOCUMENT, "SEAL", {"fields": {}, "evidence": []})
    assert {"shot:SEAL_CLOSEUP", "authority:RULING", "field:result", "narrative"} <= set(assessment.missing_codes)
    assert "officers_two" in assessment.warning_codes


def test_a_search_without_its_warrant_is_missing_it() -> None:
    assert "authority:SEARCH_WARRANT" in assess(DOCUMENT, "SEARCH", {}).missing_codes


def test_a_court_may_tighten_a_rule_in_its_copy_of_the_document() -> None:
    one = {"fields": {"officers": [{"name": "林某"}]}}
    theirs = kinds_document({"common.officers_two": "block"})
    assert "officers_two" in assess(DOCUMENT, "SEAL", one).warning_codes
    assert "officers_two" in assess(theirs, "SEAL", one).missing_codes
    assert "officers_two" in assess(theirs, "SEAL", one, {}).warning_codes
    assert "officers_two" not in assess(theirs, "SERVE", one).missing_codes


def test_a_finding_says_what_which_rule_and_where() -> None:
    record = {"fields": {"items": [{"name": "车", "kind": "MOTOR_VEHICLE", "is_registered": False}]}}
    (finding,) = [f for f in assess(DOCUMENT, "SEIZE", record).missing if f["code"] == "item_engine_no"]
    assert finding == {"code": "item_engine_no", "rule": "common.item_engine_no", "at": "/fields/items/0/engine_no"}
    assert message_of(DOCUMENT, finding["rule"]) == "未登记机动车须记明发动机号"
    assert message_of(DOCUMENT, finding["rule"], "en") == "An unregistered motor vehicle needs its engine number"


def test_an_unknown_kind_is_a_finding() -> None:
    assert assess(DOCUMENT, "TEA", {}).missing_codes == ["kind_unknown"]
    assert message_of(DOCUMENT, "kind") == "此版本目录中没有这种行为"


def test_a_newer_language_of_rules_blocks_nobody() -> None:
    assessment = assess({**DOCUMENT, "language": 2}, "SEAL", {})
    assert (assessment.missing_codes, assessment.warning_codes) == ([], ["language_unsupported"])


@pytest.mark.parametrize(
    "record", [None, 5, "x", [], {"fields": None}, {"fields": [1]}, {"evidence": 3}, {"position": "x"}]
)
def test_no_shape_of_a_record_breaks_the_answer(record: Any) -> None:
    for kind in DOCUMENT["kinds"]:
        assert assess(DOCUMENT, kind["key"], record).missing


def test_a_kept_answer_is_json() -> None:
    assessment = assess(DOCUMENT, "VACATE", {})
    assert json.loads(json.dumps([assessment.missing, assessment.warnings])) == [
        assessment.missing,
        assessment.warnings,
    ]


def test_two_documents_are_never_confused() -> None:
    for _ in range(3):
        other = {**DOCUMENT, "rules": list(DOCUMENT["rules"][:1])}
        assert "narrative" not in assess(other, "SEAL", {}).missing_codes
        assert "narrative" in assess(DOCUMENT, "SEAL", {}).missing_codes


def test_a_list_already_frozen_by_its_reader_is_a_list() -> None:
    frozen = {"evidence": ({"shot_code": "SEAL_CLOSEUP"},)}
    assert "shot:SEAL_CLOSEUP" not in assess(DOCUMENT, "SEAL", frozen).missing_codes
