"""What a browser needs to go on without a network: the service worker, whose address gives it its
scope, and what an installed page is called."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.finders import find
from django.http import FileResponse, HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache


@login_not_required
@never_cache
def worker(request: HttpRequest) -> FileResponse:
    """The script, the same for everybody."""
    path = find("saola/worker.js")
    assert isinstance(path, str)  # it is ours
    return FileResponse(open(path, "rb"), content_type="text/javascript")


@login_not_required
def installed(request: HttpRequest) -> JsonResponse:
    """The council's pages as an application of a tablet."""
    start = reverse("jury:sessions")
    return JsonResponse(
        {
            "name": "Saola – Hội đồng OCOP",
            "short_name": "Saola",
            "lang": "vi",
            "start_url": start,
            "scope": start,
            "display": "standalone",
            "icons": [{"src": static("saola/weave.svg"), "sizes": "any", "type": "image/svg+xml"}],
        },
        content_type="application/manifest+json",
    )
