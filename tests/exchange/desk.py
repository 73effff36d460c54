"""People at their desks, over HTTP: patient with a server that was just killed, and never sure that it heard them."""

import time
from typing import Any

import httpx2

_PATIENCE_SECONDS = 180.0
_LONGEST_SECONDS = 120.0


class Unclear(Exception):
    """Nobody answered: it may have been done, or not."""


class Refused(Exception):
    """The server answered that it will not do this: `code`, and the whole answer."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.code = str(answer.json().get("code", "")) if "json" in answer.headers.get("content-type", "") else ""
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}")


class Desk:
    """One person's. What is read is asked until somebody answers; what is written, once: whoever writes looks again."""

    def __init__(self, url: str, staff_no: str, password: str) -> None:
        self._browser = httpx2.Client(base_url=url, timeout=_LONGEST_SECONDS)
        self._credentials = {"staff_no": staff_no, "password": password}

    def close(self) -> None:
        self._browser.close()

    def read(self, path: str, **query: Any) -> Any:
        """None where there is no such thing for us."""
        answer = self.fetch(path, **query)
        return None if answer.status_code == 404 else _fine(answer).json()

    def fetch(self, path: str, **query: Any) -> httpx2.Response:
        """Raises Unclear where nobody answers for minutes."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._once("GET", path, params=query)
            except Unclear:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def write(self, path: str, body: Any = None, *, content: bytes | None = None, **query: Any) -> Any:
        """Raises Unclear, Refused."""
        return _fine(self._once("POST", path, params=query, json=body, content=content)).json()

    def _once(self, method: str, path: str, **given: Any) -> httpx2.Response:
        try:
            answer = self._browser.request(method, path, **given)
            if answer.status_code == 401:
                session = self._browser.post("/api/v1/session", json=self._credentials).raise_for_status().json()
                self._browser.headers["X-CSRFToken"] = session["csrf"]
                answer = self._browser.request(method, path, **given)
        except httpx2.HTTPError as fault:
            raise Unclear(str(fault)) from fault
        if answer.status_code >= 500:
            raise Unclear(answer.text[:300])
        return answer


def _fine(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        raise Refused(answer)
    return answer
