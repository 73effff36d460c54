from django.apps import AppConfig


class Cases(AppConfig):
    name = "server.cases"
    label = "cases"
