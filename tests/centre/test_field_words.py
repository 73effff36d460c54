"""What an act states is read in words: codes by their names, moments by the wall clock, lists by who is in them."""

import pytest
from django.utils import translation

from server.centre.field_words import FieldWords, field_words


@pytest.fixture
def words() -> FieldWords:
    with translation.override("zh-hans"):
        return field_words()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("result", "DONE", "完成"),
        ("result", "UNHEARD_OF", "UNHEARD_OF"),
        ("started_at", "2026-11-02T01:30:00+00:00", "11-02 09:30"),
        ("started_at", "no time", "no time"),
        ("officers", [{"name": "林岚", "role": "EXECUTOR"}, {"name": "陈默"}], "林岚、陈默"),
        (
            "place",
            {"address": "海滨路 18 号", "kind": "HOME", "lat": 26.5, "lon": 119.5, "accuracy": 8},
            "海滨路 18 号 住所",
        ),
        ("of_another_version", {"a": 1, "b": None}, "1"),
    ],
)
def test_a_field_is_said_as_a_person_reads_it(words: FieldWords, name: str, value: object, said: str) -> None:
    assert words.text(name, value) == said


def test_what_is_yes_or_no_is_said_so(words: FieldWords) -> None:
    with translation.override("zh-hans"):
        assert (words.text("rights_told", True), words.text("rights_told", False)) == ("是", "否")
    assert words.label("result") == "结果"
    assert words.label("of_another_version") == "of_another_version"
