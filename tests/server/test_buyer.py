"""What a buyer sees behind the QR, on any phone, now and after the certificate has ended."""

import base64
import io
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from saola.lifecycle.machine import Refused
from saola.server.products.details import set_photo
from saola.server.recognition import actions as recognition
from saola.server.recognition.actions import Signed
from saola.server.recognition.models import Certificate, Recognition, status_of
from saola.server.recognition.queries import with_status
from tests.server.conftest import Office
from tests.server.test_recognition import decide, submitted

pytestmark = pytest.mark.django_db
ZALO = (
    "Mozilla/5.0 (Linux; Android 13; SM-A135F Build/TP1A.220624.014; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.230 Mobile Safari/537.36 "
    "Zalo android/12100707 ZaloTheme/light ZaloLanguage/vi"
)
LARGEST_PAGE, LARGEST_PHOTO = 50_000, 40_000


def today() -> Any:
    return timezone.localdate()


@pytest.fixture
def certificate(office: Office) -> Certificate:
    dossier = submitted(office, 80, 80, 80)
    decide(office, dossier)
    made = recognition.certify(dossier, today(), by=office["province_leader"])
    recognition.publish(dossier, by=office["province_leader"])
    return made


def page(certificate: Certificate, client: Client | None = None, **headers: str) -> Any:
    address = reverse("public:certificate", args=[certificate.token])
    return (client or Client()).get(address, headers=headers)


def test_the_first_words_say_whether_it_is_in_force(certificate: Certificate) -> None:
    answer = page(certificate, **{"user-agent": ZALO})

    body = answer.content.decode()
    main = body[body.index("<main>") :]
    assert main.index("Còn hiệu lực đến") < main.index(certificate.recognition.product.name)
    assert "Được dùng nhãn hiệu chứng nhận OCOP đến hết ngày" in body
    assert "<script" not in body
    assert not answer.cookies
    assert len(answer.content) < LARGEST_PAGE


def test_a_page_that_is_kept_is_asked_again(office: Office, certificate: Certificate) -> None:
    """Revoked while its page lies in a cache: the next look tells it."""
    first = page(certificate)
    mark = first["ETag"]
    again = page(certificate, **{"if-none-match": mark})
    signed = Signed("99/QĐ", today(), "Người ký", "Chủ tịch", "", "UBND tỉnh")
    office.remove(certificate.recognition, "không còn sản xuất", signed)

    after = page(certificate, **{"if-none-match": mark})

    assert first["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert after.status_code == 200
    assert "Đã bị thu hồi từ ngày" in after.content.decode()
    assert "Không được dùng nhãn hiệu" in after.content.decode()


def test_english_without_a_cookie(certificate: Certificate) -> None:
    address = reverse("public:certificate", args=[certificate.token])

    answer = Client().get(address, {"nn": "en"})

    assert answer["Content-Language"] == "en"
    assert "Valid until" in answer.content.decode()
    assert not answer.cookies


def test_photos_are_small(office: Office, certificate: Certificate) -> None:
    product = certificate.recognition.product
    noise = random.Random(3).randbytes(1600 * 1200 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (1600, 1200), noise).save(out, "JPEG", quality=95)
    upload = SimpleUploadedFile("anh.jpg", out.getvalue(), "image/jpeg")

    set_photo(product, upload, by=office["producer"])
    with pytest.raises(Refused):
        set_photo(product, upload, by=office["other_producer"])
    address = reverse("public:photo", args=[product.pk, "san-pham"])
    answer = Client().get(address)

    assert 1000 < len(answer.content) <= LARGEST_PHOTO
    assert Client().get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert address in page(certificate).content.decode()
    assert Client().get(reverse("public:photo", args=[product.pk, "chu-the"])).status_code == 404


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_machines_can_check_the_statement(certificate: Certificate) -> None:
    told = Client().get(reverse("public:certificate-json", args=[certificate.token])).json()
    (key,) = Client().get(reverse("public:register-keys")).json()["keys"]
    head, payload, signature = told["jws"].split(".")
    public = Ed25519PublicKey.from_public_bytes(unpadded(key["x"]))

    public.verify(unpadded(signature), f"{head}.{payload}".encode())
    assert json.loads(unpadded(payload)) == told["statement"]
    assert json.loads(unpadded(head))["kid"] == key["kid"]
    assert told["statement"]["status"] == "in_force"
    assert told["statement"]["may_use_mark"] is True
    with pytest.raises(InvalidSignature):
        public.verify(unpadded(signature), f"{head}.{payload[:-2]}xx".encode())


def later(product: Any, stars: int, days: int, **fields: Any) -> Recognition:
    on = today() + timedelta(days)
    return Recognition.objects.create(
        product=product,
        stars=stars,
        year=on.year,
        recognised_on=on,
        expires_on=on + timedelta(1095),
        published_on=today(),
        **fields,
    )


@pytest.mark.parametrize(
    ("stars", "fields", "state"),
    [
        (4, {}, "replaced"),
        (5, {}, "upgraded"),
        (4, {"withdrawn": True}, "in_force"),
        (3, {}, "replaced"),
    ],
)
def test_a_later_recognition_takes_its_place(
    certificate: Certificate, stars: int, fields: dict[str, bool], state: str
) -> None:
    Recognition.objects.update(recognised_on=today() - timedelta(40), stars=4)
    recognised = certificate.recognition
    ended = {"withdrawn_on": today(), "withdrawn_reason": "trái quy định"} if fields else {}
    newer = later(recognised.product, stars, -10, **ended)
    recognised.refresh_from_db()

    found = with_status(today()).get(pk=recognised.pk)

    assert found.status == state
    assert status_of(recognised, today(), expiring_within=180, later=[newer]) == state
    assert with_status(today()).get(pk=newer.pk).status != "replaced"


def test_an_unpublished_one_replaces_nothing(certificate: Certificate) -> None:
    newer = later(certificate.recognition.product, 5, 0)
    Recognition.objects.filter(pk=newer.pk).update(published_on=None)

    assert with_status(today()).get(pk=certificate.recognition_id).status == "in_force"


def test_years_tell_where_days_are_missing(certificate: Certificate) -> None:
    """Three generations of law in one history."""
    product = certificate.recognition.product
    rows = [
        Recognition.objects.create(
            product=product, stars=stars, year=year, published_on=today(), note="thử"
        )
        for stars, year in ((3, 2020), (4, 2023))
    ]

    states = [with_status(today()).get(pk=row.pk).status for row in rows]

    assert states == ["upgraded", "replaced"]
    body = Client().get(reverse("public:product", args=[product.pk])).content.decode()
    assert body.index("2023") < body.index("2020")
