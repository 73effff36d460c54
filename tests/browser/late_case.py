"""Makes a node of a case overdue, with its finding, and a note of this week. Prints the finding's id.

Run as a process of its own with the server's environment: `python -m tests.browser.late_case CASE`.
"""

import os
import sys
from datetime import timedelta

import django


def main(case_id: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    from server.cases.models import Case
    from server.cases.services import record_event
    from server.common.clock import now
    from server.people.models import Officer
    from server.supervision.models import Finding
    from server.supervision.services import watch_levels
    from server.teamwork.services import add_note

    case = Case.objects.get(pk=case_id)
    record_event(case=case, key="materials_received_by_handler", occurred_at=now() - timedelta(days=60))
    add_note(case=case, text="门禁须登记", by=Officer.objects.get(staff_no="240101"))
    watch_levels()
    print(Finding.objects.get(case=case, node__key="investigation_complete").pk)


if __name__ == "__main__":
    main(*sys.argv[1:])
