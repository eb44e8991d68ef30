"""Capture: documents by jobs, single events at once."""

import tempfile
import uuid
from typing import Any, BinaryIO, cast
from urllib.parse import quote

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from saola.epcis import validate
from saola.server.events.intake import receive
from saola.server.events.jobs import capture_one
from saola.server.events.models import Access, Job
from saola.server.events.store import Conflict
from saola.server.web.api.answers import Problem, json_answer
from saola.server.web.api.paging import Pages

MIB = 1024 * 1024
LARGEST = 100 * MIB
AT_ONCE = MIB  # what is smaller is checked before it is accepted
KINDS = ("application/json", "application/ld+json", "application/xml", "text/xml")
BEHAVIOURS = ("rollback", "proceed")


def body_of(request: HttpRequest, limit: int) -> BinaryIO:
    """The body as a file, in pieces; Problem where it is too large or of another kind."""
    kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind not in KINDS:
        raise Problem("UnsupportedMediaTypeException", f"one of {', '.join(KINDS)}")
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise Problem("CaptureLimitExceededException", f"at most {limit} bytes")
    file = tempfile.SpooledTemporaryFile(MIB)  # noqa: SIM115 - its reader closes it
    size = 0
    while piece := request.read(64 * 1024):
        size += len(piece)
        if size > limit:
            raise Problem("CaptureLimitExceededException", f"at most {limit} bytes")
        file.write(piece)
    if not size:
        raise Problem("ValidationException", "the body is empty")
    file.seek(0)
    return cast(BinaryIO, file)


def capturing(access: Access | None) -> Access:
    """The token, which may capture; Problem otherwise."""
    if access is None:
        raise Problem("SecurityException", "a token is needed")
    if not access.may_capture:
        raise Problem("ForbiddenException", "this token does not capture")
    return access


def start(request: HttpRequest, access: Access | None) -> HttpResponse:
    """POST /capture: 202 with the job's address."""
    who = capturing(access)
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback").lower()
    if behaviour not in BEHAVIOURS:
        raise Problem("ValidationException", "GS1-Capture-Error-Behaviour: rollback or proceed")
    with body_of(request, LARGEST) as file:
        head = file.read(AT_ONCE)
        if behaviour == "rollback" and not file.read(1):
            faults = validate(head)
            if faults:
                told = [{"path": f.path, "reason": f.reason} for f in faults[:100]]
                raise Problem("ValidationException", str(faults[0]), errors=told)
        kind = "application/xml" if head.lstrip()[:1] == b"<" else "application/json"
        job = receive(file, kind, behaviour, access=who)
    answer = HttpResponse(status=202)
    answer["Location"] = f"{request.build_absolute_uri('/epcis/capture/')}{job.pk}"
    answer["GS1-Capture-Error-Behaviour"] = behaviour
    return answer


def jobs(request: HttpRequest, access: Access | None) -> HttpResponse:
    """GET /capture: the token's jobs, the newest first."""
    who = capturing(access)
    pages = Pages(request, who)
    before = pages.after
    rows = Job.objects.filter(access=who).order_by("-created_at", "-pk")
    if before:
        rows = rows.filter(created_at__lt=before)
    found = list(rows[: pages.size])
    more = found[-1].created_at.isoformat() if len(found) == pages.size else None
    return pages.linked(json_answer([_job(job) for job in found]), more)


def job(_request: HttpRequest, access: Access | None, pk: str) -> HttpResponse:
    """GET /capture/{id}."""
    who = capturing(access)
    try:
        found = Job.objects.filter(pk=uuid.UUID(pk), access=who).first()
    except ValueError:
        found = None
    if found is None:
        raise Problem("NoSuchResourceException", "no such job")
    return json_answer(_job(found))


def _job(found: Job) -> dict[str, Any]:
    return {
        "captureID": str(found.pk),
        "createdAt": timezone.localtime(found.created_at).isoformat(),
        "finishedAt": timezone.localtime(found.finished_at).isoformat()
        if found.finished_at
        else None,
        "running": found.finished_at is None,
        "success": found.success,
        "captureErrorBehaviour": found.behaviour,
        "errors": found.errors,
    }


def one(request: HttpRequest, access: Access | None) -> HttpResponse:
    """POST /events: one event at once, 201 with its address."""
    who = capturing(access)
    with body_of(request, AT_ONCE) as file:
        content = file.read()
    try:
        faults, written, event_id = capture_one(content, access=who)
    except Conflict as conflict:
        raise Problem("ResourceAlreadyExistsException", conflict.id) from None
    if faults or written is None:
        told = [{"path": f.path, "reason": f.reason} for f in faults[:100]]
        raise Problem("ValidationException", str(faults[0]), errors=told)
    if not written.new:
        raise Problem("ResourceAlreadyExistsException", event_id)
    answer = json_answer(msgspec.json.decode(content) | {"eventID": event_id}, 201)
    answer["Location"] = request.build_absolute_uri("/epcis/events/") + quoted(event_id)
    return answer


def quoted(text: str) -> str:
    """For one step of an address."""
    return quote(text, safe="")
