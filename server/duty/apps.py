from django.apps import AppConfig


class Duty(AppConfig):
    name = "server.duty"
    label = "duty"
