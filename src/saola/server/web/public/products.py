"""The page of one product: what it is, its class, who makes it, where to buy it; its prints."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from saola.server.files.store import open_file
from saola.server.market.models import Channel, Offer
from saola.server.papers.typeset import qr_svg, typeset
from saola.server.places.office import office_of
from saola.server.products.models import Product, Story
from saola.server.recognition.labels import in_words
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import with_status
from saola.server.traceability.models import Lot
from saola.server.web.common.papers import file_response

LOTS = 5  # the newest that are named
LONGEST = 900  # letters of a description that a leaflet has room for
STANDING = ("in_force", "expiring", "extended")


def published(pk: int) -> Product:
    """A product of which something is published; any other is not found."""
    rows = Product.objects.filter(recognitions__newest=True)
    return get_object_or_404(rows.select_related("producer", "place"), pk=pk)


def recognised(found: Product, today: date) -> list[Any]:
    """Its published recognitions with their state in words, newest first."""
    rows = list(
        with_status(today)
        .filter(product=found, published_on__isnull=False)
        .select_related("certificate", "decision")
        .order_by("-year", "-pk")
    )
    for row in rows:
        row.words = in_words(row.status, row.expires_on, today, revoked_on=row.revoked_on)
    return rows


def address(found: Product) -> str:
    """Of its page, whole."""
    return f"{settings.BASE_URL}{reverse('public:product', args=[found.pk])}"


@login_not_required
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product with its recognitions. Only what is published."""
    found = published(pk)
    rows = recognised(found, timezone.localdate())
    offer = Offer.objects.filter(product=found).first()
    producer = found.producer
    lots = Lot.objects.filter(item__product=found, state=Lot.State.FREE).select_related("item")
    context = {
        "product": found,
        "rows": rows,
        "offer": offer,
        "channels": Channel.objects.filter(product=found, ended_at=None, fault=""),
        "phone": producer.phone if producer and offer and offer.show_contact else "",
        "lots": lots[:LOTS],
        "address": address(found),
        "picture": f"{settings.BASE_URL}{reverse('public:photo', args=[pk, 'san-pham'])}"
        if found.photo_id
        else "",
        "producer_photo": bool(
            producer and producer.photo_id and producer.kind != producer.Kind.HOUSEHOLD
        ),
        "data": _as_data(found, rows[0], offer),
        "stories": found.stories.all(),
        "told_first": get_language() or "vi",
        "illustrative": found.illustrative,
    }
    return render(request, "public/product.html", context)


def _as_data(found: Product, newest: Any, offer: Offer | None) -> str:
    """schema.org for machines; no "<" stands in it, so that no text can end its place."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": found.name,
        "url": address(found),
        "description": found.description[:LONGEST] or found.name,
        "productID": found.code or str(found.pk),
        "countryOfOrigin": "VN",
    }
    if found.photo_id:
        told["image"] = f"{settings.BASE_URL}{reverse('public:photo', args=[found.pk, 'san-pham'])}"
    if found.producer:
        told["manufacturer"] = {"@type": "Organization", "name": found.producer.public_name}
    if newest.stars and newest.status in STANDING:
        told["award"] = f"OCOP {newest.stars} sao"
    if offer and offer.price_from is not None:
        told["offers"] = {
            "@type": "AggregateOffer",
            "priceCurrency": "VND",
            "lowPrice": str(offer.price_from),
            "highPrice": str(offer.price_to or offer.price_from),
        }
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


@login_not_required
def story(request: HttpRequest, pk: int) -> FileResponse:
    """The recording of a story of a published product."""
    rows = Story.objects.filter(product__recognitions__newest=True).select_related("audio")
    found = get_object_or_404(rows, pk=pk)
    if found.audio is None:
        raise Http404
    return file_response(found.audio)


PRINTS = {"to-roi": "leaflet", "ap-phich": "poster"}


@login_not_required
def printed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """A leaflet of one page, or a poster, with the code that leads to the page."""
    if what not in PRINTS:
        raise Http404
    found = published(pk)
    pictures = {}
    if found.photo:
        with open_file(found.photo) as file:
            pictures["photo"] = file.read()
    asked = request.GET.get("tieng", "")
    with override(asked if asked in dict(settings.LANGUAGES) else "vi"):
        newest = recognised(found, timezone.localdate())[0]
        content = typeset(
            PRINTS[what],
            _on_paper(found, newest) | {"words": _words()},
            drawings={"qr": qr_svg(address(found))},
            pictures=pictures,
        )
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{what}-{pk}.pdf"'},
    )


def _words() -> dict[str, str]:
    """What stands on the paper beside the product's own facts, in the language asked for."""
    return {
        "producer": _("Chủ thể"),
        "place": _("Nơi làm ra"),
        "packs": _("Quy cách"),
        "phone": _("Điện thoại"),
        "where": _("Mua ở"),
        "stars": _("sao"),
        "scan": _("Quét mã để xem hạng, hiệu lực và nơi mua"),
    }


def _on_paper(found: Product, newest: Recognition) -> dict[str, Any]:
    producer, offer = found.producer, Offer.objects.filter(product=found).first()
    status = getattr(newest, "status", "")
    told = found.stories.filter(language=get_language()).exclude(text="").first()
    return {
        "title": found.name,
        "stars": (newest.stars or 0) if status in STANDING else 0,
        "standing": getattr(newest, "words", ""),
        "producer": producer.public_name if producer else "",
        "place": found.place.name if found.place else "",
        "description": (told.text if told else found.description)[:LONGEST],
        "packs": offer.packs if offer else found.packing,
        "phone": producer.phone if producer and offer and offer.show_contact else "",
        "where": [
            channel.name
            for channel in Channel.objects.filter(product=found, ended_at=None, fault="")[:4]
        ],
        "address": address(found),
        "programme": f"OCOP {office_of(found.place).name}",
        "illustrative": found.illustrative,
    }
