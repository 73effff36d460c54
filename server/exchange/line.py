"""One request to another court's server: where it leads is an operator's word, and no redirection is followed."""

import http.client
import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

WAITS_SECONDS = 20.0
"""For each answer of the other side's network; a worker is held no longer by a server that is silent."""
LARGEST_ANSWER = 16 * 1024 * 1024


class NotReached(Exception):
    """No answer, or none that can be read; says why."""


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def path_of(url: str, path: str) -> str:
    """Below the address of a server, whatever it is mounted under."""
    return urlsplit(url).path.rstrip("/") + path


def ask(method: str, url: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """Raises NotReached."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request(method, path, body=body, headers={"Connection": "close", **headers})
        with connection.getresponse() as response:
            content = response.read(LARGEST_ANSWER + 1)
            if len(content) > LARGEST_ANSWER:
                raise NotReached("the answer is too large")
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
    except (OSError, http.client.HTTPException) as fault:
        raise NotReached(str(fault) or type(fault).__name__) from None
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=WAITS_SECONDS, context=context)
    return http.client.HTTPConnection(host, port, timeout=WAITS_SECONDS)
