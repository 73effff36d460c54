from django.apps import AppConfig


class Realtime(AppConfig):
    name = "server.realtime"
    label = "realtime"

    def ready(self) -> None:
        from server.ledger.signals import appended
        from server.realtime.hints import hint_on_append
        from server.realtime.rights import connect

        appended.connect(hint_on_append, dispatch_uid="live hints")
        connect()
