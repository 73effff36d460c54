"""Cases from a list of the national system: good lines in, every bad one named, nothing doubled, nothing half done."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.cases.access import cases_held_by
from server.cases.models import Assignment, Case, CaseEvent, Grant, Node, Party
from server.cases.services import ImportReport, assign_subject, close_case, import_cases
from server.ledger.models import Entry
from server.ledger.queries import entries_after, head_of
from server.ledger.verify import verify_stream
from tests.actors import Cast
from tests.cases.case_lists import as_csv, cells_of, with_bad_lines
from tests.cases.conftest import file_one

PAGE = (Path(__file__).parents[2] / "docs/howto/import-cases.md").read_text(encoding="utf-8")


def imported(text: str, encoding: str = "utf-8", form: str = "csv", **options: Any) -> ImportReport:
    return import_cases(raw=text.encode(encoding), form=form, **options)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused


def places(report: ImportReport) -> list[tuple[int, str]]:
    return [(fault.line, fault.field) for fault in report.faults]


def everything() -> list[list[Any]]:
    models = (Case, Party, Node, CaseEvent, Assignment, Grant, Entry)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_of_400_lines_50_are_bad_and_each_is_named_with_line_field_value_and_reason(cast: Cast) -> None:
    lines, expected = with_bad_lines(400)
    report = imported(as_csv(*lines))
    named = [(fault.line, fault.field, fault.value) for fault in report.faults]
    assert named == expected
    assert all(fault.reason for fault in report.faults)
    assert counts(report) == (350, 0, 0, 50)
    assert Case.objects.count() == 350
    before = everything()
    assert counts(imported(as_csv(*lines))) == (0, 0, 350, 50)
    assert everything() == before
    assert not verify_stream(f"court:{cast.court.pk}").fault


def test_a_case_imported_is_as_one_filed_and_assigned_at_the_desk(cast: Cast) -> None:
    imported(as_csv(cells_of(1, received_on="", handler="", group="执行一组")))
    ours = Case.objects.get()
    other = file_one(cast, number=2, flow_facts={"basis": "JUDGMENT", "claim_kind": "MONEY"})
    assign_subject(case=other, group=cast.group)

    def nodes(case: Case) -> list[Any]:
        dates = ("started_on", "due_on", "finished_on", "due_at", "earliest_on", "is_provisional", "computed_with")
        return list(case.nodes.order_by("ordinal").values_list("key", "state", *dates))

    assert nodes(ours) == nodes(other)
    told = list(ours.events.order_by("key").values_list("key", flat=True))
    assert told == ["case_filed", "handler_assigned", "track_set"]
    assert ours.flow_facts == {"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"}
    for officer in (cast.holder, cast.colleague):
        assert set(cases_held_by(officer)) == {ours, other}
    assert not cases_held_by(cast.bystander).exists()


def test_each_case_is_told_once_and_starts_the_clock_of_its_application(cast: Cast) -> None:
    before = head_of(f"court:{cast.court.pk}").position
    imported(as_csv(cells_of(1), cells_of(2)))
    entries = entries_after(f"court:{cast.court.pk}", before, 10)
    assert [entry.kind for entry in entries] == ["case_filed", "case_filed"]
    view = json.loads(entries[0].view)
    started = {node["key"]: node["started_on"] for node in view["nodes"]}
    assert (started["file_review"], started["triage"]) == ("2026-10-30", "2026-11-02")
    assert view["assignment"]["officer"] == str(cast.holder.pk)
    assert "被执行人" not in entries[0].view


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_the_national_system_are_read(cast: Cast, encoding: str) -> None:
    assert counts(imported(as_csv(cells_of(1)).replace("\n", "\r\n"), encoding)) == (1, 0, 0, 0)
    assert Party.objects.filter(name="被执行人1").exists()


def test_a_broken_byte_or_quotation_spoils_its_own_line(cast: Cast) -> None:
    raw = as_csv(cells_of(1), cells_of(2), cells_of(3, cause='"买卖'), cells_of(4)).encode()
    place = raw.index("人1".encode())
    report = import_cases(raw=raw[:place] + b"\xff" + raw[place + 1 :], form="csv")
    assert [fault.line for fault in report.faults] == [2, 4]
    assert report.created == 2


@pytest.mark.parametrize(
    "raw", [b"", b"name,cause\n", as_csv().encode("utf-16"), b"x" * 200_000, b"\xff\xfe\xff\xff\x80"]
)
def test_what_is_no_list_of_cases_is_told_in_one_line(cast: Cast, raw: bytes) -> None:
    report = import_cases(raw=raw, form="csv")
    assert [fault.line for fault in report.faults] == [1]
    assert not report.taken


def test_of_json_without_line_breaks_the_object_is_named_also_one_that_stands_twice(cast: Cast) -> None:
    good = [cells_of(number) for number in (1, 2, 3)]
    bad = {**cells_of(4), "filed_on": "soon"}
    report = imported(json.dumps([good[0], bad, good[1], good[0], good[2]]), form="json")
    assert places(report) == [(2, "filed_on"), (4, "case_no")]
    assert (report.created, report.refused) == (3, 2)
    beside = imported(f"{json.dumps(cells_of(5))},{json.dumps(cells_of(5))}\n{json.dumps(cells_of(6))}", form="json")
    assert (places(beside), beside.created) == ([(1, "case_no")], 2)


def test_json_of_a_list_or_of_one_object_a_line(cast: Cast) -> None:
    one = {**cells_of(1), "claim_amount": 5, "debtors": [{"name": "乙"}, {"name": "丙", "phone": "?"}]}
    nested = {name: value for name, value in one.items() if "_1_" not in name}
    good = {
        **nested,
        "case_no": "（2026）闽0924执2号",
        "claim_amount": 5.5,
        "debtors": [{"name": "乙"}, {"name": "丙"}],
    }
    listed = imported(json.dumps([nested, good], indent=1), form="json")
    assert places(listed) == [(2, "debtor_2_phone")]
    assert (listed.created, Party.objects.filter(part="debtor").count()) == (1, 2)
    third = {**good, "case_no": "（2026）闽0924执3号"}
    wrong = [
        '{"case_no": ',
        "5",
        '{"colour": 1}',
        json.dumps({**good, "debtors": 7}),
        json.dumps({**good, "cause": True}),
    ]
    lines = imported("\n".join([*wrong, json.dumps(third)]), form="json")
    assert [fault.line for fault in lines.faults if fault.field != "case_no"] == [1, 2, 3, 4, 5]
    assert lines.created == 1


def test_an_amount_and_where_a_party_is_reached_are_corrected_and_told(cast: Cast) -> None:
    imported(as_csv(cells_of(1), cells_of(2)))
    version = Case.objects.get(case_no=cells_of(1)["case_no"]).version
    report = imported(as_csv(cells_of(1, claim_amount="99", debtor_1_phone="0593-11"), cells_of(2, claim_amount="")))
    assert counts(report) == (0, 1, 1, 0)
    case = Case.objects.get(case_no=cells_of(1)["case_no"])
    assert (str(case.claim_amount), case.version) == ("99.00", version + 1)
    assert case.parties.get(part="debtor").phone == "0593-11"
    (entry,) = entries_after(f"court:{cast.court.pk}", head_of(f"court:{cast.court.pk}").position - 1, 1)
    assert entry.kind == "case_updated"
    assert json.loads(entry.facts)["claim_amount"] == {"before": "120000.50", "after": "99"}
    assert "0593" not in entry.view


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cause", "劳动争议"),
        ("filed_on", "2026-11-01"),
        ("basis", "AWARD"),
        ("debtor_1_name", "另一人"),
        ("debtor_1_kind", "PERSON"),
        ("debtor_1_id_no", "350900190001010000"),
    ],
)
def test_what_no_list_may_change_is_named_and_left(cast: Cast, column: str, value: str) -> None:
    imported(as_csv(cells_of(1)))
    before = everything()
    report = imported(as_csv(cells_of(1, **{column: value})))
    assert [(fault.line, fault.field, fault.value) for fault in report.faults] == [(2, column, value)]
    assert everything() == before


def test_a_closed_case_is_not_corrected_and_the_same_is_unchanged(cast: Cast) -> None:
    imported(as_csv(cells_of(1)))
    close_case(case=Case.objects.get(), closing_mode="FULFILLED")
    assert counts(imported(as_csv(cells_of(1)))) == (0, 0, 1, 0)
    assert counts(imported(as_csv(cells_of(1, claim_amount="7")))) == (0, 0, 0, 1)


def test_open_cases_the_list_lacks_are_told_and_left(cast: Cast) -> None:
    imported(as_csv(cells_of(1), cells_of(2), cells_of(3)))
    report = imported(as_csv(cells_of(2), cells_of(3, cause="")))
    assert report.missing == [cells_of(1)["case_no"]]
    assert Case.objects.count() == 3


def test_dry_run_and_strict_find_the_same_and_change_nothing(cast: Cast) -> None:
    text = as_csv(cells_of(1), cells_of(2, cause=""))
    before = everything()
    assert counts(imported(text, dry_run=True)) == counts(imported(text, strict=True)) == (1, 0, 0, 1)
    assert everything() == before


def test_the_court_of_the_import_is_that_of_every_line(cast: Cast) -> None:
    assert imported(as_csv(cells_of(1, handler="250101")), court=cast.other_court).created == 1
    assert Case.objects.get().court == cast.other_court


class Stopped(Exception):
    pass


def test_a_run_that_fails_in_the_middle_leaves_nothing(cast: Cast) -> None:
    def stop(done: int, total: int) -> None:
        assert 0 < done < total
        raise Stopped

    before = everything()
    with pytest.raises(Stopped):
        imported(as_csv(*map(cells_of, range(1, 402))), told=stop)
    assert everything() == before


def example(form: str) -> str:
    return PAGE.split(f"```{form}\n")[1].split("```")[0]


def test_the_examples_of_the_manual_import(cast: Cast) -> None:
    assert counts(imported(example("csv"))) == (2, 0, 0, 0)
    assert counts(imported(example("json"), form="json")) == (1, 0, 0, 0)
    assert Case.objects.get(case_no="（2026）闽0924执501号").parties.get(part="debtor").phone == "0593-5550101"


def run(tmp_path: Path, text: str, *arguments: str, name: str = "cases.csv") -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    out = StringIO()
    call_command("import_cases", str(tmp_path / name), *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_tells_counts_and_takes_the_form_from_the_name(cast: Cast, tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, example("json"), "--json", name="cases.json"))
    assert told == {
        "imported": True,
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "faults": [],
        "missing": [],
    }
    assert "2" in run(tmp_path, example("csv"), "--language", "en")


def test_the_command_names_lines_and_fails_though_the_rest_went_in(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.csv").write_text(as_csv(cells_of(1, cause=""), cells_of(2)), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("import_cases", str(tmp_path / "c.csv"), "--language", "en", stdout=out)
    assert failed.value.returncode == 1
    assert "Line 2, cause" in out.getvalue()
    assert Case.objects.count() == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [["none.csv"], ["c.csv", "--court", "没有"]])
def test_the_command_refuses_what_it_cannot_read(cast: Cast, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "c.csv").write_text(as_csv(cells_of(1)), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_cases", str(tmp_path / arguments[0]), *arguments[1:])
    assert not Case.objects.exists()
