"""A court changes a rule as data: both sides answer by it from the next pull on, and the change is on record."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from client_sdk import Action, FieldClient, vault
from server.cases.models import Case
from server.field.kinds import CURRENT, FILES
from server.field.models import FieldAction
from server.ledger.models import Entry
from tests.actors import Cast
from tests.field.sdk import client_of
from tests.wire.records import vectors

pytestmark = pytest.mark.django_db
TEXT = (FILES / f"{CURRENT}.yaml").read_text(encoding="utf-8")
ONE_OFFICER = next(each["record"] for each in vectors() if each["name"].startswith("X15 a"))


def said(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue().strip()


def sealed_by_one(field: FieldClient, case: Case) -> Action:
    shots = [field.capture(f"{n}".encode(), shot_code=e["shot_code"]) for n, e in enumerate(ONE_OFFICER["evidence"])]
    action = field.record_action(case_id=case.pk, kind="SEAL", fields=ONE_OFFICER["fields"], photos=shots)
    field.sync()
    return field.action(action.id)


def codes(findings: Any) -> list[str]:
    return [finding["code"] for finding in findings]


def test_x15_one_officer_seals_here_with_a_warning_and_at_a_court_that_blocks_not_at_all(
    cast: Cast, held: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "SCRYPT_COST", 2**4)
    with client_of(cast.holder, tmp_path / "o.db") as field:
        first = sealed_by_one(field, held)
        at_court = FieldAction.objects.get(pk=first.id)
        assert (codes(first.missing), codes(first.warnings)) == ([], ["officers_two"])
        assert (at_court.missing, at_court.warnings, at_court.is_complete) == ([], ["officers_two"], True)
        told = said("kind_rules", cast.court.code, "common.officers_two", "block", "--language", "en")
        assert told == "common.officers_two: block (otherwise warn), by 民诉法解释97"
        field.sync()
        second = sealed_by_one(field, held)
        at_court = FieldAction.objects.get(pk=second.id)
        assert (codes(second.missing), codes(second.warnings)) == (["officers_two"], [])
        assert (at_court.missing, at_court.warnings, at_court.is_complete) == (["officers_two"], [], False)
        assert said("kind_rules", cast.court.code, "common.officers_two", "default", "--language", "en") == (
            "No rule is changed here."
        )
        field.sync()
        assert codes(sealed_by_one(field, held).warnings) == ["officers_two"]
    assert FieldAction.objects.get(pk=first.id).is_complete, "what was judged before stays"


def test_each_change_is_an_entry_with_the_catalogue_and_all_that_holds_now(cast: Cast) -> None:
    said("kind_rules", cast.court.code, "SEARCH/common.filmed", "block")
    said("kind_rules", cast.court.code, "common.milder_considered", "warn")
    told = said("kind_rules", cast.court.code, "common.milder_considered", "warn", "--language", "en")
    assert told == "It is so already; nothing was changed."
    views = [json.loads(entry.view) for entry in Entry.objects.filter(kind="kind_rule_set").order_by("position")]
    assert [(view["rule"], view["level"], view["before"]) for view in views] == [
        ("SEARCH/common.filmed", "block", None),
        ("common.milder_considered", "warn", None),
    ]
    assert {view["catalogue"] for view in views} == {CURRENT}
    assert views[-1]["rules"] == {"SEARCH/common.filmed": "block", "common.milder_considered": "warn"}


@pytest.mark.parametrize("rule", ["common.officer_two", "TEA/common.filmed", "SEAL/common.nothing", "officers_two"])
def test_no_rule_is_made_up(cast: Cast, rule: str) -> None:
    with pytest.raises(CommandError) as refused:
        said("kind_rules", cast.court.code, rule, "block", "--language", "en")
    assert rule in str(refused.value)
    cast.court.refresh_from_db()
    assert cast.court.kind_rules == {}


def test_the_catalogue_of_this_release_has_no_mistakes() -> None:
    assert said("check_kinds", "--language", "en") == "No mistakes: these kinds may be used."
    assert said("check_kinds") == "没有错误：这些行为种类可以使用。"


MISTAKES = [
    (
        "needs: {present: place.address}",
        "needs: {present: place.adress}",
        "'place.adress' is no field here",
        "没有字段",
    ),
    (
        "level: warn, at: officers, needs",
        "level: wrn, at: officers, needs",
        "is none of block, warn, off",
        "block, warn",
    ),
    ("event: search_done", "event: search_don", "no node of the flow waits for 'search_don'", "没有节点等待"),
    ("any: [SEAL_CLOSEUP", "any: [SEAL_CLOSUP", "'SEAL_CLOSUP' is not known here", "这里没有"),
    ("{type: money, zh: 估值", "{type: mony, zh: 估值", "'mony' is no known type", "不是已知类型"),
    ("hours: 8}", "hours: eight}", "within: hours is a whole number", "hours 是整数"),
]


def test_check_kinds_explains_each_mistake_with_its_line_in_both_languages(tmp_path: Path) -> None:
    text = TEXT
    for right, wrong, *_words in MISTAKES:
        assert right in text
        text = text.replace(right, wrong, 1)
    path = tmp_path / "kinds.yaml"
    path.write_text(text, encoding="utf-8")
    for language, column in (("en", 2), ("zh-hans", 3)):
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("check_kinds", str(path), "--language", language, stdout=out)
        lines = out.getvalue().splitlines()
        for mistake in MISTAKES:
            number = TEXT[: TEXT.index(mistake[0])].count("\n") + 1
            assert [line for line in lines if str(number) in line and mistake[column] in line], (mistake, lines)


def test_a_courts_word_on_a_rule_that_is_gone_is_told(cast: Cast) -> None:
    cast.court.kind_rules = {"common.was_here_once": "block"}
    cast.court.save()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_kinds", "--json", "--language", "en", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["ok"], told["mistakes"]) == (False, [])
    assert "common.was_here_once" in told["courts"][0]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        said("check_kinds", str(tmp_path / "none.yaml"), "--language", "en")
    assert refused.value.returncode == 2
