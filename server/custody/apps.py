from django.apps import AppConfig


class Custody(AppConfig):
    name = "server.custody"
    label = "custody"
