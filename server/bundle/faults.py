"""Why a bundle is not made: what it would have to prove does not hold here."""

from django.utils.translation import gettext as _

from server.common.errors import DomainError


def not_whole(what: str) -> DomainError:
    message = _("No bundle is made: %s is absent or damaged here. Run manage.py doctor --deep.") % what
    return DomainError("bundle_not_whole", 409, message, {"what": what})
