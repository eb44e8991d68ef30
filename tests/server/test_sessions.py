"""Places where a person is signed in: listed, ended from another, never a stranger's."""

import pytest
from django.test import Client

from saola.server.accounts.models import SignedIn, User
from saola.server.accounts.sessions import device
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PHONE = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Mobile Safari/537.36"
)
PAGE = "/dang-nhap-o-dau/"


def signed_in(user: User, agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    told = {"username": user.username, "password": "mot mat khau dai"}
    assert client.post("/dang-nhap/", told).status_code == 302
    return client


@pytest.fixture
def person() -> User:
    user = UserFactory()
    user.set_password("mot mat khau dai")
    user.save()
    return user


def test_a_lost_phone_is_signed_out(person: User) -> None:
    phone, desk = (
        signed_in(person, PHONE),
        signed_in(person, "Mozilla/5.0 (Windows NT) Firefox/130"),
    )
    page = desk.get(PAGE).content.decode()
    assert "Chrome, Android" in page
    assert "Firefox, Windows" in page
    lost = SignedIn.objects.get(device="Chrome, Android")
    assert phone.get("/thong-bao/").status_code == 200
    assert desk.post(PAGE, {"place": lost.pk}).status_code == 302
    assert phone.get("/thong-bao/").status_code == 302  # to the sign-in
    assert desk.get("/thong-bao/").status_code == 200


def test_all_others_at_once(person: User) -> None:
    clients = [signed_in(person, PHONE) for _ in range(3)]
    clients[0].post(PAGE, {"all": "1"})
    assert [client.get("/thong-bao/").status_code for client in clients] == [200, 302, 302]
    assert SignedIn.objects.count() == 1


def test_nobody_ends_a_stranger(person: User) -> None:
    other = UserFactory()
    other.set_password("mot mat khau dai")
    other.save()
    theirs, mine = signed_in(other, PHONE), signed_in(person, PHONE)
    place = SignedIn.objects.get(user=other)
    for posted in ({"place": place.pk}, {"place": "x"}, {"all": "1"}, {}):
        assert mine.post(PAGE, posted).status_code == 302
    assert theirs.get("/thong-bao/").status_code == 200


@pytest.mark.parametrize("agent", ["", "curl/8", "\x00", "a" * 5000, "<script>"])
def test_odd_browsers(agent: str) -> None:
    assert device(agent) == "thiết bị chưa rõ"
