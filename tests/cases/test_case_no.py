from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.case_no import PROVINCES, CaseNo, CaseNoError, CaseType, parse_case_no, parse_document_no

NUMBER = CaseNo(2026, "闽0924", CaseType.FIRST, 123)


@pytest.mark.parametrize(
    "typed",
    [
        "（2026）闽0924执123号",
        "(2026)闽0924执123号",
        "〔2026〕闽0924执123号",
        "[2026] 闽 0924 执 123 号",
        "（２０２６）闽０９２４执１２３号",
        "2026闽0924执123",
        "(2026)闽0924執00123號",
        "\u3000（2026）闽0924执123号\n",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_case_no(typed) == NUMBER
    assert parse_case_no(typed).canonical == "（2026）闽0924执123号"


@pytest.mark.parametrize(
    ("typed", "court", "kind"),
    [
        ("（2026）最高法执监7号", "最高法", CaseType.SUPERVISE),
        ("（2026）闽执复7号", "闽", CaseType.RECONSIDER),
        ("（2026）闽98执协7号", "闽98", CaseType.COORDINATE),
        ("（2026）浙9702执恢7号", "浙9702", CaseType.RESUME),
        ("（2026）闽9881执保7号", "闽9881", CaseType.PRESERVE),
        ("（2026）闽9821执异7号", "闽9821", CaseType.OBJECT),
        ("（2026）鲁1002执他7号", "鲁1002", CaseType.OTHER),
    ],
)
def test_every_level_of_court_and_every_type_is_known(typed: str, court: str, kind: CaseType) -> None:
    assert parse_case_no(typed) == CaseNo(2026, court, kind, 7)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "blank"),
        ("  \u3000", "blank"),
        ("（26）闽0924执123号", "year"),
        ("（0026）闽0924执123号", "year"),
        ("（2026）美0924执123号", "court"),
        ("（2026）闽092执123号", "court"),
        ("（2026）闽0924民初123号", "type"),
        ("（2026）闽0924执号", "sequence"),
        ("（2026）闽0924执0号", "sequence"),
        ("（2026）闽0924执12345678901号", "sequence"),
        ("（2026）闽0924执123号附", "sequence"),
        ("（2026）闽0924执123号之一", "sub_document"),
        ("1" * 61, "too_long"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(CaseNoError) as refused:
        parse_case_no(typed)
    assert refused.value.reason == reason


def test_a_suffix_belongs_to_a_paper() -> None:
    paper = parse_document_no("(2026)闽0924执123号之二")
    assert (paper.case, paper.suffix) == (NUMBER, "之二")
    assert paper.display() == "（2026）闽0924执123号之二"


def test_one_number_has_one_key_and_the_four_parts_decide() -> None:
    assert parse_case_no("(2026)闽0924执1号") != parse_case_no("(2026)闽0924执恢1号")
    assert len({parse_case_no("(2026)闽0924执123号"), NUMBER}) == 1


courts = st.builds(lambda p, digits: p + digits, st.sampled_from(PROVINCES), st.sampled_from(["", "09", "0924"]))


@given(st.builds(CaseNo, st.integers(1949, 2999), courts, st.sampled_from(CaseType), st.integers(1, 999_999_999)))
def test_writing_and_reading_a_number_gives_it_back(number: CaseNo) -> None:
    assert parse_case_no(number.canonical) == number == parse_case_no(number.display())


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_never_worse(text: Any) -> None:
    try:
        number = parse_case_no(text)
    except CaseNoError:
        return
    assert parse_case_no(number.canonical) == number
