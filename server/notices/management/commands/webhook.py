import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from server.common.clock import to_wire
from server.notices.models import DeliveryAttempt, Webhook
from server.notices.services import WebhookRefused, add_webhook, end_webhook, rotate_secret, send_again
from server.people.models import Court

_LOGGED = 50


class Command(BaseCommand):
    help = "Name a receiver of a court's notices, rotate its secret, end it, look at what became of its deliveries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        for name in ("add", "list", "rotate", "end", "again", "log"):
            one = doing.add_parser(name)
            one.add_argument("court", help="code of the court, such as 闽0924")
            if name != "list":
                one.add_argument("name", help="of the receiver")
            if name == "add":
                one.add_argument("url")
                one.add_argument("--kind", action="append", default=[], help="only these kinds; once for each")

    def handle(self, *args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(_("There is no court %(code)s.") % {"code": options["court"]})
        if options["doing"] == "list":
            for webhook in Webhook.objects.filter(court=court).order_by("name"):
                self._print(_described(webhook))
        elif options["doing"] == "add":
            self._add(court, options)
        else:
            self._of_one(court, options)

    def _add(self, court: Court, options: dict[str, Any]) -> None:
        try:
            webhook, secret = add_webhook(court=court, name=options["name"], url=options["url"], kinds=options["kind"])
        except WebhookRefused as fault:
            raise CommandError(str(fault)) from None
        self._print({**_described(webhook), "secret": secret})

    def _of_one(self, court: Court, options: dict[str, Any]) -> None:
        webhook = Webhook.objects.filter(court=court, name=options["name"], ended_at=None).first()
        if webhook is None:
            raise CommandError(_("This court has no receiver %(name)s.") % {"name": options["name"]})
        if options["doing"] == "rotate":
            self._print({**_described(webhook), "secret": rotate_secret(webhook=webhook)})
        elif options["doing"] == "end":
            end_webhook(webhook=webhook)
        elif options["doing"] == "again":
            self._print({"waiting": send_again(webhook=webhook)})
        else:
            for attempt in DeliveryAttempt.objects.filter(delivery__webhook=webhook).order_by("-pk")[:_LOGGED]:
                self._print(_logged(attempt))

    def _print(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False))


def _described(webhook: Webhook) -> dict[str, Any]:
    ended_at = to_wire(webhook.ended_at) if webhook.ended_at else None
    return {"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds, "ended_at": ended_at}


def _logged(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {
        "delivery": str(attempt.delivery_id),
        "number": attempt.number,
        "began_at": to_wire(attempt.began_at),
        "status": attempt.status,
        "fault": attempt.fault,
    }
