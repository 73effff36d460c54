"""The SDK and the server in one process: its requests as Django's test client makes them."""

from django.test import Client

from client_sdk.steps import Reply, Request, Unreachable


class DjangoLine:
    """A device's line to the server under test. `is_offline` cuts it."""

    def __init__(self) -> None:
        self.is_offline = False
        self.requests: list[tuple[str, str]] = []

    def send(self, request: Request) -> Reply | Unreachable:
        if self.is_offline:
            return Unreachable("no network")
        self.requests.append((request.method, request.path))
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-type"}
        answer = Client(raise_request_exception=False).generic(
            request.method,
            request.path,
            request.body,
            content_type=request.headers.get("Content-Type", "application/octet-stream"),
            headers=headers,
        )
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        return Reply(answer.status_code, {name.lower(): value for name, value in answer.items()}, body)

    def close(self) -> None:
        return None
