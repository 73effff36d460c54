from typing import Any

from django.utils.translation import gettext as _

from server.common.speaking import SpokenCommand
from server.config.operations.takeover import take_over


class Command(SpokenCommand):
    help = (
        "Begin a new life on a copy that has become the server; after a promotion of a standby that happens by itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        life = take_over()
        figures = {"epoch": life.server_epoch, "codes": life.codes, "sessions": life.sessions}
        says = _("A new life has begun (%(epoch)s); %(codes)d enrolment codes and %(sessions)d sessions are void.")
        self.stdout.write(says % figures)
        self.stdout.write(_("At their next sync devices send again what this copy lacks."))
