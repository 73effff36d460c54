"""One POST to a receiver: where it may be, what is signed, and an end to it however slowly the other side answers.

A court's systems stand in its inner net, so private addresses are welcome; this machine itself and what is only on its
link are not, unless the operator names networks in WEBHOOK_NETWORKS: then those alone are.
"""

import hmac
import io
import socket
import ssl
import time
from collections.abc import Sequence
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LASTS_SECONDS = 10.0
"""An attempt, from the connection to the receiver's first line."""


class UrlRefused(ValueError):
    """Not an address notices are sent to; says why."""


class NotReached(Exception):
    """No answer; says why."""


def require_url(url: str) -> SplitResult:
    """Raises UrlRefused for what is no plain http or https URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise UrlRefused(str(fault)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not url.isascii():
        raise UrlRefused(_("A receiver's address begins with http:// or https:// and a host."))
    if parts.username or parts.password or parts.fragment or any(character.isspace() for character in url):
        raise UrlRefused(_("A receiver's address holds no password, no fragment and no blanks."))
    return parts


def signature_header(secrets: Sequence[str], timestamp: str, body: bytes) -> str:
    """`v1=<hex>` for each secret: HMAC-SHA256 over the timestamp, a dot and the body."""
    signed = timestamp.encode() + b"." + body
    return ",".join(f"v1={hmac.new(secret.encode(), signed, sha256).hexdigest()}" for secret in secrets)


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Status of the answer, whatever it says further; redirections are not followed. Raises UrlRefused, NotReached."""
    parts, deadline = require_url(url), time.monotonic() + LASTS_SECONDS
    try:
        with _connected(parts, deadline) as connection:
            connection.settimeout(_left(deadline))
            connection.sendall(_request(parts, headers, body))
            return _status(connection, deadline)
    except (OSError, HTTPException) as fault:
        raise NotReached(str(fault) or type(fault).__name__) from None


def _connected(parts: SplitResult, deadline: float) -> socket.socket:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _permitted_address(host, port)
    connection = socket.create_connection((address, port), timeout=_left(deadline))
    if parts.scheme == "http":
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _permitted_address(host: str, port: int) -> str:
    """The one that is connected to: looked up once, so that no second answer leads elsewhere."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    permitted = [address for address in found if _is_permitted(address)]
    if not permitted:
        raise UrlRefused(_("%(host)s is not in a network that notices are sent to.") % {"host": host})
    return permitted[0]


def _is_permitted(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if settings.WEBHOOK_NETWORKS:
        return any(address in ip_network(network) for network in settings.WEBHOOK_NETWORKS)
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    )


def _request(parts: SplitResult, headers: dict[str, str], body: bytes) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc
    lines = {"Host": host, "Content-Length": str(len(body)), "Connection": "close", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _status(connection: socket.socket, deadline: float) -> int:
    answer = HTTPResponse(_Bounded(connection, deadline), method="POST")  # type: ignore[arg-type]
    with answer:
        answer.begin()
        return answer.status


class _Bounded(io.RawIOBase):
    """What HTTPResponse reads from: each read waits only as long as is left of the whole."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection, self._deadline = connection, deadline

    def makefile(self, *_args: Any, **_options: Any) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left
