from django.apps import AppConfig


class Evidence(AppConfig):
    name = "server.evidence"
    label = "evidence"
