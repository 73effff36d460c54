from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def load_flows_of_this_release(**kwargs: Any) -> None:
    from django.db import connection

    from server.cases.models import FlowVersion
    from server.cases.services import load_flows

    # A migration to an earlier state may have left no table.
    if FlowVersion._meta.db_table in connection.introspection.table_names():
        load_flows()


def seed_calendar_of_this_release(**kwargs: Any) -> None:
    from django.db import connection

    from server.cases.models import CalendarEdit
    from server.cases.services import has_dates_of_earlier_releases, recompute_due_dates, seed_calendar

    if CalendarEdit._meta.db_table not in connection.introspection.table_names():
        return
    if seed_calendar() is not None or has_dates_of_earlier_releases():
        recompute_due_dates()


def cover_changed_membership(membership: Any, **kwargs: Any) -> None:
    from server.cases.services import cover_membership

    cover_membership(membership=membership)


def hash_identities_of_earlier_releases(**kwargs: Any) -> None:
    """The key comes from the settings, which no migration knows."""
    from django.db import connection

    from server.cases.models import Party
    from server.cases.services.identities import hash_identities

    table = Party._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    if "identity_hash" in columns:
        hash_identities()


class Cases(AppConfig):
    name = "server.cases"
    label = "cases"

    def ready(self) -> None:
        from server.cases.services.events import follow_first
        from server.cases.services.triaging import FEEDBACK, triage_after_feedback
        from server.cases.watched_debtors import cases_by_debtor
        from server.custody import persons
        from server.people.signals import group_membership_changed

        post_migrate.connect(load_flows_of_this_release, sender=self)
        post_migrate.connect(seed_calendar_of_this_release, sender=self)
        post_migrate.connect(hash_identities_of_earlier_releases, sender=self)
        persons.register(cases_by_debtor)
        group_membership_changed.connect(cover_changed_membership)
        for key in FEEDBACK:
            follow_first(key, triage_after_feedback)
