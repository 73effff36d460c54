"""Checks a case for a court of another province, with its eight papers, and puts people there. Prints its delegation.

Run as a process of its own with the server's environment: `python -m tests.browser.delegated HOLDER CASE`.
"""

import os
import sys
from io import BytesIO

import django

PARTNER, FILED_AS = "970201", "（2026）浙9702执88号"


def main(holder_no: str, case_id: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    from server.cases.models import Case
    from server.delegation.eight_papers import paper_list
    from server.delegation.services import Asked, Target, add_file, draft_delegation, move_delegation
    from server.delegation.states import Move
    from server.people.models import Court, Officer, Role
    from server.people.services import create_court
    from tests.actors import officer_of

    holder, case = Officer.objects.get(staff_no=holder_no), Case.objects.get(pk=case_id)
    own = create_court(code="闽", name="闽江省高级人民法院", level=Court.Level.HIGH)
    superior = holder.court.parent
    assert superior
    Court.objects.filter(pk=superior.pk).update(parent=own)
    high = create_court(code="浙", name="东江省高级人民法院", level=Court.Level.HIGH)
    court = create_court(code="浙9702", name="远河市人民法院", level=Court.Level.BASIC, parent=high)
    officer_of(court, PARTNER, "方值", Role.COMMAND_CENTRE)
    asked = Asked(is_none_here=True, targets=[Target("远河市", name="厂房")])
    delegation = draft_delegation(case=case, to_court=court, asked=asked, by=holder)
    for slot in paper_list().slots.values():
        for number in range(slot.count):
            title = f"{slot.names[0]} {number + 1}"
            add_file(delegation=delegation, slot=slot.key, title=title, content=BytesIO(title.encode()), by=holder)
    move_delegation(delegation_id=delegation.pk, move=Move.CHECK, by=holder)
    print(delegation.pk)


if __name__ == "__main__":
    main(*sys.argv[1:])
