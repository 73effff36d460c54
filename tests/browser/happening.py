"""What happens at the server while a page is watched, in a process with its environment: its name and its arguments."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

AT_ONCE = 100
"""Entries of one transaction of a burst."""


def near_its_limit(case_id: str, seconds: str) -> None:
    """A node whose limit in hours ends so many seconds from now."""
    from django.db.models import F

    from server.cases.models import CaseEvent, Node
    from server.common.clock import local_date, now

    due_at = now() + timedelta(seconds=float(seconds))
    began_at = due_at - timedelta(hours=48)
    event = CaseEvent.objects.create(case_id=case_id, key="x", occurred_at=began_at, source_type="desk")
    node = Node.objects.filter(case_id=case_id, key="triage")
    dates = {"started_on": local_date(began_at), "due_on": local_date(due_at), "due_at": due_at}
    node.update(state=Node.State.RUNNING, start_event=event, version=F("version") + 1, **dates)


def on_site(staff_no: str, seconds: str) -> None:
    """Somebody whose next check-in is due so many seconds from now."""
    from server.common.clock import now
    from server.people.models import Device, Officer
    from server.safety.models import Presence
    from tests.actors import phone_of

    officer, due_at = Officer.objects.get(staff_no=staff_no), now() + timedelta(seconds=float(seconds))
    said = due_at - timedelta(minutes=30)
    times = dict.fromkeys(("began_at", "received_at", "last_said_at", "last_heard_at"), said)
    placed = {"court": officer.court, "officer": officer, "place": "海滨路 18 号"}
    device = Device.objects.get(pk=phone_of(officer).id)
    Presence.objects.create(device=device, interval_minutes=30, due_at=due_at, next_turn_at=due_at, **placed, **times)


def new_wall(court_code: str) -> None:
    from server.people.models import Court
    from server.people.services import create_wall

    wall, password = create_wall(court=Court.objects.get(code=court_code), name="大厅")
    print(json.dumps([wall.staff_no, password]))


def wall_revoked(staff_no: str) -> None:
    from server.people.models import Officer
    from server.people.services import revoke_wall

    revoke_wall(wall=Officer.objects.get(staff_no=staff_no))


def role_ended(staff_no: str, role: str) -> None:
    from server.people.models import Officer
    from server.people.services import end_role

    end_role(officer=Officer.objects.get(staff_no=staff_no), role=role)


def gone_unsaid(*staff_nos: str) -> None:
    """Accounts that are no longer active, of which no entry tells and no process hears."""
    from server.people.models import Officer

    Officer.objects.filter(staff_no__in=staff_nos).update(is_active=False)


def court_taken(code: str) -> None:
    """It stands below no other any more; told by nothing."""
    from server.people.models import Court

    Court.objects.filter(code=code).update(parent=None)


def burst(court_code: str, entries: str) -> None:
    """So many changes of the court's cases and nodes, each with its entry."""
    from django.db import transaction

    from server.cases.models import Case, Node
    from server.ledger.services import append

    cases = list(Case.objects.filter(court__code=court_code).order_by("pk"))
    nodes = {node.case_id: node for node in Node.objects.filter(case__in=cases, key="triage")}
    for first in range(0, int(entries), AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, int(entries)))
        with transaction.atomic():
            append([_changed(cases[number % len(cases)], nodes, number) for number in numbers])


def _changed(case: Any, nodes: Any, number: int) -> Any:
    from server.cases.live import case_view, node_view
    from server.ledger.services import Draft

    node = nodes[case.pk]
    case.priority, node.version = case.Priority.values[number % len(case.Priority)], node.version + 1
    type(case).objects.filter(pk=case.pk).update(priority=case.priority)
    type(node).objects.filter(pk=node.pk).update(version=node.version, level_version=node.version)
    view = {"case": case_view(case), "nodes": [node_view(node)], "by": None}
    return Draft((f"court:{case.court_id}",), "case_changed", view, {}, "case", case.pk)


HAPPENINGS: tuple[Callable[..., None], ...] = (
    near_its_limit,
    on_site,
    new_wall,
    wall_revoked,
    role_ended,
    gone_unsaid,
    court_taken,
    burst,
)

if __name__ == "__main__":
    django.setup()
    {each.__name__: each for each in HAPPENINGS}[sys.argv[1]](*sys.argv[2:])
