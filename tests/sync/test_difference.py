"""The core of a pull, without rows."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.sync.difference import View, acknowledged, after, difference, digest, within_budget

TAGS = st.dictionaries(st.sampled_from([f"case:{n}" for n in range(6)]), st.sampled_from("abc"))


@given(held=TAGS, visible=TAGS)
def test_a_difference_applied_is_what_is_visible(held: dict[str, str], visible: dict[str, str]) -> None:
    todo = difference(held, visible)
    sent = dict.fromkeys(todo.removed) | {key: visible[key] for key in todo.changed}
    assert after(held, sent) == visible


@given(held=TAGS, visible=TAGS)
def test_a_difference_names_nothing_that_is_the_same(held: dict[str, str], visible: dict[str, str]) -> None:
    todo = difference(held, visible)
    assert not {key for key in todo.changed if held.get(key) == visible[key]}
    assert not set(todo.removed) & visible.keys()


def test_coming_back_with_the_sent_cursor_acknowledges_it() -> None:
    view = View("one", {"case:1": "a", "case:2": "a"}, 5, "two", {"case:1": None, "case:3": "b"}, 9)
    assert acknowledged(view, "two") == View("two", {"case:2": "a", "case:3": "b"}, 9)


def test_coming_back_with_the_acknowledged_cursor_forgets_what_was_sent() -> None:
    view = View("one", {"case:1": "a"}, 5, "two", {"case:1": None}, 9)
    assert acknowledged(view, "one") == View("one", {"case:1": "a"}, 5)


def test_coming_back_without_a_cursor_holds_nothing() -> None:
    assert acknowledged(View("one", {"case:1": "a"}, 5, "two", {}, 9), None) == View()


@pytest.mark.parametrize("cursor", ["", "zero"])
def test_no_other_cursor_is_known(cursor: str) -> None:
    assert acknowledged(View("one", {}, 0, "two", {}, 0), cursor) is None
    assert acknowledged(View(), cursor) is None


def test_the_digest_is_that_of_the_reference_bytes() -> None:
    vectors = Path(__file__).parent.parent / "wire" / "vectors" / "answers.json"
    rows = json.loads(vectors.read_text(encoding="utf-8"))["digests"]
    assert rows
    for row in rows:
        assert digest({f"{type_}:{id_}": tag for type_, id_, tag in row["units"]}) == row["digest"]


def test_a_unit_larger_than_a_page_still_goes() -> None:
    assert within_budget(["x" * 100, "y"], 10) == 1
    assert within_budget(["执行", "y"], 6) == 1
    assert within_budget(["执行", "y"], 7) == 2
