"""The register for everybody: search, filters, map, product pages, open data."""

import io
import json
import wave
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.market.models import Export, Offer
from saola.server.places import shapes as outlines
from saola.server.places.models import Place, Shape, Succession
from saola.server.places.shapes import load_shapes
from saola.server.products.models import Product, Story
from saola.server.products.search import refill
from saola.server.recognition.models import Recognition
from saola.server.recognition.queries import Filters, by_place, listed, register
from saola.server.recognition.register.shelf import meant
from saola.server.web.public.machines.opendata import PAGES
from saola.vietnamese.folding import fold
from saola.vietnamese.slips import untelex
from saola.vietnamese.sorting import sort_text, word_key
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)


def recognised(product: Product | None = None, **facts: Any) -> Product:
    product = product or ProductFactory()
    facts = {"stars": 4, "year": 2025, "recognised_on": date(2025, 3, 1), **facts}
    facts.setdefault("expires_on", date(2028, 3, 1))
    facts.setdefault("published_on", date(2025, 3, 2))
    Recognition.objects.create(product=product, **facts)
    return product


def browser(user: User) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(pk=user.pk), backend="saola.server.accounts.backends.Accounts"
    )
    return client


def names(text: str = "", **more: Any) -> list[str]:
    rows = register(Filters(), TODAY).in_bulk()
    return [rows[pk].product.name for pk in listed(Filters(text=text, **more), TODAY)]


class TestSearch:
    def test_marks_may_be_left_out_and_d_is_d(self) -> None:
        for name in ("Đường phên", "Chè Shan tuyết", "Dưa mèo"):
            recognised(ProductFactory(name=name))
        assert names("duong phen") == ["Đường phên"]
        assert names("che shan tuyet") == ["Chè Shan tuyết"]
        assert names("ĐƯỜNG") == ["Đường phên"]
        assert names("shan chè") == ["Chè Shan tuyết"]
        assert names("dua") == ["Dưa mèo"]

    def test_what_stands_as_typed_comes_first(self) -> None:
        for name in ("Bánh dày", "Banh day kho", "Bánh đáy"):
            recognised(ProductFactory(name=name))
        assert names("bánh đáy")[0] == "Bánh đáy"
        assert len(names("bánh đáy")) == 3

    def test_telex_that_nobody_composed(self) -> None:
        recognised(ProductFactory(name="Chè Shan tuyết"))
        assert meant("chef shan tuyeets") == "che shan tuyet"
        assert meant("chè shan") == "chè shan"

    def test_the_vietnamese_order(self) -> None:
        for name in ("Ổi", "Ăn vặt", "An thần", "Đào", "Dứa", "Xoài", "Ớt"):
            recognised(ProductFactory(name=name))
        assert names() == ["An thần", "Ăn vặt", "Dứa", "Đào", "Ổi", "Ớt", "Xoài"]

    def test_old_names_find_new_communes(self) -> None:
        new = PlaceFactory(code="09999", name="Xã Mới")
        old = PlaceFactory(code="09998", name="Xã Háng Đồng", valid_to=date(2025, 6, 30))
        Succession.objects.create(old=old, new=new, on_day=date(2025, 7, 1), confidence="high")
        product = recognised(ProductFactory(name="Sơn tra", producer__place=new))
        assert names("hang dong") == ["Sơn tra"]
        producer = product.producer
        assert producer is not None
        producer.name = "HTX Đổi Tên"
        producer.save()
        assert names("doi ten") == []
        assert refill(Product.objects.all()) == 1
        assert names("doi ten") == ["Sơn tra"]
        assert refill(Product.objects.all()) == 0

    def test_a_household_is_not_found_by_its_name(self) -> None:
        producer = ProducerFactory(name="Lò Thị Thử", kind="household")
        recognised(ProductFactory(producer=producer, name="Mắc khén"))
        assert names("lo thi thu") == []
        assert names("ho kinh doanh") == ["Mắc khén"]

    def test_signs_of_the_database_mean_themselves(self) -> None:
        recognised(ProductFactory(name="Mật ong 100% rừng"))
        recognised(ProductFactory(name="Mật mía"))
        assert names("%") == ["Mật ong 100% rừng"]
        assert names("_") == []
        assert names("\\") == []
        assert names("x" * 5000) == []

    def test_filters(self) -> None:
        tea = recognised(ProductFactory(name="Chè", group_number=11), stars=5)
        honey = ProductFactory(name="Mật hoa rừng", group_number=4, producer__kind="enterprise")
        recognised(honey, stars=3, expires_on=date(2026, 1, 1))
        assert names(stars="5") == ["Chè"]
        assert names(group="4") == ["Mật hoa rừng"]
        assert names(kind="enterprise") == ["Mật hoa rừng"]
        assert names(status="expired") == ["Mật hoa rừng"]
        assert names(traceable=True) == []
        Export.objects.create(
            product=tea, on=TODAY, country="JP", hs_code="0902", quantity_kg=1, value_usd=1
        )
        page = Client().get("/so-dang-ky/?xuat-khau=1").content.decode()
        assert "Chè" in page
        assert "Mật hoa rừng" not in page

    def test_results_alone_for_a_page_that_asks(self) -> None:
        recognised(ProductFactory(name="Chè Tà Xùa"))
        whole = Client().get("/so-dang-ky/?tim=che")
        part = Client().get("/so-dang-ky/?tim=che", headers={"X-Part": "1"})
        assert b"<html" in whole.content
        assert b"<html" not in part.content
        assert "Chè Tà Xùa" in part.content.decode()
        assert "X-Part" in part["Vary"]

    def test_a_page_asks_a_fixed_number_of_questions(self, django_assert_num_queries: Any) -> None:
        def asked(count: int) -> None:
            with django_assert_num_queries(count):
                Client().get("/so-dang-ky/?tim=che")

        recognised(ProductFactory(name="Chè một"))
        asked(5)
        for n in range(3):
            recognised(ProductFactory(name=f"Chè {n}"))
        asked(5)


@given(st.text(alphabet="aăâbcdđeêghioôơuưyÀẢÃÁẠ ỂẾ", max_size=30), st.text(max_size=30))
def test_the_text_orders_as_the_key_does(one: str, other: str) -> None:
    mine, yours = word_key(one), word_key(other)
    if all(letter < 255 for letter in (*mine[0], *yours[0])):
        assert (sort_text(one) < sort_text(other)) == (mine < yours)


@pytest.mark.parametrize(
    ("typed", "meant_by"),
    [
        ("dduwowngf pheen", "duong phen"),
        ("nwowcs", "nuoc"),
        ("mawjc khens", "mac khen"),
        ("ruowuj", "ruou"),
        ("xoai", "xoai"),
        ("mật ong", "mat ong"),
    ],
)
def test_telex_keys(typed: str, meant_by: str) -> None:
    assert untelex(typed) == meant_by


def test_the_newest_stands_for_its_product() -> None:
    product = recognised(stars=3, year=2021, recognised_on=date(2021, 1, 1), expires_on=None)
    assert register(Filters(), TODAY).get().stars == 3
    recognised(product, stars=4)
    assert register(Filters(), TODAY).get().stars == 4
    late = Recognition.objects.create(product=product, stars=5, year=2026)  # not published
    assert register(Filters(), TODAY).get().stars == 4
    late.published_on = TODAY
    late.save()
    assert register(Filters(), TODAY).get().stars == 5
    assert Recognition.objects.filter(newest=True).count() == 1


SQUARE = [[104.0, 21.0], [104.1, 21.0], [104.1, 21.1], [104.0, 21.0]]


def shapes(*rings: Any, code: str = "03868") -> bytes:
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


class TestMap:
    def test_outlines_with_counts(self) -> None:
        recognised()
        assert load_shapes(shapes(SQUARE), "nguồn thử") == 1
        answer = Client().get("/ban-do.geojson")
        told = answer.json()["features"][0]
        assert told["properties"] == {
            "code": "03868", "name": "Xã Tà Xùa", "products": 1, "best": 4,
        }  # fmt: skip
        again = Client().get("/ban-do.geojson", headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
        page = Client().get("/ban-do/").content.decode()
        assert "nguồn thử" in page
        assert "1 sản phẩm" in page

    def test_products_of_ended_places_count_for_those_that_followed(self) -> None:
        new = PlaceFactory(code="09999", name="Xã Mới")
        old = PlaceFactory(code="09998", name="Xã Cũ", valid_to=date(2025, 6, 30))
        Succession.objects.create(old=old, new=new, on_day=date(2025, 7, 1), confidence="high")
        recognised(ProductFactory(producer__place=old), stars=3)
        recognised(ProductFactory(producer__place=new), stars=5)
        found = by_place(register(Filters(), TODAY))
        assert found == {"09999": {"products": 2, "best": 5}}

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"[]", b"{}", b'{"features": 3}', b"[" * 100_000,
            b'{"features": [{"properties": {"code": "03868"}, "geometry": null}]}',
            shapes([]), shapes(SQUARE[:-1]), shapes([[104.0, 21.0]] * 4),
            shapes([[21.0, 104.0], [21.0, 104.1], [21.1, 104.1], [21.0, 104.0]]),
            shapes([["a", "b"]] * 4), shapes([[float("nan"), 21.0]] * 4),
            shapes([[104.0, 21.0 + n % 2 / 10] for n in range(30_001)]), shapes([[10**400, 21]] * 4),
            shapes([[104.0, 21.0], [104.1, 21.1], [104.1, 21.0], [104.0, 21.1], [104.0, 21.0]]),
        ],
    )  # fmt: skip
    def test_wrong_geometry_is_refused_whole(self, content: bytes) -> None:
        PlaceFactory()
        with pytest.raises(Refused):
            load_shapes(content, "nguồn thử")
        assert Shape.objects.count() == 0

    def test_fine_borders_are_made_simple_together(self, monkeypatch: Any) -> None:
        steps = 1500
        up = [[round(105 + n % 2 / 1000, 4), round(21 + n / steps, 4)] for n in range(steps + 1)]
        west = [*up, [104.0, 22.0], [104.0, 21.0], up[0]]
        east = [*up, [106.0, 22.0], [106.0, 21.0], up[0]]
        features = []
        for code, ring in (("03868", west), ("03871", east)):
            PlaceFactory(code=code, name=f"Xã {code}")
            told = json.loads(shapes(ring, code=code))
            features += told["features"]
        whole = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        monkeypatch.setattr(outlines, "MOST_TOGETHER", 2000)
        assert load_shapes(whole, "nguồn thử") == 2
        rings = [shape.geometry["coordinates"][0][0] for shape in Shape.objects.all()]
        assert sum(map(len, rings)) <= 2000
        border = [
            {tuple(p) for p in ring if 104.5 < p[0] < 105.5} for ring in rings
        ]  # fmt: skip
        assert border[0] == border[1]  # neighbours keep the border that they share

    def test_places_of_others_are_left_out(self, tmp_path: Any) -> None:
        PlaceFactory()
        file = tmp_path / "ban-do.geojson"
        file.write_bytes(shapes(SQUARE, code="99999"))
        call_command("shapes", str(file), "nguồn thử")
        assert Shape.objects.count() == 0
        assert Place.objects.count() == 1


class TestProductPage:
    def test_what_a_buyer_sees(self) -> None:
        product = recognised(ProductFactory(name="Chè </script> <b>", description="Hái <i>sớm"))
        Offer.objects.create(product=product, price_from=250000, packs="hộp 100 g")
        page = Client().get(f"/san-pham/{product.pk}/").content.decode()
        data = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
        told = json.loads(data)
        assert told["name"] == "Chè </script> <b>"
        assert told["offers"]["lowPrice"] == "250000"
        assert told["award"] == "OCOP 4 sao"
        assert 'property="og:title"' in page
        assert "<i>sớm" not in page

    def test_the_phone_only_by_consent(self) -> None:
        product = recognised()
        assert product.producer is not None
        product.producer.phone = "0212 000 111"
        product.producer.save()
        offer = Offer.objects.create(product=product)
        assert "0212 000 111" not in Client().get(f"/san-pham/{product.pk}/").content.decode()
        offer.show_contact = True
        offer.save()
        assert "0212 000 111" in Client().get(f"/san-pham/{product.pk}/").content.decode()

    def test_an_unpublished_product_is_not_found(self) -> None:
        product = ProductFactory()
        Recognition.objects.create(product=product, stars=4, year=2026)
        for path in ("", "hoi-mua/", "phan-anh/", "to-roi.pdf", "ap-phich.pdf"):
            assert Client().get(f"/san-pham/{product.pk}/{path}").status_code == 404, path
        assert Client().get(f"/du-lieu-mo/v1/san-pham/{product.pk}").status_code == 404

    def test_a_shared_link_has_name_words_and_picture(self) -> None:
        product = recognised(ProductFactory(name="Chè Shan"))
        page = Client().get(f"/san-pham/{product.pk}/").content.decode()
        assert '<meta property="og:title" content="Chè Shan">' in page
        assert page.count('property="og:image"') == page.count('property="og:description"') == 1
        for path in ("/", "/so-dang-ky/", "/ban-do/", "/nhu-cau/", "/tin/", "/hoi-dap/"):
            other = Client().get(path).content.decode()
            assert other.count('saola/share.png"') == 1, path

    def test_a_leaflet_in_english(self) -> None:
        product = recognised(ProductFactory(name="Chè Shan", description="Chè của bản"))
        product.stories.create(language="en", text="Tea of the village")
        answer = Client().get(f"/san-pham/{product.pk}/to-roi.pdf?tieng=en")
        words = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0].get_textpage().get_text_range()
        assert "Tea of the village" in words
        assert "Producer" in words
        assert "Chủ thể" not in words
        other = Client().get(f"/san-pham/{product.pk}/to-roi.pdf?tieng=../../x")
        words = pypdfium2.PdfDocument(io.BytesIO(other.content))[0].get_textpage().get_text_range()
        assert "Chủ thể" in words

    @pytest.mark.parametrize("what", ["to-roi", "ap-phich"])
    def test_leaflet_and_poster_lead_to_the_page(self, what: str, settings: Any) -> None:
        settings.BASE_URL = "https://ocop.thu.vn"
        product = recognised(
            ProductFactory(name="Chè Shan tuyết cổ thụ Tà Xùa", description="C" * 900)
        )
        answer = Client().get(f"/san-pham/{product.pk}/{what}.pdf")
        assert answer["Content-Type"] == "application/pdf"
        leaves = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        assert len(leaves) == 1
        picture = leaves[0].render(scale=2).to_pil().convert("L")
        codes = [code.text for code in zxingcpp.read_barcodes(picture)]
        assert codes == [f"https://ocop.thu.vn/san-pham/{product.pk}/"]


class TestOpenData:
    def test_json_csv_and_catalogue(self) -> None:
        product = recognised(ProductFactory(name="Chè"))
        answer = Client().get("/du-lieu-mo/v1/san-pham?tim=che")
        told = json.loads(b"".join(answer))  # type: ignore[arg-type]
        assert [row["name"] for row in told["products"]] == ["Chè"]
        assert told["licence"]
        assert answer["Access-Control-Allow-Origin"] == "*"
        same = Client().get(
            "/du-lieu-mo/v1/san-pham?tim=che", headers={"If-None-Match": answer["ETag"]}
        )
        assert same.status_code == 304
        one = Client().get(f"/du-lieu-mo/v1/san-pham/{product.pk}").json()
        assert one["recognitions"][0]["stars"] == 4
        described = Client().get("/du-lieu-mo/openapi.json").json()
        assert set(described["paths"]) == {
            "/du-lieu-mo/v1/san-pham", "/du-lieu-mo/v1/san-pham/{id}",
        }  # fmt: skip
        for question, answer_ in (("", told), ("/{id}", one)):
            told_of = described["paths"][f"/du-lieu-mo/v1/san-pham{question}"]["get"]
            schema = told_of["responses"]["200"]["content"]["application/json"]["schema"]
            shapes = {"components": described["components"]}
            jsonschema.validate(answer_, {**schema, **shapes})
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**answer_, "date": 7}, {**schema, **shapes})
        listed = Client().get("/du-lieu-mo/dcat.jsonld").json()["dcat:dataset"][0]
        for form in listed["dcat:distribution"]:
            path = form["dcat:downloadURL"]["@id"].split("://", 1)[1].partition("/")[2]
            assert Client().get(f"/{path}").status_code == 200
        assert Client().get("/du-lieu-mo/").status_code == 200

    def test_an_empty_register_is_a_whole_document(self) -> None:
        answer = Client().get("/du-lieu-mo/v1/san-pham?tim=zzz")
        assert json.loads(b"".join(answer))["products"] == []  # type: ignore[arg-type]

    def test_sitemap_and_feed_are_xml(self) -> None:
        product = recognised(ProductFactory(name="Chè & <mật>"))
        recognised(ProductFactory(name="Minh họa", illustrative=True))
        pages = ET.fromstring(Client().get("/sitemap.xml").content)
        assert sum(f"/san-pham/{product.pk}/" in str(e.text) for e in pages.iter()) == 1
        assert len(pages) == 1 + len(PAGES)
        feed = ET.fromstring(Client().get("/moi.rss").content)
        assert any("Chè & <mật>" in str(title.text) for title in feed.iter("title"))

    def test_household_names_stay_out(self) -> None:
        producer = ProducerFactory(name="Lò Thị Thử", kind="household")
        product = recognised(ProductFactory(producer=producer))
        for path in (
            "/du-lieu-mo/v1/san-pham", f"/du-lieu-mo/v1/san-pham/{product.pk}", "/moi.rss",
            f"/san-pham/{product.pk}/", "/so-dang-ky/", "/so-dang-ky.csv",
        ):  # fmt: skip
            answer = Client().get(path)
            content = b"".join(answer) if answer.streaming else answer.content
            assert fold("Lò Thị Thử") not in fold(content.decode()), path


class TestStories:
    def test_read_and_heard_in_the_languages_of_the_people(
        self, settings: Any, tmp_path: Any
    ) -> None:
        settings.DATA = tmp_path
        product = recognised()
        user = UserFactory(role="producer", role__scope=f"producer:{product.producer_id}")
        client, page = browser(user), f"/chu-the/ban-hang/{product.pk}/cau-chuyen/"
        voice = SimpleUploadedFile("ke.wav", _wav())
        told = {"language": "thai", "text": "Mường Then <script>x</script>", "audio": voice}
        assert client.post(page, told).status_code == 302
        assert client.post(page, {"language": "vi", "text": " "}).status_code == 400
        wrong = SimpleUploadedFile("a.mp3", b"<html>")
        assert client.post(page, {"language": "en", "audio": wrong}).status_code == 400
        story = Story.objects.get()
        shown = Client().get(f"/san-pham/{product.pk}/").content.decode()
        assert "tiếng Thái" in shown
        assert "<script>x" not in shown
        assert Client().get(f"/cau-chuyen/{story.pk}/")["Content-Type"].startswith("audio/")
        assert client.post(page, {"language": "thai", "text": "Mới"}).status_code == 302
        story.refresh_from_db()
        assert (story.text, story.audio_id is not None) == ("Mới", True)
        other = UserFactory(role="producer", role__scope="producer:999")
        assert browser(other).get(page).status_code == 404
        Recognition.objects.update(newest=False)
        assert Client().get(f"/cau-chuyen/{story.pk}/").status_code == 404


def _wav() -> bytes:
    """A tenth of a second of nothing."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x00" * 800)
    return kept.getvalue()
