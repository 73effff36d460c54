"""Until when one device may show what it holds by the true time: what its lease amounts to, whatever its clock says."""

from datetime import datetime, timedelta

from client_sdk.steps import ApplyPage, Step
from tests.simulation.findings import require

SLACK = timedelta(minutes=1)


class Term:
    def __init__(self, name: str) -> None:
        self._name = name
        self._earliest: datetime | None = None
        self._latest: datetime | None = None

    def offered(self, step: Step[object], now: datetime) -> None:
        """A page is about to be applied; how long its answer lay about counts for the device."""
        if isinstance(step, ApplyPage) and step.page.lease_until is not None:
            latest = step.page.lease_until + (now - step.statement.received_at)
            self._latest = max(latest, self._latest or latest)

    def taken(self, step: Step[object]) -> None:
        if isinstance(step, ApplyPage):
            self._earliest = step.page.lease_until

    def require_readable(self, now: datetime) -> None:
        is_over = self._latest is not None and now > self._latest + SLACK
        require(not is_over, "I9", f"{self._name} shows cases after its lease")

    def require_over(self, now: datetime) -> None:
        is_running = self._earliest is not None and now < self._earliest - SLACK
        require(not is_running, "I8", f"{self._name} shows nothing while its lease runs")
