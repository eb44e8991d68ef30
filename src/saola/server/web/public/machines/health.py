"""What a balancer and a monitor ask: does this process live, is it ready, the figures."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from saola.server.health.facts import ready
from saola.server.health.metrics import exposition

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def ready_page(request: HttpRequest) -> JsonResponse:
    """503 while the database is away or its tables are not those of the program."""
    why = ready()
    return JsonResponse({"ready": not why, "why": why}, status=503 if why else 200)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """For who shows SAOLA_METRICS_TOKEN; not there for anybody else."""
    told = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(told.encode(), wanted.encode()):
        raise Http404
    return HttpResponse(exposition(), content_type=TEXT)
