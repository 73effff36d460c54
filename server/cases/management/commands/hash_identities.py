from typing import Any

from django.utils.translation import gettext as _

from server.cases.services.identities import hash_identities
from server.common.speaking import SpokenCommand


class Command(SpokenCommand):
    help = "Make the hashes of identity numbers anew after another IDENTITY_KEY; may be stopped and repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("%(count)d identity hashes made anew.") % {"count": hash_identities()})
