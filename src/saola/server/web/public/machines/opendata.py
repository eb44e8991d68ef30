"""The register for machines: JSON in pieces, files, the catalogue, sitemap and feed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any
from xml.sax.xmlreader import AttributesImpl

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

from saola.server.outreach.models import Post
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import Filters, register
from saola.server.recognition.register.exports import REGISTER, register_rows
from saola.server.web.common.figures.tables import table_response
from saola.server.web.public.machines.shapes import PARAMETERS, Head, as_open, openapi, whole
from saola.server.web.public.machines.versions import LICENCE, versioned
from saola.server.web.public.products import address, published
from saola.server.web.public.register import found

ROWS = 500  # in one piece
NEWEST = 30  # in the feed


@versioned
def products(request: HttpRequest) -> HttpResponseBase:
    """The register, all of it or as filtered, streamed."""
    return StreamingHttpResponse(_pieces(request), content_type="application/json")


@versioned
def register_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same rows, all of them, to count with."""
    today = timezone.localdate()
    rows = register_rows(found(request, today)[1], today)
    return table_response(f"so-dang-ky-ocop-{today}", kind, "Sổ đăng ký", REGISTER, rows)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """One document, row by row, so that its size does not matter."""
    _, rows = found(request, timezone.localdate())
    head = Head(timezone.localdate())
    yield msgspec.json.encode(head)[:-1] + b',"products":['
    piece: list[bytes] = []
    first = True
    for row in rows.select_related("product__producer", "product__place").iterator(ROWS):
        piece.append((b"" if first else b",") + msgspec.json.encode(as_open(row)))
        first = False
        if len(piece) == ROWS:
            yield b"".join(piece)
            piece = []
    yield b"".join(piece) + b"]}"


@versioned
def one_product(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One product with all its published recognitions."""
    product = published(pk)
    return HttpResponse(
        msgspec.json.encode(whole(product, timezone.localdate())), content_type="application/json"
    )


@versioned
def description(request: HttpRequest) -> HttpResponseBase:
    """OpenAPI."""
    return HttpResponse(msgspec.json.encode(openapi()), content_type="application/json")


FORMS = (
    ("JSON", "public:open-products", (), "application/json"),
    ("CSV", "public:register-file", ("csv",), "text/csv"),
    (
        "XLSX",
        "public:register-file",
        ("xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("GeoJSON", "public:map-data", (), "application/geo+json"),
)


def _forms() -> list[dict[str, str]]:
    return [
        {"name": name, "url": f"{settings.BASE_URL}{reverse(view, args=args)}", "media": media}
        for name, view, args, media in FORMS
    ]


@versioned
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """DCAT: what data there is, in which forms, under which licence."""
    told = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Catalog",
        "dct:title": f"OCOP {settings.OCOP['province_name']}",
        "dcat:dataset": [
            {
                "@type": "dcat:Dataset",
                "@id": f"{settings.BASE_URL}{reverse('public:open-data')}",
                "dct:title": "Sổ đăng ký sản phẩm OCOP",
                "dct:license": {"@id": LICENCE},
                "dct:modified": str(timezone.localdate()),
                "dct:language": "vi",
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dct:title": form["name"],
                        "dcat:downloadURL": {"@id": form["url"]},
                        "dcat:mediaType": form["media"],
                        "dct:license": {"@id": LICENCE},
                    }
                    for form in _forms()
                ],
            }
        ],
    }
    return HttpResponse(msgspec.json.encode(told), content_type="application/ld+json")


@login_not_required
def overview(request: HttpRequest) -> HttpResponse:
    """The page for people: forms to load, questions to try."""
    context = {
        "forms": _forms(),
        "parameters": PARAMETERS,
        "licence": LICENCE,
        "today": timezone.localdate(),
    }
    return render(request, "public/open_data.html", context)


@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read, and where the addresses stand."""
    lines = ("User-agent: *", "Disallow: /can-bo/", "Disallow: /chu-the/", "Disallow: /hoi-dong/")
    text = "\n".join((*lines, f"Sitemap: {settings.BASE_URL}{reverse('public:sitemap')}", ""))
    return HttpResponse(text, content_type="text/plain")


PAGES = (
    "home", "register", "map", "demands", "posts", "questions", "misuse", "open-data", "criteria",
)  # fmt: skip


@login_not_required
def sitemap(request: HttpRequest) -> HttpResponse:
    """Addresses for search engines."""
    answer = HttpResponse(content_type="application/xml")
    xml = SimplerXMLGenerator(answer, "utf-8")
    xml.startDocument()
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    xml.startElement("urlset", AttributesImpl({"xmlns": space}))
    pages = [reverse(f"public:{name}") for name in PAGES]
    rows = Recognition.objects.filter(
        newest=True, product__illustrative=False, product__name_known=True
    )
    pages += [f"/san-pham/{pk}/" for pk in rows.values_list("product", flat=True)]
    posts = Post.objects.filter(published_at__lte=timezone.now())
    pages += [f"/tin/{pk}/" for pk in posts.values_list("pk", flat=True)]
    for page in pages:
        xml.startElement("url", AttributesImpl({}))
        xml.addQuickElement("loc", f"{settings.BASE_URL}{page}")
        xml.endElement("url")
    xml.endElement("urlset")
    return answer


class _Newest(Feed[Any, Any]):
    """Products as they are recognised."""

    feed_type = Rss201rev2Feed
    title = "Sản phẩm OCOP mới công nhận"
    description = "Sản phẩm vừa vào sổ đăng ký"

    def link(self) -> str:
        """Of the register."""
        return reverse("public:register")

    def items(self) -> Any:
        """The newest."""
        rows = register(Filters(), timezone.localdate()).exclude(recognised_on=None)
        return rows.order_by("-recognised_on", "-pk")[:NEWEST]

    def item_title(self, item: Any) -> str:
        """Name and class."""
        return f"{item.product.name} – {item.stars or '?'} sao"

    def item_description(self, item: Any) -> str:
        """Who makes it, where."""
        names = (item.product.producer, item.product.place)
        return ", ".join(str(name) for name in names if name)

    def item_link(self, item: Any) -> str:
        """Of its page."""
        return address(item.product)

    def item_pubdate(self, item: Any) -> datetime:
        """The day of its recognition."""
        return datetime.combine(item.recognised_on, time(), UTC)


feed = login_not_required(_Newest())
