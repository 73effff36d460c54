"""Fills an empty deployment for a journey: a court, its people, two cases held by one group. Prints what was made.

Run as a process of its own with the server's environment: `python -m tests.journeys.city`.
"""

import json
import os
from datetime import date

import django
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    PBKDF2PasswordHasher.iterations = 1  # a password costs a third of a second, for who has seconds
    from server.cases.services import PartyDraft, assign_subject, file_case, load_flows
    from tests.actors import PASSWORD, people_of_a_city

    load_flows()
    cast = people_of_a_city()
    cases = []
    for number in (17, 18):
        case = file_case(
            court=cast.court,
            case_no=f"(2026)闽0924执{number}号",
            cause="民间借贷纠纷",
            filed_on=date(2026, 11, 2),
            parties=[PartyDraft("debtor", "张三")],
            claim_amount=120_000,
        )
        assign_subject(case=case, group=cast.group, reason="ROTA")
        cases.append(str(case.pk))
    people = ("holder", "colleague", "bystander", "stranger", "duty", "director")
    staff = {name: getattr(cast, name).staff_no for name in people}
    print(json.dumps({"cases": cases, "staff": staff, "password": PASSWORD}))


if __name__ == "__main__":
    main()
