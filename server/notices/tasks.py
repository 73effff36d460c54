"""What the worker does with notices."""

from uuid import UUID

from django_tasks import task


@task()
def deliver_one(delivery_id: str) -> None:
    """One attempt of a delivery to a receiver of webhooks."""
    from server.notices.services.delivering import deliver

    deliver(UUID(delivery_id))
