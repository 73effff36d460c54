import hashlib
from typing import Any

from django.core.management.base import BaseCommand

from server.people.keys import root_public_key
from server.people.models import Court


class Command(BaseCommand):
    help = "Print the fingerprint of each court's root key, to publish: with it anybody verifies what the court signed."

    def handle(self, *args: Any, **options: Any) -> None:
        for court in Court.objects.filter(reach=Court.Reach.HERE).order_by("code"):
            self.stdout.write(f"{court.code}  {hashlib.sha256(root_public_key(court)).hexdigest()}  {court.name}")
