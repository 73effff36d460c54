"""The cast, and one Daphne on the suite's own database for the tests that need a socket."""

from tests.actors import cast
from tests.realtime.conftest import web

__all__ = ["cast", "web"]
