"""A roster into the database: all of it or nothing, and the same file again changes nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from server.common.clock import now
from server.common.errors import DomainError
from server.common.spreadsheet import Fault, RowFault
from server.people.access import current_at
from server.people.models import Court, Group, Officer, OfficerRole, Team
from server.people.roster import Row, read_roster
from server.people.services.courts import create_court, create_group, create_team, rename_court
from server.people.services.staff import add_group_member, change_officer, create_officer, grant_role

ORDER = ("TEAM", "GROUP", "OFFICER")


@dataclass(slots=True)
class RosterReport:
    """What the import did, or would have done; counts by record. With faults nothing was done."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


def import_roster(*, raw: bytes, dry_run: bool = False, by: Officer | None = None) -> RosterReport:
    """Add and correct courts, teams, groups, officers, roles; it ends nothing that the file leaves out."""
    roster = read_roster(raw)
    report = RosterReport(faults=roster.faults)
    with transaction.atomic():
        for row in _in_order(roster.rows):
            _import_row(row, report, by)
        if report.faults or dry_run:
            transaction.set_rollback(True)
    report.faults.sort(key=lambda fault: fault.line)
    return report


def _in_order(rows: list[Row]) -> list[Row]:
    """Courts after the courts above them, then what stands in them; a circle fails for want of its parent."""
    waiting = [row for row in rows if row.record == "COURT"]
    placed = list[Row]()
    while waiting:
        pending = {row["court"] for row in waiting}
        ready = [row for row in waiting if row["parent"] not in pending] or waiting
        placed += ready
        waiting = [row for row in waiting if row["court"] not in {each["court"] for each in ready}]
    others = [row for row in rows if row.record != "COURT"]
    return placed + sorted(others, key=lambda row: ORDER.index(row.record))


def _import_row(row: Row, report: RosterReport, by: Officer | None) -> None:
    seen = (report.created, report.changed, report.unchanged)
    try:
        with transaction.atomic():
            seen[_WRITERS[row.record](row, by)][row.record] += 1
    except RowFault as fault:
        report.faults.append(Fault(row.line, fault.field, fault.reason))
    except DomainError as error:
        report.faults.append(Fault(row.line, "", str(error.message)))


CREATED, CHANGED, UNCHANGED = range(3)


def _court(row: Row, by: Officer | None) -> int:
    parent = _find_court(row["parent"], "parent") if row["parent"] else None
    court = Court.objects.filter(code=row["court"]).first()
    if court is None:
        create_court(code=row["court"], name=row["name"], level=row["level"], parent=parent, by=by)
        return CREATED
    _require_same("court", court.reach, Court.Reach.HERE)
    _require_same("level", court.level, row["level"])
    if parent is not None:
        _require_same("parent", court.parent_id, parent.pk)
    if court.name == row["name"]:
        return UNCHANGED
    rename_court(court=court, name=row["name"], by=by)
    return CHANGED


def _team(row: Row, by: Officer | None) -> int:
    court = _find_court(row["court"])
    team = Team.objects.filter(court=court, name=row["name"]).first()
    if team is None:
        create_team(court=court, kind=row["kind"], name=row["name"], by=by)
        return CREATED
    _require_same("kind", team.kind, row["kind"])
    return UNCHANGED


def _group(row: Row, by: Officer | None) -> int:
    court = _find_court(row["court"])
    team = Team.objects.filter(court=court, name=row["team"]).first() if row["team"] else None
    if row["team"] and team is None:
        raise RowFault("team", _("There is no such team in this court."))
    group = Group.objects.filter(court=court, name=row["name"]).first()
    if group is None:
        create_group(court=court, name=row["name"], team=team, by=by)
        return CREATED
    if team is not None:
        _require_same("team", group.team_id, team.pk)
    return UNCHANGED


def _officer(row: Row, by: Officer | None) -> int:
    court = _find_court(row["court"])
    officer = Officer.objects.select_related("court").filter(staff_no=row["staff_no"]).first()
    if officer is None:
        officer = create_officer(
            court=court,
            staff_no=row["staff_no"],
            name=row["name"],
            credential_no=row["credential_no"],
            roles=row.roles,
            by=by,
        )
        _join(officer, row, by)
        return CREATED
    if officer.court_id != court.pk:
        raise RowFault("court", _("This officer belongs to another court; a roster moves nobody."))
    changes = [_correct(officer, row, by), _grant(officer, row, by), _join(officer, row, by)]
    return CHANGED if any(changes) else UNCHANGED


def _correct(officer: Officer, row: Row, by: Officer | None) -> bool:
    credential_no = row["credential_no"] or officer.credential_no
    if (officer.name, officer.credential_no) == (row["name"], credential_no):
        return False
    change_officer(officer=officer, name=row["name"], credential_no=credential_no, by=by)
    return True


def _grant(officer: Officer, row: Row, by: Officer | None) -> bool:
    held = set(OfficerRole.objects.filter(current_at(now()), officer=officer).values_list("role", flat=True))
    missing = [role for role in row.roles if role not in held]
    for role in missing:
        grant_role(officer=officer, role=role, by=by)
    return bool(missing)


def _join(officer: Officer, row: Row, by: Officer | None) -> bool:
    if not row["group"]:
        return False
    group = Group.objects.filter(court=officer.court, name=row["group"]).first()
    if group is None:
        raise RowFault("group", _("There is no such group in this court."))
    if group.members.filter(current_at(now()), officer=officer, part=row["part"]).exists():
        return False
    add_group_member(group=group, officer=officer, part=row["part"], by=by)
    return True


def _find_court(code: str, column: str = "court") -> Court:
    court = Court.objects.filter(code=code, reach=Court.Reach.HERE).first()
    if court is None:
        raise RowFault(column, _("There is no court with this code, here or above in the file."))
    return court


def _require_same(column: str, standing: Any, wanted: Any) -> None:
    if standing != wanted:
        raise RowFault(column, _("Differs from what is recorded; a roster does not change this."))


_WRITERS: dict[str, Callable[[Row, Officer | None], int]] = {
    "COURT": _court,
    "TEAM": _team,
    "GROUP": _group,
    "OFFICER": _officer,
}
