"""One-time tickets for sockets that carry no cookie."""

from django.db import models

from server.common.clock import now


class Ticket(models.Model):
    secret_hash = models.CharField(primary_key=True, max_length=64)
    officer = models.ForeignKey("people.Officer", on_delete=models.CASCADE)
    session_key = models.CharField(max_length=40)
    """The session that asked for it: the socket ends with that session."""
    issued_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
