from django.apps import AppConfig


class Sync(AppConfig):
    name = "server.sync"
    label = "sync"
