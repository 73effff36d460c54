from django.apps import AppConfig


class Backfill(AppConfig):
    name = "server.backfill"
    label = "backfill"
