from typing import Any

from django.apps import AppConfig


def cover_changed_membership(membership: Any, **kwargs: Any) -> None:
    from server.teamwork.services import cover_stage_membership

    cover_stage_membership(membership=membership)


class Teamwork(AppConfig):
    name = "server.teamwork"
    label = "teamwork"

    def ready(self) -> None:
        from server.people.signals import group_membership_changed

        group_membership_changed.connect(cover_changed_membership)
