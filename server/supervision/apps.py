from django.apps import AppConfig


class Supervision(AppConfig):
    name = "server.supervision"
    label = "supervision"
