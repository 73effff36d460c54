"""The desk gives a case to another officer: `python -m tests.journeys.reassign CASE STAFF_NO`, with the server's
environment."""

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    from server.cases.models import Case
    from server.cases.services import assign_subject
    from server.people.models import Officer

    case_id, staff_no = sys.argv[1:]
    officer = Officer.objects.get(staff_no=staff_no)
    assign_subject(case=Case.objects.get(pk=case_id), officer=officer, reason="HANDOVER")


if __name__ == "__main__":
    main()
