"""Kinds of matters as data."""

import copy
from typing import Any

import pytest
import yaml

from server.matters.kinds import CURRENT, FILES, catalogue, mistakes_in


def file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FILES / f"{CURRENT}.yaml").read_text(encoding="utf-8"))
    return content


def test_the_kinds_of_this_release_are_faultless() -> None:
    assert mistakes_in(file()) == []
    assert len(catalogue().kinds) == 15


@pytest.mark.parametrize(
    ("place", "value", "mistake"),
    [
        ("papers", {"scroll": 1}, "kinds.SERVE: no paper scroll"),
        ("asks", ["moon"], "kinds.SERVE: no member moon"),
        ("results", ["FLOWN"], "kinds.SERVE: no result FLOWN"),
        ("results", ["FROZEN"], "kinds.SERVE: takes measures, and no kind releases them"),
        ("property", ["account"], "kinds.SERVE: account is not asked"),
        ("days", 0, "kinds.SERVE: 0 days"),
    ],
)
def test_a_mistake_is_named_with_its_place(place: str, value: Any, mistake: str) -> None:
    changed = copy.deepcopy(file())
    changed["kinds"]["SERVE"][place] = value
    assert mistakes_in(changed) == [mistake]


def test_a_file_without_its_parts_is_no_file_of_kinds() -> None:
    assert mistakes_in([]) == ["file: not a mapping"]
    assert "kinds: missing" in mistakes_in({"version": "1"})


def test_papers_and_members_are_missing_until_they_are_there() -> None:
    kind = catalogue().kinds["DEPOSIT_FREEZE"]
    have = {"letter": 1, "ruling": 1, "assistance_notice": 1, "receipt_form": 1, "credentials": 1}
    assert kind.missing_papers(have) == ("credentials",), "of two officers"
    assert kind.missing_members({"holder": "乙", "bank": " "}, days=None) == ("bank", "account", "amount")
    assert catalogue().kinds["CONTROL_DETAINEE"].missing_members({"person": "乙", "address": "x"}, days=None) == (
        "limit_days",
    ), "by agreement, so somebody must state it"


def test_the_same_property_is_found_whatever_is_asked_of_it() -> None:
    kinds = catalogue().kinds
    one = kinds["DEPOSIT_FREEZE"].property_of({"bank": "工商银行", "account": "6222 0000"})
    assert one == kinds["DEPOSIT_DEDUCT"].property_of({"bank": "工商银行", "account": "62220000"}) != ""
    assert kinds["DEPOSIT_FREEZE"].property_of({"bank": "工商银行"}) == ""
    assert kinds["SERVE"].property_of({"addressee": "乙"}) == ""
