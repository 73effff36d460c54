from django.apps import AppConfig


class Centre(AppConfig):
    name = "server.centre"
    label = "centre"
