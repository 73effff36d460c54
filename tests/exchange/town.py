"""Fills one empty server with a court and who works there: of the court that asks, of the one that does, or of both.

Run as a process of its own with the server's environment: `python -m tests.exchange.town asking`.
"""

import json
import os
import sys
from datetime import date
from io import StringIO
from typing import Any

import django
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    PBKDF2PasswordHasher.iterations = 1  # a password costs a third of a second, for who has seconds
    from server.cases.services import load_flows
    from tests.actors import PASSWORD

    load_flows()
    towns = {"asking": _asking, "doing": _doing}
    made = {side: towns[side]() for side in sys.argv[1].split("+")}
    for town in made.values():
        card = StringIO()
        call_command("exchange", "card", town["code"], stdout=card)
        town["card"] = card.getvalue()
    print(json.dumps({**made, "password": PASSWORD}))


def _asking() -> dict[str, Any]:
    from server.cases.services import PartyDraft, assign_subject, file_case
    from server.people.models import Court, Role
    from server.people.services import create_court
    from tests.actors import group_of, officer_of

    court = create_court(code="闽0924", name="寿山县人民法院", level=Court.Level.BASIC)
    holder = officer_of(court, "240101", "林岚", Role.OFFICER)
    group = group_of(holder, officer_of(court, "240102", "陈默", Role.ASSISTANT))
    officer_of(court, "240202", "黄正", Role.DIRECTOR)
    case = file_case(
        court=court,
        case_no="（2026）闽0924执7号",
        cause="买卖合同纠纷",
        filed_on=date(2026, 11, 2),
        parties=[PartyDraft("applicant", "申请人甲"), PartyDraft("debtor", "被执行人乙")],
        claim_amount=120_000,
        flow_facts={"basis": "JUDGMENT", "claim_kind": "MONEY", "track": "NORMAL"},
    )
    assign_subject(case=case, group=group, reason="ROTA")
    staff = {"holder": "240101", "director": "240202"}
    return {"court": str(court.pk), "code": court.code, "case": str(case.pk), "staff": staff}


def _doing() -> dict[str, Any]:
    from server.people.models import Court, Role
    from server.people.services import create_court, issue_enrolment_code
    from tests.actors import officer_of

    court = create_court(code="闽0925", name="周溪县人民法院", level=Court.Level.BASIC)
    handler = officer_of(court, "250101", "郑远", Role.OFFICER)
    officer_of(court, "250201", "方值", Role.COMMAND_CENTRE)
    return {
        "court": str(court.pk),
        "code": court.code,
        "staff": {"handler": "250101", "centre": "250201"},
        "handler": str(handler.pk),
        "device": issue_enrolment_code(officer=handler),
    }


if __name__ == "__main__":
    main()
