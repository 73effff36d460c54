from django.apps import AppConfig


class Field(AppConfig):
    name = "server.field"
    label = "field"
