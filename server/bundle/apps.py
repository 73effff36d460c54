from django.apps import AppConfig


class Bundle(AppConfig):
    name = "server.bundle"
    label = "bundle"
