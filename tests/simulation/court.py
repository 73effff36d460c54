"""The real server in this process, by its WSGI door: requests in, answers out, and the ways in which it can die."""

import io
from collections.abc import Callable
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection

from client_sdk.steps import Reply, Request


class ServerCrash(BaseException):
    """The process ends here: no handler of its own may catch this."""


class Court:
    """`answer` is one request from the first byte to the last."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()
        self._countdown = 0
        self._fault: Callable[[], BaseException] = ServerCrash
        self._after_death: Callable[[], object] = _nothing
        self._real_commit = connection.commit
        connection.execute_wrappers.append(self._watched)
        connection.commit = self._commit  # type: ignore[method-assign]

    def close(self) -> None:
        connection.execute_wrappers.remove(self._watched)
        del connection.commit

    def die_at(self, statement: int, and_then: Callable[[], object] | None = None) -> None:
        """The next request ends the process at that statement; a commit counts twice, before and after."""
        self._countdown, self._fault, self._after_death = statement, ServerCrash, and_then or _nothing

    def fail_at(self, statement: int) -> None:
        """The database refuses that statement, as a full disk or a lock would."""
        self._countdown, self._fault = statement, lambda: OperationalError("simulated: the disk does not answer")

    def answer(self, request: Request, address: str) -> Reply | None:
        """None when the process died over it."""
        try:
            return self._respond(_environ(request, address))
        except ServerCrash:
            connection.close()
            self._after_death()
            return None
        finally:
            self._countdown = 0

    def _respond(self, environ: dict[str, Any]) -> Reply:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            begun.extend((status, headers))

        response = self._handler(environ, start_response)
        try:
            body = b"".join(response)
        finally:
            response.close()
        status, headers = begun
        return Reply(int(status[:3]), {name.lower(): value for name, value in headers}, body, 0.05)

    def _watched(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if sql != "ROLLBACK":  # what fails there is the connection, and with it the process
            self._count_down()
        return execute(sql, params, many, context)

    def _commit(self) -> None:
        try:
            self._count_down()
        except BaseException:
            # Ending autocommit's suspension commits on SQLite: what a dead process never committed must be gone first.
            connection.rollback()
            raise
        self._real_commit()
        if self._fault is ServerCrash:  # after the commit nothing of the database's is left to refuse
            self._count_down()

    def _count_down(self) -> None:
        if self._countdown:
            self._countdown -= 1
            if not self._countdown:
                raise self._fault()


def _nothing() -> None:
    """A process that ends takes nothing with it that was written."""


def _environ(request: Request, address: str) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "HTTP_HOST": "127.0.0.1:8000",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        plain = name.upper().replace("-", "_")
        environ[plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"] = value
    return environ
