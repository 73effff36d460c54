from django.apps import AppConfig


class Notices(AppConfig):
    name = "server.notices"
    label = "notices"
