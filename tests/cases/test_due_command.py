"""What anyone can check by hand: `manage.py due`."""

import io
import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from server.cases import wording
from server.cases.calendar_notice import library_calendar
from server.cases.extensions import Extension, faults_of
from server.cases.flow_file import flow_definition
from server.cases.node_clock import Situation, node_due
from server.cases.wording import worded
from tests.ground.sources import ROOT

pytestmark = pytest.mark.django_db
FLOW = flow_definition("enforcement_implementation", "2026.11-1")
PAGE = (ROOT / "docs/howto/count-a-due-date.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ manage\.py due (.+)\n((?:(?!```).+\n)+)", PAGE, re.MULTILINE)


def run(line: str, language: str = "en") -> str:
    out = io.StringIO()
    call_command("due", *line.split(), "--language", language, stdout=out)
    return out.getvalue()


def told(line: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(f"{line} --json"))
    return answer


def refused(line: str) -> str:
    with pytest.raises(CommandError) as error:
        run(line)
    assert error.value.returncode == 2
    return str(error.value)


@pytest.mark.parametrize(("line", "answer"), EXAMPLES)
def test_the_examples_of_the_page_are_true(line: str, answer: str) -> None:
    spoken = re.sub(r"@\d+-[0-9a-f]{8}", "@1-…", run(line))
    assert spoken == re.sub(r"@\d+-[0-9a-f]{8}", "@1-…", answer)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize(
    ("line", "due_on"),
    [
        ("2026-04-01 6 m", "2026-10-08"),
        ("2026-04-01 6m", "2026-10-08"),
        ("2026-10-31 30 d --before", "2026-09-30"),
        ("2026-11-07 15 d --no-roll", "2026-11-22"),
        ("2026-05-08 10 d --pause 2026-05-10..2026-05-20", "2026-05-28"),
        ("2026-05-08 10 d --pause 2026-05-10..2026-05-15 --pause 2026-05-12..2026-05-20", "2026-05-28"),
        ("2026-05-08 10 d --pause 2026-05-12..", None),
        ("2026-05-08T09:00 1 d", "2026-05-09"),
    ],
)
def test_a_day_limit_answers_exactly_these_members(line: str, due_on: str | None) -> None:
    answer = told(line)
    assert list(answer) == ["due_on", "provisional", "explanation"]
    assert answer["due_on"] == due_on
    assert all({"code", "text"} <= set(step) for step in answer["explanation"])


def test_hours_answer_a_moment_in_beijing_time() -> None:
    answer = told("2026-09-30T22:30 48 h")
    assert list(answer) == ["due_at", "provisional", "explanation"]
    assert answer["due_at"] == "2026-10-02T22:30:00+08:00"
    assert told("2026-09-30T14:30Z 48h")["due_at"] == answer["due_at"]


def test_a_year_that_is_not_loaded_is_provisional_in_words_and_json() -> None:
    assert told("2028-01-31 1 m")["provisional"] is True
    assert "provisional" in run("2028-01-31 1 m").splitlines()[0]
    assert "暂定" in run("2028-01-31 1 m", "zh-hans")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tomorrow 6 m", "Write 2026-05-10"),
        ("2026-02-30 6 m", "Write 2026-05-10"),
        ("2026-05-10 6 weeks", "h, d, wd, m or y"),
        ("2026-05-10 6.5 d", "whole number"),
        ("2026-05-10 48 h", "Give the time as well"),
        ("2026-05-10 9999 y", "outside the years 1 to 9999"),
        ("2026-05-10 9999 m --pause 2026-05-11..9999-12-31", "outside the years 1 to 9999"),
        ("2026-05-10 6 m --pause 2026-05-20", "Write 2026-05-10..2026-05-20"),
        ("2026-05-10 6 m --pause ..2026-05-20", "Write 2026-05-10..2026-05-20"),
        ("2026-05-10 6 m --pause 2026-05-20..2026-05-10", "ends before it begins"),
        ("2026-05-10 6 m --pause x..2026-05-10", "Write 2026-05-10"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_what_to_do(line: str, said: str) -> None:
    assert said in refused(line)


def test_every_step_there_is_has_its_words_in_both_languages() -> None:
    source = "".join(
        (ROOT / "server/cases" / name).read_text(encoding="utf-8")
        for name in ("clock.py", "counting.py", "node_clock.py", "extensions.py")
    )
    coded = set(re.findall(r'step\(\s*"(\w+)"', source)) | {"paused", "pause_ignored", "not_running", "limit", "rolled"}
    assert coded <= set(wording._TEXTS)
    assert set(re.findall(r'return "(\w+_\w+)"', source)) <= set(wording._IGNORED)


def test_a_nodes_explanation_is_spoken_in_chinese() -> None:
    situation = Situation(date(2026, 3, 31), "case_filed", flow_id=FLOW.id)
    found = node_due(FLOW.tracked["case_limit_normal"], situation, library_calendar()).due
    faults = faults_of(Extension(date(2026, 9, 26), "", date(2026, 9, 1), "CLERK"), (), found.due_on)
    with translation.override("zh-hans"):
        sentences = [worded(step) for step in (*found.steps, *faults)]
    assert all(re.search("[\u4e00-\u9fff]", sentence) for sentence in sentences)
