from django.apps import AppConfig


class People(AppConfig):
    name = "server.people"
    label = "people"
