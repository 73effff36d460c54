"""Courts to be photographed: one empty, one with a case, one with hundreds, one with very long names, one all in red.

Run in a process with the server's environment: `python -m tests.screenshots.seed HOW_MANY`. Prints what was made.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django

LONG_COURT = "宁城市高新技术产业开发区与滨海自由贸易试验区联合人民法院"
LONG_PARTY = "寿山县凤阳镇基德村股份经济合作联合社与宁城市东部沿海渔业资源综合开发利用有限责任公司联合体"
LONG_CAUSE = "申请撤销仲裁裁决后又申请不予执行仲裁裁决之建设工程施工合同纠纷（工程价款优先受偿权确认）"
CAUSES = ("买卖合同纠纷", "民间借贷纠纷", "劳动争议", "离婚后财产纠纷", "机动车交通事故责任纠纷")


def main(how_many: int) -> None:
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    print(json.dumps(_seeded(how_many)))


def _seeded(how_many: int) -> dict[str, Any]:
    from server.people.models import Court
    from server.people.services import create_wall, rename_court

    superior = Court.objects.get(code="闽09")
    places = {name: _Place.opened(superior, name, *row) for name, row in COURTS.items()}
    rename_court(court=superior, name="澜宁市中级人民法院")
    case = places["one"].file(1, days=20)
    act = places["one"].act_on(case)
    review = places["one"].parked(case)
    for number in range(1, how_many + 1):
        places["many"].file(number, days=number % 75)
    for number in range(1, 4):
        places["long"].file(number, days=40, cause=LONG_CAUSE, party=LONG_PARTY, claim=987_654_321_012)
    for number in range(1, 41):
        places["red"].file(number, days=90 + number)
    places["one"].people_on_site()
    wall, password = create_wall(court=superior, name="大厅")
    return {
        "staff": {name: place.duty.staff_no for name, place in places.items()},
        "case": str(case.pk),
        "long_case": places["long"].case_ids[0],
        "action": act,
        "review": review,
        "wall": [wall.staff_no, password],
    }


COURTS = {
    "empty": ("闽0931", "南岭县人民法院", "郑宁"),
    "one": ("闽0932", "东屿县人民法院", "周宁"),
    "many": ("闽0933", "澜江区人民法院", "何川"),
    "long": ("闽0934", LONG_COURT, "阿卜杜热依木·买买提艾力·吐尔逊江"),
    "red": ("闽0935", "海门市人民法院", "吴海"),
}


@dataclass
class _Place:
    court: Any
    group: Any
    holder: Any
    duty: Any
    other: Any
    case_ids: list[str]

    @classmethod
    def opened(cls, superior: Any, key: str, code: str, name: str, duty: str) -> "_Place":
        from server.people.models import Role
        from server.people.services import create_court
        from tests.actors import group_of, officer_of

        court = create_court(code=code, name=name, level="BASIC", parent=superior)
        number = code[-2:]
        holder = officer_of(court, f"{number}0101", "林岚", Role.OFFICER)
        assistant = officer_of(court, f"{number}0102", "陈默", Role.ASSISTANT)
        return cls(
            court,
            group_of(holder, assistant),
            holder,
            officer_of(court, f"{number}0201", duty, Role.COMMAND_CENTRE, Role.DIRECTOR),
            officer_of(court, f"{number}0103", "周行", Role.OFFICER),
            [],
        )

    def file(self, number: int, *, days: int, cause: str = "", party: str = "林海生", claim: int = 120_000) -> Any:
        """A case whose materials its officer has had for that many days."""
        from server.cases.models import Case
        from server.cases.services import PartyDraft, assign_subject, file_case, record_event
        from server.common.clock import local_date, now

        begun = now() - timedelta(days=days)
        case = file_case(
            court=self.court,
            case_no=f"（2026）{self.court.code}执{number}号",
            cause=cause or CAUSES[number % len(CAUSES)],
            filed_on=max(date(2026, 1, 5), local_date(begun) - timedelta(days=1)),
            parties=[PartyDraft("applicant", "港信商贸有限公司"), PartyDraft("debtor", party)],
            claim_amount=claim,
        )
        assign_subject(case=case, group=self.group, reason="ROTA")
        case = Case.objects.get(pk=case.pk)
        record_event(case=case, key="materials_received_by_handler", occurred_at=begun)
        self.case_ids.append(str(case.pk))
        return case

    def act_on(self, case: Any) -> str:
        """A search proved whole, and a seal of which one photo is not here yet."""
        from server.field.models import FieldAction
        from tests.sync.pushing import COMPLETE, phone_of

        phone, photos = phone_of(self.holder), list(_photos(3))
        for place in range(4):
            position = {"lat": 26.45 + place / 40, "lon": 119.5 + place / 30, "accuracy": 12, "crs": "WGS84"}
            phone.record("LOCATE", case_id=case.pk, fields=COMPLETE, position=position)
        phone.record("SEAL", case_id=case.pk, fields={"narrative": "九时到场"}, photos=photos)
        phone.push()
        for photo in photos[:-1]:
            phone.upload(photo)
        return str(FieldAction.objects.get(kind="SEAL").pk)

    def parked(self, case: Any) -> str:
        """Done by one who held the case until it was given to others again."""
        from server.cases.services import assign_subject
        from server.sync.models import Review
        from tests.sync.pushing import COMPLETE, phone_of

        assign_subject(case=case, officer=self.other, reason="MANUAL")
        case.refresh_from_db()
        assign_subject(case=case, group=self.group, reason="MANUAL")
        phone = phone_of(self.other)
        phone.record("LOCATE", case_id=case.pk, assignment_no=2, fields=COMPLETE)
        phone.push()
        return str(Review.objects.get(state=Review.State.OPEN).pk)

    def people_on_site(self) -> None:
        """Three who say so in time, and one who has fallen silent."""
        from server.common.clock import now
        from server.safety.models import Alarm

        at = now()
        silent = [_present(self.court, number, at, late) for number, late in enumerate((-20, -12, -5, 13))][-1]
        Alarm.objects.create(
            court=self.court,
            officer=silent.officer,
            presence=silent,
            kind=Alarm.Kind.CHECK_IN,
            due_at=silent.due_at,
            raised_at=at,
            asks_since=at,
        )


def _present(court: Any, number: int, at: Any, late: int) -> Any:
    from server.people.models import Device
    from server.safety.models import Presence
    from tests.actors import officer_of, phone_of

    officer = officer_of(court, f"{court.code[-2:]}03{number:02}", f"队员{number}", "officer")
    due = at - timedelta(minutes=late)
    said = due - timedelta(minutes=30)
    return Presence.objects.create(
        court=court,
        officer=officer,
        device=Device.objects.get(pk=phone_of(officer).id),
        place=("海滨路", "工业路", "中山街", "码头")[number],
        position={"lat": 26.42 + number / 31, "lon": 119.44 + number % 3 / 17, "crs": "WGS84"},
        interval_minutes=30,
        began_at=said,
        received_at=said,
        last_said_at=said,
        last_heard_at=said,
        due_at=due,
    )


def incident() -> None:
    """Somebody calls for help."""
    django.setup()
    from django.db import transaction

    from server.common.clock import now
    from server.ledger.services import append
    from server.people.models import Officer
    from server.safety.models import Alarm
    from server.safety.services.alarms import raise_alarm

    officer = Officer.objects.get(staff_no="320101")
    place = {"lat": 26.5, "lon": 119.52, "crs": "WGS84"}
    called = Alarm(court=officer.court, officer=officer, kind=Alarm.Kind.SOS, position=place, due_at=now())
    with transaction.atomic():
        append([raise_alarm(called, kind="sos_raised")])


def _photos(count: int) -> Iterator[bytes]:
    from demo.pictures import draw_photo
    from server.common.clock import now

    chance = random.Random(7)
    sizes: Sequence[tuple[int, int]] = ((1280, 960),)
    for _ in range(count):
        yield draw_photo(chance, now(), 26.45, 119.5, sizes)


if __name__ == "__main__":
    incident() if sys.argv[1] == "incident" else main(int(sys.argv[1]))
