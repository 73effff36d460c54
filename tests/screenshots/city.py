"""The demonstration's city at work, for pictures: people on site, a shift, a mute, an order, an errand, beats."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

PLACES = (
    ("1-e1", "海滨路 18 号", 26.645, 119.60, -22),
    ("1-e2", "中山路 7 号", 26.58, 119.55, -9),
    ("2-e1", "解放路 61 号", 26.73, 119.80, 13),
    ("2-e2", "码头", 26.60, 119.84, -17),
    ("3-e1", "青山村", 26.62, 119.36, -4),
    ("4-e1", "工业路 7 号冷库", 26.45, 119.68, -26),
)
"""Who is where, and how many minutes he is over his time."""
FREEZE = {"holder": "林某海", "bank": "东屿县农商行城关支行", "account": "6222 0011", "amount": "120000"}


def city_at_work(*, is_whole: bool) -> dict[str, Any]:
    from demo.city import COURTS, DESK
    from demo.seed import seed
    from server.common.clock import now
    from server.people.models import Officer
    from server.people.services import create_wall, set_password
    from tests.actors import PASSWORD

    few = [replace(plan, open_cases=plan.open_cases // 6, closed_cases=2) for plan in COURTS]
    seed(now(), COURTS if is_whole else few)
    desk, district = (Officer.objects.get(staff_no=number) for number in (DESK, "1-desk"))
    for officer in (desk, district):
        set_password(officer=officer, password=PASSWORD)
    _beat()
    for row in PLACES:
        _stand(*row)
    wall, password = create_wall(court=desk.court, name="大厅")
    return {
        "staff": {"city": desk.staff_no, "district": district.staff_no},
        "city_wall": [wall.staff_no, password],
        **_shown(district),
        **_kept(district),
    }


def _beat() -> None:
    """Devices of the city were heard of all morning, one court's with a gap."""
    from server.common.clock import now
    from server.people.models import Device
    from server.sync.models import Operation

    chance, at = random.Random(5), now()
    for device in Device.objects.filter(officer__staff_no__contains="-e").select_related("court"):
        pauses = range(60, 110) if device.court.code == "闽9824" else range(0)
        heard = [minutes for minutes in range(1, 238, chance.choice((6, 9, 17))) if minutes not in pauses]
        rows = Operation.objects.filter(device=device).order_by("-seq").values_list("pk", flat=True)
        for pk, minutes in zip(rows[: len(heard)], heard, strict=False):
            Operation.objects.filter(pk=pk).update(received_at=at - timedelta(minutes=minutes))
        Device.objects.filter(pk=device.pk).update(last_contact_at=at - timedelta(seconds=chance.randrange(2, 90)))


def _stand(staff_no: str, place: str, lat: float, lon: float, late: int) -> None:
    from server.people.models import Officer

    officer = Officer.objects.filter(staff_no=staff_no).select_related("court").first()
    if officer:
        present(officer, place, {"lat": lat, "lon": lon, "crs": "WGS84"}, late)


def present(officer: Any, place: str, position: dict[str, Any], late: int) -> Any:
    """Somebody on site; one who is past his time is silent, and asks for an answer."""
    from server.common.clock import now
    from server.people.models import Device
    from server.safety.models import Alarm, Presence
    from tests.actors import phone_of

    at = now()
    due = at - timedelta(minutes=late)
    said = due - timedelta(minutes=30)
    device = Device.objects.filter(officer=officer, revoked_at=None).first()
    times = {"began_at": said, "received_at": said, "last_said_at": said, "last_heard_at": said, "due_at": due}
    presence = Presence.objects.create(
        court=officer.court,
        officer=officer,
        device=device or Device.objects.get(pk=phone_of(officer).id),
        place=place,
        position=position,
        interval_minutes=30,
        **times,
    )
    if late > 0:
        raised = {"due_at": due, "raised_at": at, "asks_since": at}
        kind = Alarm.Kind.CHECK_IN
        Alarm.objects.create(court=officer.court, officer=officer, presence=presence, kind=kind, **raised)
    return presence


def _shown(district: Any) -> dict[str, str]:
    """The case with most acts, and its act with most photos."""
    from django.db.models import Count

    from server.cases.models import Case
    from server.evidence.models import Promise
    from server.field.models import ActionRecord, ActionSubject

    standing = Case.objects.filter(court=district.court).exclude(status=Case.Status.CLOSED)
    acts = ActionSubject.objects.filter(subject_id__in=standing.values("pk"))
    (most,) = acts.values("subject_id").annotate(n=Count("pk")).order_by("-n", "subject_id")[:1]
    shown = acts.filter(subject_id=most["subject_id"]).values_list("action_id", flat=True)
    written = dict(ActionRecord.objects.filter(action__in=shown).values_list("operation_hash", "action_id"))
    files = Promise.objects.filter(operation_hash__in=written).values("operation_hash").annotate(n=Count("pk"))
    first = files.order_by("-n", "operation_hash").first()
    return {
        "city_case": str(most["subject_id"]),
        "city_act": str(written[first["operation_hash"]] if first else shown[0]),
    }


def _kept(district: Any) -> dict[str, str]:
    """What the district's desk wrote today."""
    from server.cases.levels import Level
    from server.cases.models import Case
    from server.common.clock import local_date, now
    from server.duty.services import add_line, begin_shift, mute, save_report
    from server.people.models import Group
    from server.safety.services.orders import give_order

    standing = Case.objects.filter(court=district.court).exclude(status=Case.Status.CLOSED).order_by("pk")
    shift = begin_shift(by=district)
    for text in ("接班，现场两组，均已签到。", "东屿三组逾时未签到，已电话联系，十分钟内补签。"):
        add_line(shift_id=shift.pk, text=text, by=district)
    until, today = now() + timedelta(days=2), local_date(now())
    reason = "评估机构已书面说明，报告十二月三日前送达"
    mute(cause="", case=standing[0], level=Level.OVERDUE, reason=reason, until=until, by=district)
    save_report(day=today, text="今日到场两组，张贴公告一份，无人身安全事件。", based_on=0, by=district)
    group = Group.objects.filter(court=district.court).order_by("pk").first()
    order = (
        give_order(group=group, text="举报人称被执行人的车停在码头", place="港口镇渔港路", by=district)
        if group
        else None
    )
    return {"day": today.isoformat(), "order": str(order.pk) if order else "", "matter": _errand(standing, district)}


def _errand(standing: Any, district: Any) -> str:
    """To be asked of another court of the city."""
    from server.matters.services import Asked, draft_matter
    from server.people.models import Court

    asked = Asked(kind="DEPOSIT_FREEZE", request=FREEZE)
    drafted = draft_matter(case=standing[0], to_court=Court.objects.get(code="闽9821"), asked=asked, by=district)
    return str(drafted.matter.pk)
