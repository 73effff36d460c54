from django.apps import AppConfig


class Config(AppConfig):
    name = "server.config"
    label = "config"

    def ready(self) -> None:
        from server.config import checks  # noqa: F401  # registers them
