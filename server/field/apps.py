from django.apps import AppConfig


class Field(AppConfig):
    name = "server.field"
    label = "field"

    def ready(self) -> None:
        from server.evidence import settlement
        from server.field.settle import settle_evidence

        settlement.register(settle_evidence)
