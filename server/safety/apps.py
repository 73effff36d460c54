from typing import Any

from django.apps import AppConfig


def brief_changed_member(membership: Any, **kwargs: Any) -> None:
    from server.safety.services import write_briefs

    write_briefs([membership.officer_id])


class Safety(AppConfig):
    name = "server.safety"
    label = "safety"

    def ready(self) -> None:
        from server.people.signals import group_membership_changed

        group_membership_changed.connect(brief_changed_member)
