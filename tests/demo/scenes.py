"""A small city for tests: one court over another, some cases of each, and scenes for every kind of act."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from client_sdk import Case
from client_sdk.views import Party
from demo.acting import SHANGHAI, scene_of
from demo.city import COURTS
from demo.records import Scene

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)
SMALL = tuple(
    replace(COURTS[place], executors=3, open_cases=count, closed_cases=2) for place, count in ((0, 1), (1, 14))
)


def scene(kind: str, *, is_entity: bool = False, event: str = "") -> Scene:
    debtor = Party("debtor", "ENTITY" if is_entity else "PERSON", "海川商贸有限公司" if is_entity else "褚某海")
    case = Case(
        id="",
        case_no="（2026）闽9802执24号",
        cause="民间借贷纠纷",
        status="OPEN",
        assignment_no=1,
        parties=(Party("applicant", "PERSON", "华某华"), debtor),
        nodes=(),
        papers=(),
        actions=(),
        claim_amount="50926.82",
    )
    ended_at = NOW.astimezone(SHANGHAI)
    return scene_of(case, kind, ended_at, random.Random(7), officers=("孙某宁", "许某超"), event=event)
