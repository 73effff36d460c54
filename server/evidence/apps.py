from django.apps import AppConfig


class Evidence(AppConfig):
    name = "server.evidence"
    label = "evidence"

    def ready(self) -> None:
        from server.cases import guarding
        from server.evidence.exhibits import papers_on_file

        guarding.register(papers_on_file)
