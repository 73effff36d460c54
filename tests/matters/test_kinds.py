"""Kinds of matters as data."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from server.matters.kinds import CURRENT, FILES, catalogue
from server.matters.kinds_check import mistakes_in

TEXT = (FILES / f"{CURRENT}.yaml").read_text(encoding="utf-8")


def changed(place: str, value: Any) -> str:
    file = copy.deepcopy(yaml.safe_load(TEXT))
    file["kinds"]["SERVE"][place] = value
    return yaml.safe_dump(file, allow_unicode=True)


def test_the_kinds_of_this_release_are_faultless() -> None:
    assert mistakes_in(TEXT) == []
    assert len(catalogue().kinds) == 15


@pytest.mark.parametrize(
    ("place", "value", "key", "reason"),
    [
        ("papers", {"scroll": 1}, "kinds.SERVE.papers", "'scroll' is not known here"),
        ("papers", {"letter": 0}, "kinds.SERVE.papers.letter", "must be how many are needed, 1 to 20"),
        ("asks", ["moon"], "kinds.SERVE.asks", "'moon' is not known here"),
        ("results", ["FLOWN"], "kinds.SERVE.results", "'FLOWN' is not known here"),
        ("results", ["FROZEN"], "kinds.SERVE", "takes measures, and no kind releases them"),
        ("property", ["account"], "kinds.SERVE.property", "'account' is not known here"),
        ("days", 0, "kinds.SERVE.days", "must be 1 to 3650 days, or absent: the asking court states how many"),
        ("weight", "much", "kinds.SERVE.weight", "must be how much of a case one is, above 0 and at most 10"),
        ("names", ["送达"], "kinds.SERVE.names", "must be two names, in Chinese and in English"),
        ("release", "NOTHING", "kinds.SERVE.release", "'NOTHING' is not known here"),
        ("day", 3, "kinds.SERVE.day", "is not known here; did you mean 'days'?"),
    ],
)
def test_a_mistake_is_named_with_its_place(place: str, value: Any, key: str, reason: str) -> None:
    text = changed(place, value)
    (mistake,) = mistakes_in(text)
    assert (mistake.key, mistake.reason) == (key, reason)
    assert text.splitlines()[mistake.line - 1].strip().split(":")[0] == key.split(".")[-1]


def test_a_file_without_its_parts_is_no_file_of_kinds() -> None:
    assert "kinds" in [each.key for each in mistakes_in("[]")]
    assert mistakes_in("kinds: [").pop().reason.startswith("not YAML")


def test_the_command_says_it_in_words_and_for_programs(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("check_matters", stdout=out)
    assert out.getvalue().strip() == "没有错误：这些委托种类可以使用。"
    (tmp_path / "ours.yaml").write_text(changed("days", 0), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_matters", str(tmp_path / "ours.yaml"), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["ok"], [each["key"] for each in found["mistakes"]]) == (False, ["kinds.SERVE.days"])
    with pytest.raises(CommandError):
        call_command("check_matters", str(tmp_path / "absent.yaml"))


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
