"""Sign-in through a provider of identity that runs as a second process (django-oauth-toolkit)."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse

from saola.server.accounts.models import User
from saola.server.config import environment
from saola.server.journal.models import Entry
from tests.server.conftest import Office
from tools.with_postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
CALLBACK = "http://testserver/dang-nhap/qua/tinh/ve/"


class Provider:
    """The second process, and a browser that is known to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://saola:b%C3%AD%20m%E1%BA%ADt@127.0.0.1:{self.port}/o?id=tinh&name=Tỉnh&roles=vai_tro"
        self.says("an")
        command = [sys.executable, str(Path(__file__).parent / "identity.py")]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, str(self.port), str(folder), CALLBACK], stdout=log, stderr=log
            )
        for _ in range(200):
            try:
                requests.get(f"http://127.0.0.1:{self.port}/o/.well-known/openid-configuration")
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError((folder / "log").read_text())

    def says(self, who: str, *roles: str) -> None:
        (self.folder / "who").write_text(who)
        (self.folder / "roles").write_text(" ".join(roles))

    def sign_in(self, client: Client, query: str = "") -> Any:
        """Through the provider and back; the answer of the way back."""
        address = reverse("openid_connect_login", args=["tinh"])
        away = client.post(f"{address}{query}")["Location"]
        browser = requests.Session()
        told = browser.get(away, allow_redirects=False)
        while not told.headers["Location"].startswith(CALLBACK):
            there = requests.compat.urljoin(told.url, told.headers["Location"])
            told = browser.get(there, allow_redirects=False)
        return client.get(told.headers["Location"].removeprefix("http://testserver"))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    made = Provider(tmp_path_factory.mktemp("provider"))
    yield made
    made.process.terminate()
    made.process.wait(10)


@pytest.fixture
def provider(process: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("SAOLA_OIDC", process.url)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc()}}
    return process


def test_roles_of_the_provider_make_an_account_and_leave_with_it(provider: Provider) -> None:
    provider.says("an", "commune_officer@place:03868")
    answer = provider.sign_in(Client())
    assert answer["Location"] == reverse("account:home")
    user = User.objects.get(username="an")
    assert (user.full_name, user.has_usable_password()) == ("Ông an", False)
    assert [g.role for g in user.grants.all()] == ["commune_officer"]
    assert Entry.objects.filter(act="add_account", subject=f"user:{user.pk}").exists()

    provider.says("an", "commune_leader@place:03868", "administrator@place:14")
    client = Client()
    provider.sign_in(client)
    assert [g.role for g in user.grants.all()] == ["commune_leader"]
    assert client.get(reverse("account:inbox")).status_code == 200
    provider.says("an")
    provider.sign_in(Client())
    assert not user.grants.exists()


def test_a_stranger_is_turned_away_in_words(provider: Provider) -> None:
    provider.says("la")
    client = Client()

    answer = provider.sign_in(client)

    assert (answer.status_code, "chưa được liên kết" in answer.content.decode()) == (403, True)
    assert not User.objects.filter(username="la").exists()
    assert client.get(reverse("account:inbox")).status_code == 302


def test_an_account_is_linked_by_its_owner_alone(provider: Provider, office: Office) -> None:
    user = office["hd1"]
    user.set_password("mật khẩu dài lắm")
    user.save()
    provider.says("hd1")  # the same name elsewhere opens nothing by itself
    assert provider.sign_in(Client()).status_code == 403

    mine = Client()
    told = {"username": "hd1", "password": "mật khẩu dài lắm"}
    mine.post(reverse("account:sign-in"), told)
    assert "Liên kết Tỉnh" in mine.get(reverse("socialaccount_connections")).content.decode()
    asked = provider.sign_in(mine, "?process=connect")
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert provider.sign_in(Client()).status_code == 403  # nothing is linked yet
    mine.post(asked["Location"], {"password": "mật khẩu dài lắm"})
    provider.sign_in(mine, "?process=connect")

    other = Client()
    assert provider.sign_in(other)["Location"] == reverse("account:home")
    assert other.get(reverse("account:inbox")).wsgi_request.user.pk == user.pk
    assert set(user.grants.values_list("role", flat=True))  # given by hand, they stay
    page = mine.get(reverse("socialaccount_connections"))
    row = page.context["form"].accounts[0].pk
    mine.post(reverse("socialaccount_connections"), {"account": row})
    assert provider.sign_in(Client()).status_code == 403


def test_a_forged_way_back_and_a_dead_provider_are_told(provider: Provider) -> None:
    client = Client()
    forged = client.get(f"{reverse('openid_connect_callback', args=['tinh'])}?code=x&state=y")
    assert (forged.status_code, "Chưa đăng nhập được" in forged.content.decode()) == (403, True)
    assert client.post(reverse("openid_connect_login", args=["khac"])).status_code == 404


def test_a_provider_that_is_down_is_told(db: None, settings: Any, monkeypatch: Any) -> None:
    port = free_port()
    monkeypatch.setenv("SAOLA_OIDC", f"http://a:b@127.0.0.1:{port}/o?id=tinh&name=Tỉnh")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.oidc()}}

    answer = Client().post(reverse("openid_connect_login", args=["tinh"]))

    assert (answer.status_code, "không trả lời" in answer.content.decode()) == (403, True)
