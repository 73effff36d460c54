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

from tests.screenshots.city import city_at_work, present

LONG_COURT = "宁城市高新技术产业开发区与滨海自由贸易试验区联合人民法院"
LONG_PARTY = "寿山县凤阳镇基德村股份经济合作联合社与宁城市东部沿海渔业资源综合开发利用有限责任公司联合体"
LONG_CAUSE = "申请撤销仲裁裁决后又申请不予执行仲裁裁决之建设工程施工合同纠纷（工程价款优先受偿权确认）"
LONG_OFFICER = "阿卜杜热依木·买买提艾力·吐尔逊江"
LONG_PLACE = "宁城市滨海自由贸易试验区跨境电子商务综合示范园第二期十八号标准厂房三层东侧冷链仓储中转区"
CAUSES = ("买卖合同纠纷", "民间借贷纠纷", "劳动争议", "离婚后财产纠纷", "机动车交通事故责任纠纷")


def main(how_many: int) -> None:
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    print(json.dumps(_seeded(how_many)))


def _seeded(how_many: int) -> dict[str, Any]:
    from server.people.models import Court
    from server.people.services import create_wall

    superior = Court.objects.get(code="闽09")
    places = {name: _Place.opened(superior, name, *row) for name, row in COURTS.items()}
    case = places["one"].file(1, days=20)
    act = places["one"].act_on(case)
    review = places["one"].parked(case)
    for number in range(1, how_many + 1):
        places["many"].file(number, days=days_of(number))
    for number in range(1, 4):
        places["long"].file(number, days=40, cause=LONG_CAUSE, party=LONG_PARTY, claim=987_654_321_012)
    for number in range(1, 41):
        places["red"].file(number, days=90 + number)
    places["one"].people_on_site()
    places["long"].on_site_at(LONG_PLACE)
    wall, password = create_wall(court=superior, name="大厅")
    city = city_at_work(is_whole=how_many >= 100)
    return {
        **city,
        "staff": {**city["staff"], **{name: place.duty.staff_no for name, place in places.items()}},
        "case": str(case.pk),
        "long_case": places["long"].case_ids[0],
        "action": act,
        "review": review,
        "wall": [wall.staff_no, password],
    }


def days_of(number: int) -> int:
    """As in a court that keeps up: most cases young, few late, some of them very late."""
    if number % 25 == 0:
        return 6 + number % 40
    return 4 + number % 2 if number % 25 in (1, 2, 3) else number % 3


COURTS = {
    "empty": ("闽0931", "望潮县人民法院", "郑宁"),
    "one": ("闽0932", "石桥县人民法院", "周宁"),
    "many": ("闽0933", "云台区人民法院", "何川"),
    "long": ("闽0934", LONG_COURT, LONG_OFFICER),
    "red": ("闽0935", "赤岩县人民法院", "吴海"),
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
        """A search proved whole, and a seal recorded in full of which one photo is not here yet."""
        from demo.kinds import record_of
        from server.common.clock import now
        from server.field.models import FieldAction

        phone, photos, at = phone_of(self.holder, "D-0417"), list(_photos(4)), now()
        for place, kind in enumerate(("SITE_SURVEY", "LOCATE", "SERVE", "POST_NOTICE")):
            scene = _scene(kind, case, at - timedelta(hours=20 - 4 * place), 26.45 + place / 40, 119.5 + place / 30)
            phone.record(kind, case_id=case.pk, fields=record_of(scene), position=_position(scene))
        scene = _scene("SEAL", case, at - timedelta(minutes=50), 26.47, 119.62)
        shots = zip(("SEAL_CLOSEUP", "PANORAMA", "DOOR_NO", "SIGNING"), photos, strict=True)
        promised = [{**phone.evidence(photo), "shot_code": code} for code, photo in shots]
        phone.record("SEAL", case_id=case.pk, fields=record_of(scene), photos=promised, position=_position(scene))
        phone.push()
        for photo in photos[:-1]:
            phone.upload(photo)
        return str(FieldAction.objects.get(kind="SEAL", officer=self.holder).pk)

    def parked(self, case: Any) -> str:
        """Done by one who held the case until it was given to others again."""
        from demo.kinds import record_of
        from server.cases.services import assign_subject
        from server.common.clock import now
        from server.sync.models import Review

        assign_subject(case=case, officer=self.other, reason="MANUAL")
        case.refresh_from_db()
        assign_subject(case=case, group=self.group, reason="MANUAL")
        phone, scene = phone_of(self.other, "D-0388"), _scene("POST_NOTICE", case, now(), 26.5, 119.55)
        photos = list(_photos(2))
        promised = [{**phone.evidence(photo), "shot_code": "NOTICE_POSTED"} for photo in photos]
        phone.record("POST_NOTICE", case_id=case.pk, assignment_no=2, fields=record_of(scene), photos=promised)
        phone.push()
        for photo in photos:
            phone.upload(photo)
        return str(Review.objects.get(state=Review.State.OPEN, court=self.court).pk)

    def people_on_site(self) -> None:
        """Three who say so in time, and one who has fallen silent."""
        stands = zip(
            ("海滨路", "工业路", "中山街", "码头"), ("林海", "陈平", "何敏", "周强"), (-20, -12, -5, 13), strict=True
        )
        for number, (place, name, late) in enumerate(stands):
            self._on_site(number, name, place, late)

    def on_site_at(self, place: str) -> None:
        self._on_site(7, LONG_OFFICER, place, 4)

    def _on_site(self, number: int, name: str, place: str, late: int) -> None:
        from tests.actors import officer_of

        officer = officer_of(self.court, f"{self.court.code[-2:]}03{number:02}", name, "officer")
        position = {"lat": 26.42 + number / 31, "lon": 119.44 + number % 3 / 9, "crs": "WGS84"}
        present(officer, place, position, late)


def phone_of(officer: Any, name: str) -> Any:
    """Enrolled over the API, under a name."""
    from django.test import Client

    from server.people.services import issue_enrolment_code
    from tests.devices import DjangoTransport, TestDevice

    phone = TestDevice(DjangoTransport(Client(raise_request_exception=False)))
    phone.enrol(issue_enrolment_code(officer=officer), name=name)
    return phone


def _scene(kind: str, case: Any, ended: Any, lat: float, lon: float) -> Any:
    from demo.records import Scene
    from server.common.clock import SHANGHAI

    local = ended.astimezone(SHANGHAI)
    who: dict[str, Any] = {"officers": ("林岚", "陈默"), "debtor": "林海生", "is_entity": False, "present": "林海生"}
    whose: dict[str, Any] = {"applicant": "港信商贸有限公司", "case_no": case.case_no, "claim": case.claim_amount}
    begun = local - timedelta(minutes=40)
    return Scene(kind, begun, local, lat, lon, "海滨路 18 号 3 幢 602 室", **who, **whose)


def _position(scene: Any) -> dict[str, Any]:
    return {"lat": scene.lat, "lon": scene.lon, "accuracy": 8, "crs": "WGS84"}


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
