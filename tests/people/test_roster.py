"""The roster of a court from a spreadsheet: all of it or nothing, and every bad line named."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from server.ledger.models import Entry
from server.people.access import roles_of
from server.people.models import Court, Group, GroupMember, Officer, OfficerRole, Team
from server.people.services import RosterReport, end_role, import_roster
from tests.actors import Cast

HEADER = "record,court,name,level,parent,team,kind,group,part,staff_no,roles,credential_no\n"
ROSTER = (
    HEADER
    + """\
OFFICER,闽0931,林岚,,,,,执行一组,EXECUTOR,310101,officer,执0931-01
OFFICER,闽0931,陈默,,,,,执行一组,assistant,310102,"assistant；bailiff",
OFFICER,闽0931,吴值,,,,,,,310201,Command_Centre judge,
GROUP,闽0931,执行一组,,,查控团队,,,,,,
TEAM,闽0931,查控团队,,,,INVESTIGATION,,,,,
COURT,闽0931,江口县人民法院,BASIC,闽31,,,,,,,
COURT,闽31,江城市中级人民法院,intermediate,,,,,,,,

"""
)
pytestmark = pytest.mark.django_db


def imported(text: str, encoding: str = "utf-8", **options: Any) -> RosterReport:
    return import_roster(raw=text.encode(encoding), **options)


def everything() -> list[list[Any]]:
    models = (Court, Team, Group, Officer, OfficerRole, GroupMember, Entry)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def faults(report: RosterReport) -> list[tuple[int, str]]:
    return [(fault.line, fault.field) for fault in report.faults]


def test_one_file_brings_courts_teams_groups_officers_and_roles_in_any_order() -> None:
    report = imported(ROSTER)
    assert not report.faults
    assert report.created == {"COURT": 2, "TEAM": 1, "GROUP": 1, "OFFICER": 3}
    court = Court.objects.get(code="闽0931")
    assert court.parent is not None
    assert (court.parent.code, court.parent.level) == ("闽31", "INTERMEDIATE")
    group = Group.objects.get()
    assert group.team is not None
    assert group.team.kind == "INVESTIGATION"
    assert set(group.members.values_list("officer__name", "part")) == {("林岚", "EXECUTOR"), ("陈默", "ASSISTANT")}
    assert roles_of(Officer.objects.get(staff_no="310102")) == {"assistant", "bailiff"}
    assert roles_of(Officer.objects.get(staff_no="310201")) == {"command_centre", "judge"}
    assert Officer.objects.get(staff_no="310101").credential_no == "执0931-01"


def test_running_it_twice_changes_nothing() -> None:
    imported(ROSTER)
    before = everything()
    report = imported(ROSTER)
    assert (report.created, report.changed) == ({}, {})
    assert report.unchanged == {"COURT": 2, "TEAM": 1, "GROUP": 1, "OFFICER": 3}
    assert everything() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    assert not imported(ROSTER, encoding).faults
    assert Officer.objects.filter(name="林岚").exists()


def test_lines_may_end_as_on_windows() -> None:
    assert not imported(ROSTER.replace("\n", "\r\n")).faults


def test_one_broken_byte_in_a_utf8_file_is_damage_and_never_other_names() -> None:
    raw = ROSTER.encode()
    place = raw.index("默".encode())
    report = import_roster(raw=raw[:place] + b"\xff" + raw[place + 1 :])
    assert [fault.line for fault in report.faults] == [1]
    assert "3" in report.faults[0].reason
    assert not Court.objects.exists()


def test_every_bad_line_is_named_and_nothing_is_imported() -> None:
    before = everything()
    report = imported(
        ROSTER.replace("\n\n", "\n")
        + """\
OFFICER,闽0931,,,,,,,,310301,officer,
OFFICER,闽0931,郑远,,,,,,,310302,commander,
OFFICER,闽9999,郑远,,,,,,,310303,officer,
OFFICER,闽0931,郑远,,,,,没有的组,ASSISTANT,310304,officer,
OFFICER,闽0931,郑远,,,,,执行一组,,310305,officer,
OFFICER,闽0931,郑远,,,,,执行一组,EXECUTOR,310306,officer,
OFFICER,闽0931,又一个,,,,,,,310101,officer,
CLERK,闽0931,郑远,,,,,,,310307,officer,
TEAM,闽0931,处置团队,,,,SELLING,,,,,
COURT,闽0932,河口县人民法院,BASIC,闽99,,,,,,,
OFFICER,闽0931,名\x07字,,,,,,,310308,officer,
OFFICER,闽0931,郑远,,,,,,,310309,officer,,,more
"""
    )
    assert faults(report) == [
        (9, "name"),
        (10, "roles"),
        (11, "court"),
        (12, "group"),
        (13, "part"),
        (14, ""),
        (15, ""),
        (16, "record"),
        (17, "kind"),
        (18, "parent"),
        (19, "name"),
        (20, ""),
    ]
    assert all(fault.reason for fault in report.faults)
    assert everything() == before


def test_a_dry_run_finds_the_same_and_changes_nothing() -> None:
    before = everything()
    report = imported(ROSTER, dry_run=True)
    assert report.created.total() == 7
    assert everything() == before


def test_a_corrected_name_is_taken_and_a_role_left_out_is_not_ended() -> None:
    imported(ROSTER)
    report = imported(HEADER + "OFFICER,闽0931,林岚岚,,,,,,,310101,judge,\nCOURT,闽0931,江口市人民法院,BASIC,,,,,,,,\n")
    assert report.changed == {"OFFICER": 1, "COURT": 1}
    officer = Officer.objects.get(staff_no="310101")
    assert (officer.name, officer.court.name) == ("林岚岚", "江口市人民法院")
    assert officer.credential_no == "执0931-01"
    assert roles_of(officer) == {"officer", "judge"}


def test_a_role_ended_before_is_granted_again_by_the_roster() -> None:
    imported(ROSTER)
    officer = Officer.objects.get(staff_no="310101")
    end_role(officer=officer, role="officer")
    assert imported(ROSTER).changed == {"OFFICER": 1}
    assert roles_of(officer) == {"officer"}


def test_a_roster_moves_nobody_to_another_court_and_no_court_below_another(cast: Cast) -> None:
    report = imported(
        HEADER
        + "OFFICER,闽0925,林岚,,,,,,,240101,officer,\nCOURT,闽0924,寿山县人民法院,BASIC,闽0925,,,,,,,\n"
        + "COURT,闽0925,周溪县人民法院,HIGH,,,,,,,,\n"
    )
    assert faults(report) == [(2, "court"), (3, "parent"), (4, "level")]


def test_courts_in_a_circle_are_refused() -> None:
    report = imported(HEADER + "COURT,A1,甲,BASIC,A2,,,,,,,\nCOURT,A2,乙,BASIC,A1,,,,,,,\n")
    assert {fault.field for fault in report.faults} == {"parent"}


@pytest.mark.parametrize(
    ("text", "field"),
    [("", "record"), ("name,court\n", "record"), ("record,colour\n", "colour"), ("record,name,name\n", "name")],
)
def test_a_wrong_first_line_is_named(text: str, field: str) -> None:
    assert faults(imported(text)) == [(1, field)]


def test_an_open_quotation_is_told_and_imports_nothing() -> None:
    report = imported(ROSTER + 'OFFICER,闽0931,"郑远,,,,,,,310309,officer,\n')
    assert len(report.faults) == 1
    assert not Court.objects.exists()


def test_the_command_prints_counts_and_exits_zero(tmp_path: Path) -> None:
    out = StringIO()
    (tmp_path / "r.csv").write_text(ROSTER, encoding="utf-8")
    call_command("import_roster", str(tmp_path / "r.csv"), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["imported"] is True
    assert told["created"] == {"COURT": 2, "TEAM": 1, "GROUP": 1, "OFFICER": 3}
    assert told["faults"] == []


def test_the_command_names_lines_and_fails(tmp_path: Path) -> None:
    out = StringIO()
    (tmp_path / "r.csv").write_text(HEADER + "CLERK,x,y,,,,,,,,,\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_roster", str(tmp_path / "r.csv"), stdout=out)
    assert "2" in out.getvalue()
    assert "record" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("import_roster", str(tmp_path / "none.csv"))


def test_the_example_of_the_manual_imports() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/first-steps.md").read_text(encoding="utf-8")
    example = page.split("```csv\n")[1].split("```")[0]
    assert imported(example).created == {"COURT": 2, "TEAM": 1, "GROUP": 1, "OFFICER": 3}
