from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cases.conditions import Comparison, ConditionError, Joined, Not, parse_condition

FACTS = {"track": "FAST", "applied": True, "claim": 100_000, "debtors": 2, "rate": Decimal("0.5")}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("applied", True),
        ("not applied", False),
        ("track == FAST", True),
        ("track != FAST", False),
        ("track in [NORMAL, FAST]", True),
        ("track not in [NORMAL, FAST]", False),
        ("not track in [HARD]", True),
        ("claim <= 100000", True),
        ("claim < 100000", False),
        ("claim > 99999.5 and debtors >= 2", True),
        ("claim == 100000.0", True),
        ("rate < 0.75", True),
        ("debtors in [1, 2]", True),
        ("debtors > -1", True),
        ("track == HARD or applied and claim > 1", True),
        ("(track == HARD or applied) and claim < 1", False),
        ("not (track == HARD or track == NORMAL)", True),
        ("not not applied", True),
        ("applied == true and applied != false", True),
    ],
)
def test_a_condition_is_judged_by_the_facts(text: str, holds: bool) -> None:
    assert parse_condition(text).holds(FACTS) is holds


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    a, b, c = (Comparison(name) for name in "abc")
    assert parse_condition("a or not b and c") == Joined("or", (a, Joined("and", (Not(b), c))))
    assert parse_condition("a and b and c") == Joined("and", (a, b, c))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("track == FAST", False),
        ("claim < 1", False),
        ("claim >= 1", False),
        ("applied", False),
        ("track in [FAST]", False),
        ("track != FAST", True),
        ("track not in [FAST]", True),
        ("not applied", True),
    ],
)
def test_a_fact_that_is_not_known_equals_nothing(text: str, holds: bool) -> None:
    assert parse_condition(text).holds({}) is holds


def test_a_number_is_no_truth_and_a_text_no_number() -> None:
    assert not parse_condition("applied").holds({"applied": 1})
    assert not parse_condition("claim == 1").holds({"claim": True})
    assert not parse_condition("claim < 9").holds({"claim": "5"})
    assert not parse_condition("track == FAST").holds({"track": ["FAST"]})


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "fact_expected", 1),
        ("A", "fact_expected", 1),
        ("1", "fact_expected", 1),
        ("and", "fact_expected", 1),
        ("a b", "not_expected", 3),
        ("a = B", "not_understood", 3),
        ("a == ", "value_expected", 6),
        ("a == B and", "fact_expected", 11),
        ("a == 'B'", "not_understood", 6),
        ("a < FAST", "number_expected", 5),
        ("a in []", "value_expected", 7),
        ("a in [B", "sign_expected", 8),
        ("a in B", "sign_expected", 6),
        ("a not B", "sign_expected", 7),
        ("(a or b", "sign_expected", 8),
        ("a)", "not_expected", 2),
        ("a.b", "not_understood", 2),
        ("a == B;", "not_understood", 7),
        ("a == 1x", "not_understood", 6),
        ("a < 1 < 2", "not_expected", 7),
        ("__import__(os)", "not_understood", 1),
        ("f(x)", "not_expected", 2),
        ("(" * 30 + "a" + ")" * 30, "too_deep", 21),
        ("not " * 30 + "a", "too_deep", 81),
        ("a or " * 200 + "a", "too_long", 501),
    ],
)
def test_anything_else_is_refused_with_its_column(text: str, code: str, column: int) -> None:
    with pytest.raises(ConditionError) as refused:
        parse_condition(text)
    assert (refused.value.code, refused.value.column) == (code, column)


@given(st.text(alphabet="ab AND()[]<>=!notinr,.01_'\"\\\n", max_size=60))
def test_any_text_is_a_condition_or_is_refused(text: str) -> None:
    facts: dict[str, Any] = {"a": True}
    with suppress(ConditionError):
        assert parse_condition(text).holds(facts) in (True, False)
