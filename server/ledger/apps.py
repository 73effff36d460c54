from django.apps import AppConfig


class Ledger(AppConfig):
    name = "server.ledger"
    label = "ledger"
