from django.apps import AppConfig


class Config(AppConfig):
    name = "server.config"
    label = "config"
