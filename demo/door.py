"""The server in this process as a transport of the SDK: a whole HTTP request in, a whole answer out, no socket."""

import io
import sys
from typing import Any

from django.core.handlers.wsgi import WSGIHandler

from client_sdk.steps import Reply, Request, Unreachable

UPLOADS = "/api/v1/uploads/"


class Door:
    """What stands behind is the whole server, from its middleware on; its clock is this process's."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()
        self.takes_files = True
        """False where the network is good for words and too thin for photographs."""

    def send(self, request: Request) -> Reply | Unreachable:
        if request.path.startswith(UPLOADS) and not self.takes_files:
            return Unreachable("the network is too thin for files")
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            begun.extend((status, headers))

        response = self._handler(_environ(request), start_response)
        try:
            body = b"".join(response)
        finally:
            response.close()
        status, headers = begun
        return Reply(int(status[:3]), {name.lower(): text for name, text in headers}, body, 0.05)

    def close(self) -> None:
        """Nothing stays open between requests."""


def _environ(request: Request) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        plain = name.upper().replace("-", "_")
        environ[plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"] = value
    return environ
