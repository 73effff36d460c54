from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def begin_first_life(**kwargs: Any) -> None:
    from django.db import connection

    from server.ledger.models import ServerLife
    from server.ledger.services import begin_server_life

    # A migration to an earlier state may have left no table.
    is_there = ServerLife._meta.db_table in connection.introspection.table_names()
    if is_there and not ServerLife.objects.exists():
        begin_server_life(reason="installed")


class Ledger(AppConfig):
    name = "server.ledger"
    label = "ledger"

    def ready(self) -> None:
        post_migrate.connect(begin_first_life, sender=self)
