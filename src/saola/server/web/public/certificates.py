"""What the QR on a certificate or a label opens: in force or not, of what, by whom; for people on
any phone (no script, no storage, no cookie) and, signed, for machines."""

import hashlib
import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from saola.server.files.models import StoredFile
from saola.server.files.store import open_file
from saola.server.papers.signatures import signed_copy
from saola.server.papers.statements import public_keys, signed
from saola.server.places.office import office_of
from saola.server.products.models import Product
from saola.server.recognition.labels import STATUS, TONES, in_words, may_use_mark
from saola.server.recognition.models import Certificate, Recognition
from saola.server.recognition.queries import with_status
from saola.server.web.common.papers import signed_response

LANGUAGES = ("vi", "en")
ENDED = ("expired", "revoked", "withdrawn")


def _published(token: uuid.UUID) -> Certificate:
    rows = Certificate.objects.select_related(
        "recognition__product__producer__photo",
        "recognition__product__place",
        "recognition__product__photo",
        "recognition__decision",
        "file",
    )
    return get_object_or_404(rows, token=token, recognition__published_on__isnull=False)


def _status(paper: Certificate, on: date) -> str:
    row: Any = with_status(on).get(pk=paper.recognition_id)
    return str(row.status)


def _later(paper: Certificate) -> Certificate | None:
    """The certificate that stands in the place of this one."""
    newest = (
        Recognition.objects.filter(
            product=paper.recognition.product_id,
            published_on__isnull=False,
            certificate__isnull=False,
            withdrawn_on=None,
        )
        .order_by(F("recognised_on").desc(nulls_last=True), "-pk")
        .select_related("certificate")
        .first()
    )
    return newest.certificate if newest and newest.pk != paper.recognition_id else None


@login_not_required
def certificate(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """The page of one certificate. Kept by browsers and proxies, and asked again each time: what
    was revoked a moment ago is told at once."""
    today = timezone.localdate()
    paper = _published(token)
    language = request.GET.get("nn", "")
    language = language if language in LANGUAGES else "vi"
    status = _status(paper, today)
    with override(language):
        body = render_to_string("public/certificate.html", _context(paper, status, today, language))
    mark = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == mark:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body)
    response["ETag"], response["Cache-Control"] = mark, "public, no-cache"
    response["Content-Language"] = language
    return response


def _context(paper: Certificate, status: str, today: date, language: str) -> dict[str, Any]:
    recognition = paper.recognition
    product = recognition.product
    producer = product.producer
    household = producer is not None and producer.kind == producer.Kind.HOUSEHOLD
    copy = None if household else signed_copy(paper.file)
    later = _later(paper) if status in ("replaced", "upgraded") else None
    tone, words = (
        TONES[status],
        in_words(status, recognition.expires_on, today, revoked_on=recognition.revoked_on),
    )
    if later is not None and (now := _status(later, today)) in ENDED:
        # the paper in its place does not stand either: that is what a buyer must hear first
        tone = TONES[now]
        words = gettext("Giấy này đã được thay; giấy mới: %(state)s") % {"state": STATUS[now]}
    return {
        "certificate": paper,
        "recognition": recognition,
        "product": product,
        "producer_photo": producer.photo if producer and not household else None,
        "status": status,
        "tone": tone,
        "words": words,
        "later": later,
        "mark": may_use_mark(status, recognition.stars),
        "signers": [report["common_name"] for report in copy.reports] if copy else [],
        "printed": paper.file is not None and not household,
        "today": today,
        "language": language,
        "PROVINCE": office_of(product.place).name,
        "illustrative": product.illustrative,
    }


@login_not_required
def certificate_json(request: HttpRequest, token: uuid.UUID) -> JsonResponse:
    """The same for machines; `jws` is the same statement signed by the register."""
    today = timezone.localdate()
    paper = _published(token)
    recognition, status = paper.recognition, _status(paper, today)
    product, decision = recognition.product, recognition.decision
    statement = {
        "iss": settings.BASE_URL,
        "iat": int(timezone.now().timestamp()),
        "as_of": today.isoformat(),
        "address": settings.BASE_URL + reverse("public:certificate", args=[token]),
        "certificate": paper.number,
        "product": product.name,
        "code": product.code,
        "producer": product.producer.public_name if product.producer else "",
        "place": product.place.name_today if product.place else "",
        "stars": recognition.stars,
        "status": status,
        "status_text": str(STATUS[status]),
        "issued_on": paper.issued_on.isoformat(),
        "valid_until": paper.expires_on.isoformat(),
        "revoked_on": recognition.revoked_on.isoformat() if recognition.revoked_on else None,
        "may_use_mark": may_use_mark(status, recognition.stars),
        "decision": decision.number if decision else "",
        "authority": decision.authority if decision else "",
        "illustrative": product.illustrative,
    }
    return JsonResponse({"statement": statement, "jws": signed(statement)})


@login_not_required
def keys(request: HttpRequest) -> JsonResponse:
    """The public key of the register's statements."""
    return JsonResponse(public_keys())


@login_not_required
def certificate_file(request: HttpRequest, token: uuid.UUID) -> FileResponse:
    """The certificate as printed, signed where it has been."""
    paper = _published(token)
    producer = paper.recognition.product.producer
    # a household's paper bears a person's name: it is for the offices and the household
    if paper.file is None or (producer and producer.kind == producer.Kind.HOUSEHOLD):
        raise Http404
    return signed_response(paper.file)


@login_not_required
def photo(request: HttpRequest, pk: int, of: str) -> HttpResponse:
    """The picture of a published product or of its producer, at most 40 kB."""
    shown = Recognition.objects.filter(published_on__isnull=False).values("product")
    rows = Product.objects.filter(pk__in=shown).select_related("photo", "producer__photo")
    product = get_object_or_404(rows, pk=pk)
    producer = product.producer
    stored: StoredFile | None = product.photo
    if of == "chu-the":
        hidden = producer is None or producer.kind == producer.Kind.HOUSEHOLD
        stored = None if hidden or producer is None else producer.photo
    if stored is None:
        raise Http404
    mark = f'"{stored.sha256[:20]}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == mark:
        response = HttpResponse(status=304)
    else:
        with open_file(stored) as file:
            response = HttpResponse(file.read(), content_type=stored.kind)
    response["ETag"], response["Cache-Control"] = mark, "public, max-age=3600"
    return response
