"""Renewals in time: windows, who is told, once each, the proof, the pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.dossier import Kind
from saola.server.accounts.actions import grant
from saola.server.accounts.models import Grant, User
from saola.server.dossiers import actions
from saola.server.dossiers.models import Dossier
from saola.server.notices import actions as notices
from saola.server.notices.models import Message
from saola.server.products.models import Producer, Product
from saola.server.recognition import watch
from saola.server.recognition.models import Certificate, Recognition, RenewalNotice
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory, UserFactory
from tests.server.conftest import Office

pytestmark = pytest.mark.django_db
LAST = date(2027, 9, 30)  # of the certificate
OPENS, CLOSES = date(2027, 4, 3), date(2027, 6, 2)  # 180 and 120 days before


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def held(office: Office) -> Recognition:
    product = ProductFactory(producer=office.producer, name="Chè Tà Xùa", group_number=11)
    User.objects.filter(pk=office["producer"].pk).update(email="chuthe@example.vn")
    return Recognition.objects.create(
        product=product,
        stars=4,
        year=2024,
        recognised_on=date(2024, 9, 30),
        expires_on=LAST,
        published_on=date(2024, 10, 1),
    )


@pytest.mark.parametrize(
    ("on", "milestone"),
    [
        (OPENS - timedelta(1), ""),
        (OPENS, "opened"),
        (CLOSES - timedelta(31), "opened"),
        (CLOSES - timedelta(30), "30"),
        (CLOSES - timedelta(8), "30"),
        (CLOSES - timedelta(7), "7"),
        (CLOSES, "7"),
        (CLOSES + timedelta(1), "missed"),
    ],
)
def test_what_is_worth_telling_by_a_day(on: date, milestone: str) -> None:
    days = watch.window(LAST, on)

    assert (days.first, days.last) == (OPENS, CLOSES)
    assert days.milestone(on) == milestone


def test_producer_commune_and_office_are_told_once_of_each_milestone(
    office: Office, held: Recognition
) -> None:
    assert watch.run(OPENS - timedelta(1)) == 0
    for _again in range(2):
        watch.run(OPENS)
    watch.run(OPENS + timedelta(5))

    told = {m.recipient.username: m for m in Message.objects.select_related("recipient")}
    assert Message.objects.count() == len(told)
    people = {office[who].username for who in ("producer", "commune_officer", "ocop_agency")}
    assert set(told) == people
    own = told[office["producer"].username]
    assert "Chè Tà Xùa" in own.subject
    assert "từ ngày 03/04/2027 đến hết ngày 02/06/2027" in own.body
    for day in (CLOSES - timedelta(30), CLOSES - timedelta(7), CLOSES + timedelta(1)):
        assert watch.run(day) == 1
    notices_given = RenewalNotice.objects.values_list("milestone", flat=True)
    assert list(notices_given) == ["opened", "30", "7", "missed"]


def test_a_producer_without_an_account_is_written_to(held: Recognition, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "ocop@example.vn"
    producer = held.product.producer
    assert producer is not None
    Grant.objects.filter(scope=f"producer:{producer.pk}").delete()
    Producer.objects.filter(pk=producer.pk).update(email="htx@example.vn")

    for _again in range(2):
        watch.run(OPENS)

    message = Message.objects.get(recipient=None)
    assert (message.address, message.sending) == ("htx@example.vn", "waiting")
    assert "đánh giá lại" in message.subject


def test_nobody_reached_is_said_in_the_list(
    office: Office, held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Officers who were told do not count as the producer."""
    Grant.objects.filter(scope=f"producer:{held.product.producer_id}").delete()
    Producer.objects.update(phone="0912 000 000 (minh họa)")
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: OPENS)
    watch.run(OPENS)

    page = office.client("commune_officer").get(reverse("desk:ending")).content.decode()

    assert "chủ thể chưa có tài khoản và thư điện tử: hãy báo trực tiếp" in page
    assert "0912 000 000" in page


def test_who_got_an_account_since_is_told_of_an_open_window(
    office: Office, held: Recognition
) -> None:
    watch.run(OPENS)
    late = UserFactory(username="con.chu.the")
    grant(late, "producer", f"producer:{held.product.producer_id}", by=None)

    assert watch.run(OPENS + timedelta(1)) == 0  # no new milestone
    assert Message.objects.filter(recipient=late).count() == 1


def test_the_first_run_late_tells_the_last_milestone_only(held: Recognition) -> None:
    watch.run(CLOSES + timedelta(3))

    assert RenewalNotice.objects.get().milestone == "missed"


def test_whoever_filed_is_left_in_peace(office: Office, held: Recognition) -> None:
    made = actions.start(
        held.product, Kind.RENEWAL, by=office["producer"], prior_expires_on=LAST, prior_stars=4
    )
    assert watch.run(OPENS) == 1  # begun is not filed
    Dossier.objects.filter(pk=made.pk).update(filed_on=OPENS, state="filed")

    assert watch.run(CLOSES) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_on": date(2026, 1, 1), "revoked_ground": "thử"},
        {"expires_on": None},
        {"expires_on": date(2026, 1, 1)},
        {"expires_on": date(2029, 1, 1)},
    ],
)
def test_revoked_unknown_past_and_far_certificates_are_no_matter(
    held: Recognition, change: dict[str, Any]
) -> None:
    Recognition.objects.filter(pk=held.pk).update(**change)

    assert watch.run(OPENS) == 0


def test_an_older_certificate_of_the_product_is_no_matter(held: Recognition) -> None:
    Recognition.objects.create(
        product=held.product,
        stars=4,
        year=2027,
        recognised_on=date(2027, 3, 1),
        expires_on=date(2030, 3, 1),
    )

    assert watch.run(OPENS) == 0


def test_mail_goes_out_and_a_failing_server_is_tried_again(
    office: Office, held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run(OPENS)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", _no_network)
        assert notices.send_waiting() == 0
    assert notices.send_waiting() == 1
    assert notices.send_waiting() == 0

    (sent,) = mail.outbox
    assert sent.to == ["chuthe@example.vn"]
    assert "/chu-the/" in sent.body
    message = Message.objects.get(recipient=office["producer"])
    assert (message.sending, message.tries) == ("sent", 2)
    assert sent.extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")
    others = Message.objects.exclude(pk=message.pk).values_list("sending", flat=True)
    assert set(others) == {"none"}  # no address: the inbox only


def _no_network(self: Any, fail_silently: bool = False) -> int:
    raise ConnectionRefusedError


def test_nobody_is_kept_from_writing_while_mail_is_sent(
    held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth: list[int] = []
    monkeypatch.setattr(
        "django.core.mail.EmailMessage.send",
        lambda self, fail_silently=False: depth.append(len(connection.savepoint_ids)),
    )
    before = len(connection.savepoint_ids)
    watch.run(OPENS)

    notices.send_waiting()

    assert depth == [before]  # no block of ours is open


def test_two_runs_at_once_send_a_message_once(
    office: Office, held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run(OPENS)
    sent: list[str] = []

    def send(self: Any, fail_silently: bool = False) -> int:
        sent.append(self.subject)
        waiting = Message.objects.filter(sending="waiting").select_related("recipient")
        stale = waiting.get()
        stale.tries = 0  # as another run read it before this one claimed it
        assert notices._send(stale) is False
        return 1

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)

    assert notices.send_waiting() == 1
    assert len(sent) == 1


def test_after_ten_failures_it_is_given_up_and_shown(
    held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.run(OPENS)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", _no_network)

    for _try in range(11):
        notices.send_waiting()

    message = Message.objects.exclude(sending="none").get()
    assert (message.sending, message.tries) == ("failed", 10)


def test_the_command_says_what_it_did(held: Recognition, capsys: Any) -> None:
    call_command("watch", on=OPENS)

    assert capsys.readouterr().out == "Đã báo 1 giấy chứng nhận, nhắc 0 thành viên, gửi 1 thư.\n"


def test_the_list_shows_what_is_needed_and_that_people_were_told(
    office: Office, held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = OPENS + timedelta(2)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: today)
    call_command("watch")
    office.client("producer").get(reverse("account:inbox"))
    elsewhere = PlaceFactory(code="04000", name="Xã Khác")
    other = ProductFactory(producer=ProducerFactory(name="HTX B", place=elsewhere), place=elsewhere)
    Recognition.objects.create(product=other, stars=3, year=2024, expires_on=LAST)

    commune = office.client("commune_officer").get(reverse("desk:ending")).content.decode()
    province = office.client("ocop_agency").get(reverse("desk:ending")).content.decode()

    assert "Chè Tà Xùa" in commune
    assert "HTX B" not in commune
    assert "HTX B" in province
    assert "cần nộp hồ sơ đánh giá lại" in commune
    assert "chủ thể: 1 người, 1 thư đã gửi, 1 đã đọc" in " ".join(commune.split())


def test_queries_of_the_list_do_not_grow(
    office: Office, held: Recognition, django_assert_max_num_queries: Any
) -> None:
    Recognition.objects.update(expires_on=timezone.localdate() + timedelta(200))
    for n in range(6):
        product = ProductFactory(producer=office.producer, name=f"Chè {n}")
        Recognition.objects.create(
            product=product, stars=3, year=2025, expires_on=timezone.localdate() + timedelta(200)
        )
    client = office.client("commune_officer")

    with django_assert_max_num_queries(8):
        assert client.get(reverse("desk:ending")).content.decode().count("Chè ") >= 7


def test_the_producer_is_led_to_the_renewal(
    office: Office, held: Recognition, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    Recognition.objects.update(expires_on=today + timedelta(150))
    Certificate.objects.create(
        recognition=held, number="1/GCN", issued_on=today, expires_on=today + timedelta(150)
    )
    client = office.client("producer")

    page = client.get(reverse("portal:home")).content.decode()
    form = client.get(f"{reverse('portal:start')}?san-pham={held.product_id}&loai=renewal")

    assert "Đến thời gian nộp hồ sơ đánh giá lại" in page
    assert f'<option value="{held.product_id}" selected>' in form.content.decode()
    assert '<option value="renewal" selected>' in form.content.decode()


def test_a_person_says_where_messages_go(office: Office) -> None:
    client = office.client("producer")

    wrong = client.post(reverse("account:inbox"), {"email": "không phải"})
    client.post(reverse("account:inbox"), {"email": "a@example.vn"})

    assert wrong.status_code == 400
    assert "không phải" in wrong.content.decode()
    assert office["producer"].email == "a@example.vn"


def test_reading_is_the_persons_own(office: Office, held: Recognition) -> None:
    watch.run(OPENS)

    office.client("hd1").get(reverse("account:inbox"))
    assert not Message.objects.exclude(read_at=None).exists()
    page = office.client("producer").get(reverse("account:inbox")).content.decode()

    assert "Chè Tà Xùa" in page
    assert Message.objects.exclude(read_at=None).get().recipient == office["producer"]
    assert Product.objects.count() == 1
