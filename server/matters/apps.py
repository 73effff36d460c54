from django.apps import AppConfig


class Matters(AppConfig):
    name = "server.matters"
    label = "matters"
