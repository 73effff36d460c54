from django.apps import AppConfig


class Field(AppConfig):
    name = "server.field"
    label = "field"

    def ready(self) -> None:
        from server.cases import guarding
        from server.evidence import settlement
        from server.field.exhibits import acts_on_file
        from server.field.settle import settle_evidence

        settlement.register(settle_evidence)
        guarding.register(acts_on_file)
