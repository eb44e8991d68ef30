"""The service worker of the producer's pages; its address gives it their scope."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import find
from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import never_cache


@login_not_required
@never_cache
def worker(request: HttpRequest) -> FileResponse:
    """The script, the same for everybody."""
    path = find("saola/worker.js")
    assert isinstance(path, str)  # it is ours
    return FileResponse(open(path, "rb"), content_type="text/javascript")
