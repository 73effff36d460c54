from django.apps import AppConfig


class Exchange(AppConfig):
    name = "server.exchange"
    label = "exchange"

    def ready(self) -> None:
        from server.exchange.services.outbox import write_told
        from server.matters.crossing import tell_through

        tell_through(write_told)
