"""What no database keeps is refused at the door of the pages: U+0000 in a field, a filter or an address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from server.centre.language import chinese_first
from server.centre.views import frame


def nul_is_refused(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/centre/") and _holds_nul(request):
            return _refused(request)
        return get_response(request)

    return middleware


def _holds_nul(request: HttpRequest) -> bool:
    values = (value for data in (request.GET, request.POST) for _name, given in data.lists() for value in given)
    return "\0" in request.path or any("\0" in value for value in values)


@chinese_first
def _refused(request: HttpRequest) -> HttpResponse:
    return render(request, "centre/unreadable.html", frame(request), status=422)
