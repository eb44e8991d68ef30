"""Files sent in parts (tus 1.0.0, core and creation), so that a lost network costs nothing."""

import base64
import binascii
from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.files.models import Upload
from saola.server.files.uploads import WrongOffset, append, begin, offset_of
from saola.server.web.common.forms import whole_number
from saola.server.web.common.rights import needs, person

VERSION = "1.0.0"
CHUNK = 64 * 1024


def _answer(status: int, reason: str = "", **headers: str) -> HttpResponse:
    """An answer of the protocol; the reason is for people."""
    response = HttpResponse(reason, status=status, content_type="text/plain; charset=utf-8")
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _told(request: HttpRequest) -> dict[str, str]:
    """Upload-Metadata: "key base64,key base64"."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return found


@needs(Permission.DOSSIER_EDIT)
@require_http_methods(["POST", "OPTIONS"])
def create(request: HttpRequest) -> HttpResponse:
    """Announce an upload by its length, name and the client's own id."""
    if request.method == "OPTIONS":
        return _answer(204, Tus_Version=VERSION, Tus_Extension="creation")
    told = _told(request)
    try:
        pk = UUID(told.get("id", ""))
        length = whole_number(request.headers.get("Upload-Length", ""))
        made = begin(pk, person(request).username, told.get("filename", "tep"), length)
    except ValueError:
        return _answer(400, "Thiếu mã lần tải.")
    except Refused as refused:
        return _answer(409, refused.reason)
    return _answer(201, Location=reverse("portal:upload", args=[made.pk]))


@needs(Permission.DOSSIER_EDIT)
@require_http_methods(["HEAD", "PATCH"])
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the upload stands, or its next part."""
    found = Upload.objects.filter(pk=pk, owner=person(request).username).first()
    if found is None:
        raise Http404
    if request.method == "HEAD":
        return _answer(200, Upload_Offset=str(offset_of(found)), Upload_Length=str(found.length))
    if request.content_type != "application/offset+octet-stream":
        return _answer(415)
    at = whole_number(request.headers.get("Upload-Offset", ""))
    try:
        now = append(found, at, _parts(request))
    except WrongOffset as wrong:
        return _answer(409, wrong.reason, Upload_Offset=str(wrong.at))
    except BlockingIOError:
        return _answer(423, "Tệp này đang được gửi từ nơi khác.")
    except Refused as refused:
        return _answer(413, refused.reason)
    return _answer(204, Upload_Offset=str(now))


def _parts(request: HttpRequest) -> Iterator[bytes]:
    """The body as it arrives; a cut ends it, and what came is kept."""
    while True:
        try:
            part = request.read(CHUNK)
        except (UnreadablePostError, OSError):
            return
        if not part:
            return
        yield part
