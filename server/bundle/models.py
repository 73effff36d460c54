"""What a timestamp authority has said of each ledger, day by day."""

from django.db import models

from server.common.clock import now


class HeadStamp(models.Model):
    """Where one stream stood as a day began, and the authority's token over that head once it has answered."""

    stream = models.CharField(max_length=80)
    day = models.DateField()
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    token = models.BinaryField(default=b"")
    """The answer as it came (TimeStampResp, RFC 3161); empty until it has."""
    stamped_at = models.DateTimeField(null=True)
    """As the token says."""
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=now)
    fault = models.CharField(max_length=200, default="", blank=True)
    """What was wrong the last time."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "day"], name="head_stamped_once_a_day")]
        indexes = [models.Index(fields=["stream", "position"], name="stamp_by_position")]
