import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from server.sync.deciding import Replayed, replay_operation
from server.sync.models import Operation

CAUSES = ("handler_fault", "kind_unknown")


class Command(BaseCommand):
    """After a handler was mended: judge again what our own fault had set aside. Safe to run as often as you like."""

    help = "Apply quarantined operations once their handler is mended; each once, as of its arrival."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--trace-id", default="", help="only the operation quarantined under this trace id")
        which.add_argument("--cause", choices=CAUSES, default="handler_fault")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = _waiting(options["trace_id"], options["cause"])
        if options["trace_id"] and not waiting.exists():
            raise CommandError(f"nothing quarantined under trace id {options['trace_id']}")
        # In the order of each device's log: a later record may join the act of an earlier one.
        order = waiting.order_by("device_id", "incarnation", "seq").values_list("pk", flat=True)
        replayed = [replay_operation(operation_id=pk) for pk in list(order)]
        self._say(replayed, as_json=options["json"])
        if any(each.trace_id for each in replayed):
            raise SystemExit(1)

    def _say(self, replayed: list[Replayed], *, as_json: bool) -> None:
        if as_json:
            done = sum(each.was_judged for each in replayed)
            operations = [asdict(each) for each in replayed]
            self.stdout.write(json.dumps({"replayed": done, "still": len(replayed) - done, "operations": operations}))
            return
        for each in replayed:
            still = f" (still failing, trace id {each.trace_id})" if each.trace_id else ""
            self.stdout.write(f"{each.operation} {each.status} {each.code}{still}")
        self.stdout.write(f"{sum(each.was_judged for each in replayed)} of {len(replayed)} replayed")


def _waiting(trace_id: str, cause: str) -> QuerySet[Operation]:
    set_aside = Operation.objects.filter(status=Operation.Status.QUARANTINED, review__state="open")
    return set_aside.filter(trace_id=trace_id) if trace_id else set_aside.filter(review__cause=cause)
