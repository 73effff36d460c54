"""Who looks after the exchange with courts on other servers."""

from server.people.access import roles_of
from server.people.models import Officer, Role

KEEPS_EXCHANGE = frozenset({Role.DIRECTOR, Role.SYSADMIN})


def keeps_exchange(officer: Officer) -> bool:
    """For his own court."""
    return bool(roles_of(officer) & KEEPS_EXCHANGE)
