"""Fills an empty server for a chaos run: officers, each with cases of his own, and a code for each one's phone.

Run as a process of its own with the server's environment: `python -m tests.chaos.city 3`.
"""

import json
import os
import sys
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
    from server.people.models import Role
    from server.people.services import issue_enrolment_code
    from tests.actors import PASSWORD, group_of, officer_of, people_of_a_city

    load_flows()
    cast = people_of_a_city()
    officers = []
    for number in range(int(sys.argv[1])):
        officer = officer_of(cast.court, f"2405{number:02}", f"办案人{number}", Role.OFFICER)
        group = group_of(officer, cast.colleague, f"第{number}组")
        cases = []
        for own in range(2):
            case = file_case(
                court=cast.court,
                case_no=f"（2026）闽0924执{100 + 10 * number + own}号",
                cause="民间借贷纠纷",
                filed_on=date(2026, 11, 2),
                parties=[PartyDraft("debtor", "张三")],
                claim_amount=120_000,
            )
            assign_subject(case=case, group=group, reason="ROTA")
            cases.append(str(case.pk))
        officers.append({"code": issue_enrolment_code(officer=officer), "cases": cases})
    print(json.dumps({"officers": officers, "duty": cast.duty.staff_no, "password": PASSWORD}))


if __name__ == "__main__":
    main()
