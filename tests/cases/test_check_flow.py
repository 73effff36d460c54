"""Whoever writes a flow file is told every mistake in it, where it stands and what to do."""

import io
import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from server.cases.conditions import parse_condition
from server.cases.flow import AnyNumber
from server.cases.flow_checks import can_hold, mistakes_in
from server.cases.flow_file import FLOWS, read_flow

TEXT = (FLOWS / "enforcement_implementation@2026.11-1.yaml").read_text(encoding="utf-8")
TEN = [
    ("limit: {n: 7, unit: d}, start: app", "limit: {n: seven, unit: d}, start: app", "limit.n: must be a whole number"),
    ("start: case_filed, stop: track", "start: case_fild, stop: track", "'case_fild'; did you mean 'case_filed'?"),
    ("zh: 通知申请执行人提供财产线索, ", "", "zh: is missing"),
    ("d, start: application_received}", "d}", "needs a start of its own"),
    ("key: notice_service, core", "key: execution_notice, core", "'execution_notice' is used by another node"),
    ("evidence: [feedback, r", "evidense: [feedback, r", "is not known here; did you mean 'evidence'?"),
    ('when: "conceals_property"', 'when: "conceals_property and"', "at column 22 a fact is wanted"),
    ("{n: 3, unit: wd}, start: delete", "{n: 3, unit: weeks}, start: delete", "'weeks' is none of h, d, wd, m, y"),
    ("variants: {NETWORK_INQUIRY:", "variants: {NETWORK_ENQUIRY:", "is no kind known here; there are"),
    ("core: true, zh: 一拍", "core: 1, zh: 一拍", "core: must be true or false"),
]


def check(text: str, path: Path, language: str = "en", *options: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    out = io.StringIO()
    with suppress(CommandError):
        call_command("check_flow", str(path), "--language", language, *options, stdout=out)
    return out.getvalue().splitlines()


def faulty() -> str:
    text = TEXT
    for right, wrong, _ in TEN:
        assert right in text
        text = text.replace(right, wrong, 1)
    return text


def test_the_flow_of_this_release_has_no_mistakes(tmp_path: Path) -> None:
    assert check(TEXT, tmp_path / "flow.yaml") == ["No mistakes: this flow may be loaded."]


def test_ten_different_mistakes_give_ten_messages_each_with_its_line(tmp_path: Path) -> None:
    lines = check(faulty(), tmp_path / "flow.yaml")
    assert len(lines) == len(TEN)
    for right, _, said in TEN:
        number = TEXT[: TEXT.index(right)].count("\n") + 1
        assert [line for line in lines if line.startswith(f"Line {number},") and said in line], (number, said, lines)


def test_they_are_told_in_chinese_too_and_as_one_object(tmp_path: Path) -> None:
    lines = check(faulty(), tmp_path / "flow.yaml", "zh-hans")
    assert len(lines) == len(TEN)
    assert all(re.match(r"第 \d+ 行", line) and re.search("[\u4e00-\u9fff]", line.split("：", 1)[1]) for line in lines)
    told = json.loads(check(faulty(), tmp_path / "flow.yaml", "en", "--json")[0])
    assert (told["ok"], len(told["mistakes"])) == (False, len(TEN))
    assert told["mistakes"][0].keys() == {"line", "key", "reason"}


def test_what_is_no_yaml_or_no_file_is_said_in_words(tmp_path: Path) -> None:
    (line,) = check(TEXT + "\n- {key: [", tmp_path / "flow.yaml")
    assert re.match(r"Line \d+, the file: not YAML", line)
    with pytest.raises(CommandError) as refused:
        call_command("check_flow", str(tmp_path / "none.yaml"), "--language", "en")
    assert refused.value.returncode == 2


def said_of(right: str, wrong: str) -> list[str]:
    assert right in TEXT
    return [mistake.reason for mistake in mistakes_in(TEXT.replace(right, wrong, 1))]


FAST = 'when: "track == FAST"'


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("received, stop: case_closed", "taken, stop: case_closed", "nothing tells of the event 'application_taken'"),
        (
            "start: application_received, stop: case_closed",
            "start: tea_drunk, stop: case_closed",
            "'tea_drunk'; if it is",
        ),
        ("stage: initiation\n", "stage: filing\n", "'filing' is used by another stage"),
        (FAST, 'when: "track == FAST and track == HARD"', "no case can fulfil this condition"),
        (FAST, 'when: "trak == FAST"', "no fact 'trak' is declared under facts; did you mean 'track'?"),
        (FAST, 'when: "track < 3"', "the fact track has no value 3; it has FAST, NORMAL, HARD"),
        ("{n: 6, unit: m, every: true", "{n: 0, unit: m, every: true", "what recurs needs a number of one or more"),
        ("{n: 6, unit: m, every: true", "{n: 60, unit: wd, every: true", "what recurs is counted in d, m or y"),
        ("{n: 6, unit: m, every: true", "{n: 6, unit: m, every: false", "bounds only what recurs"),
        ("movable: {n: 15, unit: d}", "movable: {n: 15, unit: wd}", "a minimum is counted in d, m or y"),
        ("movable: {n: 15, unit: d}", "moveable: {n: 15, unit: d}", "'moveable' is no kind known here"),
        ("m, start: case_filed}", "m, start: case_file}", "did you mean 'case_filed'?"),
        (
            "start: funds_arrived, stop: funds_m",
            "start: funds_matched, stop: funds_m",
            "never starts: funds_claim wait",
        ),
        ("facts:\n", "facts:\n  claim: many\n", "may have, or the word number"),
        ("limit: {n: 1, unit: d}, start: case_filed", "limit: 5, start: case_filed", "must be a mapping"),
        ("stages:\n", "stages: 5\nother:\n", "must be a list with at least one entry"),
    ],
)
def test_a_mistake_of_meaning_is_told(right: str, wrong: str, said: str) -> None:
    assert any(said in reason for reason in said_of(right, wrong)), said_of(right, wrong)


def test_nodes_in_a_circle_and_those_behind_it_are_told_apart() -> None:
    text = TEXT
    for start, stop, other in (
        ("sale_ruling_served", "assistance_notice_served", "property_delivered"),
        ("sale_ruling_served", "property_delivered", "assistance_notice_served"),
        ("funds_arrived", "funds_matched", "property_delivered"),
    ):
        text = text.replace(f"start: {start}, stop: {stop}", f"start: {other}, stop: {stop}", 1)
    reasons = [mistake.reason for mistake in mistakes_in(text)]
    assert reasons == [
        "never starts: property_delivery, title_assistance wait for one another in a circle",
        "never starts: property_delivery, title_assistance wait for one another in a circle",
        "never reached: only property_delivery could start it, and never start themselves",
    ]
    declared = text.replace("stages:\n", "events: [property_delivered]\nstages:\n", 1)
    assert mistakes_in(declared) == [], "it comes from outside"


def test_a_new_event_and_a_fact_that_is_a_number_are_declared() -> None:
    text = TEXT.replace("facts:\n", "events: [tea_served]\nfacts:\n  claim: number\n", 1)
    text = text.replace('when: "track == FAST"', 'when: "track == FAST and claim <= 100000"', 1)
    text = text.replace("start: funds_arrived, stop: funds_matched", "start: tea_served, stop: funds_matched", 1)
    assert mistakes_in(text) == []
    flow = read_flow(text)
    assert 50_000.5 in flow.facts["claim"]
    assert "many" not in flow.facts["claim"]
    assert not flow.tracked["case_limit_fast"].applies({"track": "FAST", "claim": 100_001})
    assert any("is a number, and MANY is none" in m.reason for m in mistakes_in(text.replace("<= 100000", "== MANY")))


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("claim > 3 and claim < 4", True),
        ("claim > 4 and claim < 3", False),
        ("track == FAST and not track == FAST", False),
        ("track not in [FAST, HARD]", True),
    ],
)
def test_a_condition_that_no_case_can_fulfil_is_found(text: str, can: bool) -> None:
    facts = {"claim": AnyNumber(), "track": ("FAST", "HARD")}
    assert can_hold(parse_condition(text), facts) is can
