"""The outermost of every request: its id, its true address, headers that protect, problems instead of pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from server.config import problems, request_id

GetResponse = Callable[[HttpRequest], HttpResponseBase]
API = "/api/"


def request_ids(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        identity = request_id.request_id_from(request.headers.get(request_id.HEADER))
        request_id.current.set(identity)  # never reset: Django's own line about a refusal comes after us
        response = get_response(request)
        response[request_id.HEADER] = identity
        return response

    return middleware


def client_address(get_response: GetResponse) -> GetResponse:
    """REMOTE_ADDR as our own proxies saw it: counted from the right, since the left end is the client's to write."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
            request.META["REMOTE_ADDR"] = hops[-settings.TRUSTED_PROXIES]
        return get_response(request)

    return middleware


def security_headers(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", settings.SECURE_CSP_HEADER)
        if request.path.startswith(API):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class ApiProblems:
    """What Django itself answers below /api/ (404, 405, a refused host, a fault outside Ninja) as a problem."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(API) or response.status_code < 400:
            return response
        if response.get("Content-Type", "").startswith(problems.MEDIA_TYPE):
            return response
        return self._as_problem(response)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponseBase | None:
        return problems.problem_response(fault) if request.path.startswith(API) else None

    @staticmethod
    def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
        """The same answer with another body. Closing one for another would tell Django here that the request has
        ended, and so hand back a database connection that is asked for again at once."""
        problem = problems.problem_response(problems.error_of_status(response.status_code))
        for name, value in problem.items():
            response.setdefault(name, value)
        response["Content-Type"] = problem["Content-Type"]
        response["Content-Length"] = str(len(problem.content))
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = [problem.content]
        elif isinstance(response, HttpResponse):
            response.content = problem.content
        return response
