"""What the worker does for exchange."""

from django_tasks import task


@task()
def deliver_to_peer(peer_id: int) -> None:
    """Whatever waits for this peer."""
    from server.exchange.services.delivering import deliver

    deliver(peer_id)
