from django.apps import AppConfig


class Delegation(AppConfig):
    name = "server.delegation"
    label = "delegation"

    def ready(self) -> None:
        from server.cases.services.events import follow_first
        from server.delegation.services.closing import follow_closing

        follow_first("case_closed", follow_closing)
