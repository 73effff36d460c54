"""Wanted now, over HTTP: for those who act for a court at its command centre. No rules here."""

from django.http import HttpRequest
from ninja import Router

from server.evidence import services
from server.evidence.access import Readable
from server.evidence.queries import expected_of, is_open
from server.evidence.schemas import WantedBody, WantedPromise, WantedView, expected_view
from server.people.auth import SignedIn
from server.people.models import Officer

router = Router(tags=["evidence"], auth=SignedIn())
NO_REASON = WantedBody()


@router.post("/evidence/{sha256}/wanted", response=WantedView, summary="Have its device send it first")
def want(request: HttpRequest, sha256: str, body: WantedBody = NO_REASON) -> WantedView:
    """From the device's next contact on, before everything else, until it has arrived; again changes nothing.

    A file that is here already stays as it is: then `wanted` is false.
    """
    return _view(sha256, services.want_file(by=_officer(request), sha256=sha256, reason=body.reason))


@router.delete("/evidence/{sha256}/wanted", response=WantedView, summary="Let it come in its turn")
def stop_wanting(request: HttpRequest, sha256: str, body: WantedBody = NO_REASON) -> WantedView:
    """Back into its old place in the queue."""
    return _view(sha256, services.stop_wanting_file(by=_officer(request), sha256=sha256, reason=body.reason))


def _officer(request: HttpRequest) -> Officer:
    assert isinstance(request.user, Officer)
    return request.user


def _view(sha256: str, readable: Readable) -> WantedView:
    expected = expected_of(readable.promises)
    promises = [
        WantedPromise(
            device=str(promise.device_id),
            state=promise.state,
            wanted_at=promise.wanted_at if is_open(promise) else None,
            expected=expected_view(expected.get(promise.pk)),
        )
        for promise in readable.promises
    ]
    return WantedView(sha256=sha256, wanted=any(each.wanted_at for each in promises), promises=promises)
