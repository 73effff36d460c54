from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def chain_measures_of_earlier_releases(**kwargs: Any) -> None:
    """Acts say which chain is whose, and no migration knows their rules."""
    from django.db import connection

    from server.cases.models import CaseEvent
    from server.field.models import ActionSubject
    from server.field.rechaining import chain_measures

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if not {CaseEvent._meta.db_table, ActionSubject._meta.db_table} <= set(tables):
            return
        columns = connection.introspection.get_table_description(cursor, CaseEvent._meta.db_table)
    if "acted_on" in {column.name for column in columns}:
        chain_measures()


class Field(AppConfig):
    name = "server.field"
    label = "field"

    def ready(self) -> None:
        from server.cases import guarding
        from server.evidence import settlement
        from server.field.exhibits import acts_on_file
        from server.field.settle import settle_evidence

        post_migrate.connect(chain_measures_of_earlier_releases, sender=self)
        settlement.register(settle_evidence)
        guarding.register(acts_on_file)
