"""Keys beside the password, acting for another, roles by claims, fields that lie sealed."""

import base64
import hashlib
import hmac
import re
import struct
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from saola.server.accounts.claims import claimed, keep
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import PERSONAL
from saola.server.accounts.rights import can
from saola.server.journal.models import Entry
from saola.server.market.models import Demand
from saola.server.sealed.field import Unreadable, close, reveal
from tests.server.conftest import Office

PASSWORD = "mật khẩu dài lắm"


def code_now(secret: str) -> str:
    """RFC 6238, computed here once more."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def member(office: Office) -> User:
    user = office["hd1"]
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    told = {"username": "hd1", "password": password}
    return client, client.post(reverse("account:sign-in"), told)


def with_codes(member: User) -> tuple[list[str], str]:
    """Codes by time set up through the pages; recovery codes and the secret."""
    client, _answer = signed_in()
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    assert "Xác nhận là bạn" in page.content.decode()  # the password once more
    again = f"{reverse('account_reauthenticate')}?next={reverse('mfa_activate_totp')}"
    wrong = client.post(again, {"password": "sai"})
    assert "chưa đúng" in wrong.content.decode()
    page = client.post(again, {"password": PASSWORD}, follow=True)
    secret = re.search(r'class="long">([A-Z2-7]+)<', page.content.decode())[1]  # type: ignore[index]
    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "chưa đúng" in refused.content.decode()
    page = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}, follow=True)
    return re.findall(r"<code>(\d{8})</code>", page.content.decode()), secret


def test_a_second_step_is_asked_and_each_recovery_code_opens_once(member: User) -> None:
    codes, secret = with_codes(member)
    assert len(codes) == 10

    client, answer = signed_in()
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("account:home"))["Location"].startswith(reverse("account:sign-in"))
    wrong = client.post(reverse("mfa_authenticate"), {"code": "123"})
    assert (wrong.status_code, "chưa đúng" in wrong.content.decode()) == (200, True)
    right = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert right["Location"] == reverse("account:home")
    assert client.get(reverse("account:inbox")).status_code == 200

    client, _answer = signed_in()
    again = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "chưa đúng" in again.content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": code_now(secret)}).status_code == 302


def test_guessing_codes_is_stopped(member: User) -> None:
    _codes, secret = with_codes(member)
    client, _answer = signed_in()
    for guess in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{guess:06}"})

    late = client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})

    assert "quá nhiều lần" in late.content.decode()


def test_secrets_of_keys_lie_sealed_and_their_coming_is_told(member: User) -> None:
    _codes, secret = with_codes(member)

    rows = Authenticator.objects.filter(user_id=member.pk)
    assert secret not in str(list(rows.values_list("data", flat=True)))
    kinds = Entry.objects.filter(act="add_key", actor="hd1").values_list("data__kind", flat=True)
    assert sorted(kinds) == ["mã dự phòng", "mã theo giờ trên điện thoại"]
    assert member.messages.filter(subject__startswith="Khóa đăng nhập vừa được thêm").count() == 2


def test_a_lost_phone_is_helped_by_the_administrator_with_a_reason(
    office: Office, member: User
) -> None:
    with_codes(member)
    page = reverse("desk:person", args=[member.pk])
    keeper = office["administrator"]
    keeper.set_password(PASSWORD)
    keeper.save()
    admin = office.client("administrator")

    assert admin.post(page, {"reset": "", "reason": ""}).status_code == 400
    asked = admin.post(page, {"reset": "", "reason": "mất điện thoại hôm qua"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user_id=member.pk).exists()  # not by a session alone
    admin.post(asked["Location"], {"password": PASSWORD})

    assert not Authenticator.objects.filter(user_id=member.pk).exists()
    assert "mất điện thoại" in member.messages.latest("pk").body
    assert Entry.objects.filter(act="reset_keys", subject=f"user:{member.pk}").exists()
    assert signed_in()[1]["Location"] == reverse("account:home")


def test_acting_for_another_is_told_bounded_and_in_the_journal(office: Office) -> None:
    producer, admin = office["producer"], office.client("administrator")
    page = reverse("desk:person", args=[producer.pk])
    short = admin.post(page, {"act": "", "reason": "giúp"})
    assert (short.status_code, "ít nhất 10" in short.content.decode()) == (400, True)
    admin.post(page, {"act": "", "reason": "chị ấy nhờ thêm ảnh sản phẩm"})

    home = admin.get(reverse("portal:home")).content.decode()
    assert f"Bạn đang làm thay {producer.full_name}" in home
    assert "chị ấy nhờ" in producer.messages.latest("pk").body
    for name in ("mfa_index", "account:inbox", "account:signed-in", "socialaccount_connections"):
        assert admin.get(reverse(name)).status_code == 403, name
    in_anothers_hands(office)
    admin.post(reverse("account:sign-out"))
    assert admin.get(reverse("desk:people")).status_code == 200  # oneself again, still signed in
    acts = list(
        Entry.objects.filter(
            actor=office["administrator"].username, act__in=["act_for", "end_acting"]
        )
    )
    assert [one.act for one in acts] == ["act_for", "end_acting"]


def in_anothers_hands(office: Office) -> None:
    """What is done in another's place stands under both names."""
    from saola.server.journal.record import record

    hand = office["producer"]
    hand.acted_by = office["administrator"]
    entry = record("start", "dossier:1", {}, by=hand)
    assert (entry.actor, entry.data["acted_by"]) == (
        hand.username,
        office["administrator"].username,
    )
    for permission in PERSONAL:
        assert not can(hand, permission)


def test_acting_ends_after_an_hour_and_never_reaches_administrators(office: Office) -> None:
    admin = office.client("administrator")
    other = User.objects.create_user("admin2", full_name="Quản trị hai")
    Grant.objects.create(user=other, role="administrator", scope="place:14")
    mine = admin.post(reverse("desk:person", args=[other.pk]), {"act": "", "reason": "x" * 20})
    assert mine.status_code == 400
    away = User.objects.create_user("xa", full_name="Người tỉnh khác")
    Grant.objects.create(user=away, role="ocop_agency", scope="place:01")
    assert admin.get(reverse("desk:person", args=[away.pk])).status_code == 404
    assert "Người tỉnh khác" not in admin.get(reverse("desk:people")).content.decode()

    page = reverse("desk:person", args=[office["producer"].pk])
    admin.post(page, {"act": "", "reason": "x" * 20})
    assert admin.get(reverse("desk:people")).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert admin.get(reverse("desk:people")).status_code == 200


def test_nobody_acts_for_one_who_works_elsewhere_too(office: Office) -> None:
    user = office["commune_officer"]
    page = reverse("desk:person", args=[user.pk])
    admin = office.client("administrator")
    Grant.objects.create(user=user, role="ocop_agency", scope="place:11")
    assert admin.post(page, {"act": "", "reason": "x" * 20}).status_code == 400
    own = reverse("desk:person", args=[office["administrator"].pk])
    assert admin.post(own, {"reset": "", "reason": "x" * 20}).status_code == 400


def test_acting_ends_with_the_administrators_role(office: Office) -> None:
    admin = office.client("administrator")
    page = reverse("desk:person", args=[office["producer"].pk])
    admin.post(page, {"act": "", "reason": "x" * 20})
    assert admin.get(reverse("portal:home")).status_code == 200
    Grant.objects.filter(user=office["administrator"]).delete()
    assert admin.get(reverse("portal:home")).status_code == 403


def test_roles_come_and_go_with_the_providers_word(office: Office, settings: Any) -> None:
    settings.OCOP = settings.OCOP | {"claim_roles": {"so-nn": "ocop_agency@place:14"}}
    told = ["commune_officer@place:03868", "so-nn", "administrator@place:14", "chair@council:1",
            "producer@place:14", "../..", 7]  # fmt: skip
    roles = claimed({"vai": told}, "vai")
    assert roles == {("commune_officer", "place:03868"), ("ocop_agency", "place:14")}
    assert claimed({}, "vai") is None
    assert claimed({"vai": "so-nn"}, "vai") == {("ocop_agency", "place:14")}

    user = User.objects.create_user("moi", full_name="Người mới")
    Grant.objects.create(user=user, role="advisory_team", scope="place:14")
    keep(user, roles or set())
    keep(user, {("ocop_agency", "place:14")})

    kept = set(user.grants.values_list("role", "by_claim"))
    assert kept == {("advisory_team", False), ("ocop_agency", True)}


def test_contacts_lie_sealed_and_keys_can_be_renewed(db: None, settings: Any) -> None:
    made = Demand.objects.create(
        contact="0912 345 678", title="Chè", buyer="Siêu thị (minh họa)", until="2027-01-31",
        province_code="14",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM market_demand")
        kept = cursor.fetchone()[0]
    assert "0912" not in kept
    assert Demand.objects.get(pk=made.pk).contact == "0912 345 678"
    assert not Demand.objects.filter(contact="").exists()

    fresh = Fernet.generate_key().decode()
    settings.FIELD_KEYS = (fresh, *settings.FIELD_KEYS)
    assert Demand.objects.get(pk=made.pk).contact == "0912 345 678"
    settings.FIELD_KEYS = (fresh,)
    with pytest.raises(Unreadable, match="SAOLA_FIELD_KEYS"):
        Demand.objects.get(pk=made.pk)
    assert reveal(close("ạ")) == "ạ"
