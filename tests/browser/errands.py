"""Makes an errand of each case, sent to the other court, with somebody in its command centre. Prints their ids.

Run as a process of its own with the server's environment: `python -m tests.browser.errands HOLDER DIRECTOR STRANGER
CASE…`, people by their staff numbers, the stranger of the other court.
"""

import os
import sys
from datetime import timedelta

import django

PARTNER = "250201"


def main(holder_no: str, director_no: str, stranger_no: str, *case_ids: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.config.settings")
    django.setup()
    from server.cases.models import Case
    from server.common.clock import local_date, now
    from server.matters.services import Asked, draft_matter, move_matter
    from server.matters.states import Move
    from server.people.models import Officer, Role
    from tests.actors import officer_of

    holder, director, stranger = (Officer.objects.get(staff_no=no) for no in (holder_no, director_no, stranger_no))
    officer_of(stranger.court, PARTNER, "方值", Role.COMMAND_CENTRE)
    asked = Asked(
        kind="SERVE",
        request={"addressee": "张三", "address": "周溪路 1 号"},
        is_urgent=True,
        duty_phone="0593-110",
        papers_due_on=local_date(now()) + timedelta(days=3),
    )
    for case in Case.objects.filter(pk__in=case_ids).order_by("pk"):
        matter = draft_matter(case=case, to_court=stranger.court, asked=asked, by=holder).matter
        for move, by in ((Move.SUBMIT, holder), (Move.APPROVE, director)):
            move_matter(matter_id=matter.pk, move=move, by=by)
        print(matter.pk)


if __name__ == "__main__":
    main(*sys.argv[1:])
