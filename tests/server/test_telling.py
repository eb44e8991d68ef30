"""News made safe, courses, questions with their days, messages to many that nobody gets twice."""

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.notices.gateways import GATEWAYS, mobile
from saola.server.notices.models import Message
from saola.server.outreach import mailings, news, questions
from saola.server.outreach.models import Delivery, Mailing, Post, Question, Refusal, Training
from saola.server.products.models import Producer
from tests.factories import PlaceFactory, ProducerFactory, ProductFactory, UserFactory
from tests.server.test_outreach import photo
from tests.server.test_register import browser, recognised

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12:00 in Hà Nội
NIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def lead(settings: Any, tmp_path: Any) -> Any:
    settings.DATA = tmp_path
    caches["machine"].clear()
    return UserFactory(role="ocop_agency", role__scope="place:14")


class TestNews:
    @pytest.mark.parametrize(
        "evil",
        [
            "<script>alert(1)</script>",
            "[a](javascript:alert(1))",
            "[a](data:text/html;base64,AAAA)",
            "![a](https://x.example/a.png)",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:x'>a</a>",
            "[a]( \x01javascript:alert(1))",
        ],
    )
    def test_nothing_runs(self, evil: str) -> None:
        html = news.safe_html(evil)
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
        assert 'href="data' not in html

    def test_headings_stand_below_the_page_s(self) -> None:
        html = news.safe_html("# Một\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |")
        assert "<h2>Một</h2>" in html
        assert "<li>a</li>" in html
        assert "<td>1</td>" in html

    def test_written_looked_at_published(self, lead: Any) -> None:
        client = browser(lead)
        posted = {
            "kind": "guide", "title": "Cách nộp hồ sơ", "summary": "Ba bước", "source": "## Bước 1",
            "picture": photo(),
        }  # fmt: skip
        assert client.post("/can-bo/tin/moi/", posted).status_code == 302
        post = Post.objects.get()
        assert Client().get(f"/tin/{post.pk}/").status_code == 404
        assert "Cách nộp" not in Client().get("/tin/").content.decode()
        again = {**posted, "deed": "publish", "picture": "", "seen": news.version_of(post)}
        assert client.post(f"/can-bo/tin/{post.pk}/", again).status_code == 302
        late = client.post(f"/can-bo/tin/{post.pk}/", again | {"title": "Viết đè"})
        assert late.status_code == 400
        assert "Viết đè" in late.content.decode()
        page = Client().get(f"/tin/{post.pk}/").content.decode()
        assert "<h3>Bước 1</h3>" in page
        assert Client().get(f"/tin/{post.pk}/anh.jpg")["Content-Type"] == "image/jpeg"
        assert "Cách nộp" in Client().get("/tin/?loai=guide").content.decode()
        assert "Cách nộp" not in Client().get("/tin/?loai=news").content.decode()
        assert "Xã đề nghị trước" in Client().get("/tin/").content.decode()
        assert f"/tin/{post.pk}/" in Client().get("/sitemap.xml").content.decode()
        other = UserFactory(role="commune_officer", role__scope="place:03868")
        assert browser(other).get("/can-bo/tin/").status_code == 403
        post.refresh_from_db()
        down = again | {"deed": "withdraw", "seen": news.version_of(post)}
        assert client.post(f"/can-bo/tin/{post.pk}/", down).status_code == 302
        assert Client().get(f"/tin/{post.pk}/").status_code == 404

    def test_other_files_are_no_pictures(self, lead: Any) -> None:
        posted = {
            "kind": "news", "title": "a", "summary": "b", "source": "giữ lại chữ này",
            "picture": SimpleUploadedFile("a.png", b"<svg onload=alert(1)>"),
        }  # fmt: skip
        answer = browser(lead).post("/can-bo/tin/moi/", posted)
        assert answer.status_code == 400
        assert "giữ lại chữ này" in answer.content.decode()


class TestTraining:
    def test_from_sign_up_to_attendance(self, lead: Any) -> None:
        soon = timezone.now() + timedelta(hours=1)
        facts = {"title": "Viết câu chuyện", "where": "Sơn La", "starts_at": soon, "seats": 1}
        training = news.plan_training(facts, "14", by=lead)
        one, two = UserFactory(), UserFactory()
        page = f"/lop/{training.pk}/"
        assert Client().post(page).status_code == 400  # a stranger says who comes
        assert browser(one).post(page).status_code == 302
        assert browser(one).post(page).status_code == 302
        assert training.sign_ups.count() == 1
        with pytest.raises(Refused, match="đủ chỗ"):
            news.sign_up(training, by=two)
        with pytest.raises(Refused, match="chưa bắt đầu"):
            news.note_attendance(training, [], by=lead)
        with time_machine.travel(soon + timedelta(hours=2)):
            with pytest.raises(Refused, match="đã bắt đầu"):
                news.sign_up(training, by=two)
            came = training.sign_ups.get().pk
            assert news.note_attendance(training, [came], by=lead) == 1
        assert training.sign_ups.get().came is True
        with pytest.raises(Refused, match="quá khứ"):
            news.plan_training(facts | {"starts_at": timezone.now() - timedelta(1)}, "14", by=lead)
        with pytest.raises(Refused):
            news.plan_training(facts, "14", by=one)
        assert Training.objects.count() == 1

    def test_a_villager_without_an_account(self, lead: Any) -> None:
        caches["machine"].clear()
        soon = timezone.now() + timedelta(hours=1)
        facts = {"title": "Viết câu chuyện", "where": "Sơn La", "starts_at": soon, "seats": 2}
        training = news.plan_training(facts, "14", by=lead)
        page, client = f"/lop/{training.pk}/", Client()
        form = client.get(page).content.decode()
        token = form.split('name="token" value="')[1].split('"')[0]
        told = {"name": "Lò Thị Hoa", "contact": "0900 111 222", "token": token}
        for _ in range(2):  # sent twice, one seat
            assert client.post(page, told).status_code == 302
        assert training.sign_ups.count() == 1
        assert "Lò Thị Hoa" not in Client().get(page).content.decode()
        assert (
            "Lò Thị Hoa, 0900 111 222"
            in browser(lead).get(f"/can-bo/lop/{training.pk}/").content.decode()
        )
        machine = client.post(page, {**told, "token": str(uuid.uuid4()), "website": "x"})
        assert machine.status_code == 400
        assert "Lò Thị Hoa" in machine.content.decode()
        news.sign_up(training, by=UserFactory())
        full = client.post(page, {**told, "token": str(uuid.uuid4())})
        assert "đủ chỗ" in full.content.decode()
        assert browser(lead).get(f"/can-bo/lop/{training.pk}/").status_code == 200


class TestQuestions:
    def test_asked_answered_shown(self, lead: Any) -> None:
        posted = {
            "token": str(uuid.uuid4()), "text": "Hộ kinh doanh có được nộp không?",
            "contact": "dan@example.vn", "website": "",
        }  # fmt: skip
        for _ in range(2):
            assert Client().post("/hoi-dap/", posted).status_code == 302
        question = Question.objects.get()
        assert question.due_on >= timezone.localdate() + timedelta(11)
        assert Message.objects.filter(recipient=lead).count() == 1
        assert "Hộ kinh doanh" not in Client().get("/hoi-dap/").content.decode()
        page = f"/can-bo/hoi-dap/{question.pk}/"
        assert browser(lead).post(page, {"answer": " "}).status_code == 400
        bare = {"answer": "Được.", "public": "on"}
        assert browser(lead).post(page, bare).status_code == 400  # nobody looked for names in it
        said = bare | {"shown": "Hộ nộp được không?"}
        assert browser(lead).post(page, said).status_code == 302
        shown = Client().get("/hoi-dap/").content.decode()
        assert "Được." in shown
        assert "Hộ nộp được không?" in shown
        assert "Hộ kinh doanh có được" not in shown
        assert "dan@example.vn" not in shown
        assert Message.objects.get(address="dan@example.vn").body.endswith("Trả lời: Được.")
        questions.answer(question, "Được, theo điều 2.", by=lead, public=False)
        assert Message.objects.filter(address="dan@example.vn").count() == 1
        assert "Được" not in Client().get("/hoi-dap/").content.decode()

    def test_the_office_is_reminded_once(self, lead: Any) -> None:
        question = questions.ask("a", "", uuid.uuid4(), "14")
        assert questions.remind(question.due_on - timedelta(5)) == 0
        assert questions.remind(question.due_on) == 1
        assert questions.remind(question.due_on) == 0
        assert Message.objects.filter(recipient=lead).count() == 2

    def test_a_head_of_mail_is_no_address(self, lead: Any) -> None:
        for contact in ("x@y.vn\r\nBcc: z@y.vn", "a@b.vn, c@d.vn", "Lan, lan@x.vn", "0912"):
            question = questions.ask("a", contact, uuid.uuid4(), "14")
            questions.answer(question, "b", by=lead, public=False)
            page = browser(lead).get(f"/can-bo/hoi-dap/{question.pk}/").content.decode()
            assert "hãy gọi hoặc nhắn" in page
        assert Message.objects.exclude(address="").count() == 0


class Gateway(HTTPServer):
    """A stand-in that answers as eSMS and ZNS do, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.says: dict[str, Any] = {"CodeResult": "100", "error": 0}
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((json.loads(body), dict(self.headers)))
        content = json.dumps(self.server.says).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    settings.SMS = {"url": url, "key": "k", "secret": "s", "brand": "OCOP SON LA"}
    settings.ZALO = {"url": url, "token": "t", "template": "77"}
    yield server
    server.shutdown()
    server.server_close()


def producer(**facts: Any) -> Producer:
    made: Producer = ProducerFactory(**facts)
    recognised(ProductFactory(producer=made))
    return made


def drafted(lead: Any, **facts: Any) -> Mailing:
    told = {
        "audience": "producers", "place": None, "way": "inbox", "subject": "Tuần hàng Tây Bắc",
        "text": "Mời đăng ký trước 30/11.", **facts,
    }  # fmt: skip
    return mailings.draft(told, "14", by=lead)


def sent(mailing: Mailing, lead: Any) -> int:
    mailings.confirm(mailing, len(mailings.recipients(mailing)), by=lead)
    return mailings.deliver_due()


class Cut(BaseException):
    """As a kill would end it."""


class Cutting:
    """A gateway during which the worker is killed at these messages."""

    def __init__(self, *at: int) -> None:
        self.at, self.handed = at, list[str]()

    def ready(self) -> bool:
        return True

    def send(self, address: str, subject: str, text: str, reference: str) -> None:
        self.handed.append(address)
        if len(self.handed) in self.at:
            raise Cut


def run_to_the_end() -> None:
    while mailings.deliver_due():
        pass


class TestMailings:
    @pytest.fixture(autouse=True)
    def at_noon(self) -> Iterator[None]:
        with time_machine.travel(NOON, tick=False):
            yield

    def test_counted_confirmed_and_sent_once_each(self, lead: Any) -> None:
        with_account, nobody = producer(), producer()
        producer(email="Htx@Example.vn")
        user = UserFactory(role="producer", role__scope=f"producer:{with_account.pk}")
        mailing = drafted(lead)
        assert set(mailings.recipients(mailing)) == {f"user:{user.pk}", "htx@example.vn"}
        page = browser(lead).get(f"/can-bo/tin-nhan/{mailing.pk}/").content.decode()
        assert "Gửi tới 2 người" in page
        producer(email="muon@example.vn")
        with pytest.raises(Refused, match="đã đổi thành 3"):
            mailings.confirm(mailing, 2, by=lead)
        assert sent(mailing, lead) == 3
        assert mailings.deliver_due() == 0
        mailing.refresh_from_db()
        assert mailing.state == "sent"
        assert Message.objects.filter(about=f"mailing:{mailing.pk}").count() == 3
        assert mailings.progress(mailing) == {"sent": 3, "waiting": 0, "failed": 0}
        with pytest.raises(Refused, match="đã gửi"):
            mailings.confirm(mailing, 3, by=lead)
        assert nobody.pk
        assert "Từng người" in browser(lead).get(f"/can-bo/tin-nhan/{mailing.pk}/").content.decode()

    @pytest.mark.parametrize("people", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
    def test_interrupted_and_resumed_nobody_gets_two(
        self, lead: Any, people: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cutting = Cutting(150, people // 2)
        monkeypatch.setitem(GATEWAYS, "sms", cutting)
        mailing = drafted(lead, way="sms")
        Delivery.objects.bulk_create(
            Delivery(mailing=mailing, address=f"849{n:08}") for n in range(people)
        )
        Mailing.objects.filter(pk=mailing.pk).update(state="sending", count=people)
        for _ in range(2):
            with pytest.raises(Cut):
                run_to_the_end()
        run_to_the_end()
        assert len(cutting.handed) == people
        assert len(set(cutting.handed)) == people
        mailing.refresh_from_db()
        assert mailing.state == "sent"
        told = mailings.progress(mailing)
        assert told["sent"] == people - 2  # of two nobody knows whether they went out

    def test_nobody_is_woken(self, lead: Any) -> None:
        producer(email="a@example.vn")
        mailing = drafted(lead)
        mailings.confirm(mailing, 1, by=lead)
        with time_machine.travel(NIGHT):
            assert mailings.quiet(timezone.now())
            assert mailings.deliver_due() == 0
        assert mailings.deliver_due() == 1

    def test_stopped_halfway(self, lead: Any) -> None:
        producer(email="a@example.vn")
        mailing = drafted(lead)
        mailings.confirm(mailing, 1, by=lead)
        mailings.stop(mailing, by=lead)
        assert mailings.deliver_due() == 0
        assert Message.objects.count() == 0

    def test_who_says_no_gets_no_more(self, lead: Any) -> None:
        producer(email="a@example.vn")
        mailing = drafted(lead)
        mailings.confirm(mailing, 1, by=lead)
        link = mailings.refusal_address(Delivery.objects.get()).split("://", 1)[1]
        assert "example.vn" not in link.partition("/")[2]
        path = f"/{link.partition('/')[2]}"
        assert Client().get(path).status_code == 200
        assert Refusal.objects.count() == 0  # a look alone does nothing
        assert Client().post(path).status_code == 200
        assert mailings.deliver_due() == 0
        assert Delivery.objects.get().fault == "đã từ chối nhận"
        assert mailings.recipients(drafted(lead)) == {}
        for forged in (f"/thoi-nhan/{'9' * 30}:x/", path.replace(":", "0:", 1)):
            Client().post(forged)
        assert Refusal.objects.count() == 1

    def test_by_sms_in_plain_letters(self, lead: Any, gateway: Gateway) -> None:
        producer(phone="0912 345 678")
        producer(phone="02123 852 000")  # a landline gets none
        mailing = drafted(lead, way="sms", text="Mời đăng ký")
        assert sent(mailing, lead) == 1
        body, _ = gateway.told[0]
        assert body["Phone"] == "84912345678"
        assert body["Content"].startswith("Moi dang ky")
        assert body["RequestId"] == f"saola-{Delivery.objects.get().pk}"
        assert {"ApiKey", "SecretKey", "Brandname", "SmsType", "IsUnicode"} <= body.keys()

    def test_by_zalo(self, lead: Any, gateway: Gateway) -> None:
        producer(phone="+84912345678")
        assert sent(drafted(lead, way="zalo"), lead) == 1
        body, headers = gateway.told[0]
        assert (body["phone"], body["template_id"]) == ("84912345678", "77")
        assert body["template_data"]["tieu_de"] == "Tuần hàng Tây Bắc"
        assert {k.lower(): v for k, v in headers.items()}["access_token"] == "t"

    def test_what_the_gateway_refuses_is_told(self, lead: Any, gateway: Gateway) -> None:
        gateway.says = {"CodeResult": "103", "ErrorMessage": "Het tien", "error": -1}
        producer(phone="0912345678")
        mailing = drafted(lead, way="sms")
        assert sent(mailing, lead) == 0
        assert "Het tien" in Delivery.objects.get().fault
        assert mailings.progress(mailing)["failed"] == 1

    def test_an_answer_that_is_none_is_told_as_unknown(
        self, lead: Any, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        producer(phone="0912345678")
        mailing = drafted(lead, way="sms")
        monkeypatch.setattr(Answer, "send_response", lambda self, _code: self.wfile.write(b"?"))
        assert sent(mailing, lead) == 0
        assert "chưa rõ" in Delivery.objects.get().fault
        assert mailings.progress(mailing) == {"sent": 0, "waiting": 0, "failed": 1}

    def test_a_message_to_phones_is_short(self, lead: Any, gateway: Gateway) -> None:
        with pytest.raises(Refused, match="300 chữ"):
            drafted(lead, way="sms", text="a" * 301)

    def test_one_question_for_all_sellers(
        self, lead: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(5):
            one = producer(email=f"a{number}@example.vn")
            UserFactory(role="producer", role__scope=f"producer:{one.pk}")
        mailing = drafted(lead)
        with django_assert_max_num_queries(4):
            assert len(mailings.recipients(mailing)) == 5

    def test_a_dead_gateway_sends_nothing_twice(self, lead: Any, settings: Any) -> None:
        settings.SMS = {"url": "http://127.0.0.1:9/", "key": "k", "secret": "s", "brand": "b"}
        producer(phone="0912345678")
        mailing = drafted(lead, way="sms")
        assert sent(mailing, lead) == 0
        assert "chưa rõ" in Delivery.objects.get().fault
        assert mailings.deliver_due() == 0

    def test_without_keys_a_gateway_is_no_choice(self, lead: Any) -> None:
        with pytest.raises(Refused, match="Chưa khai báo"):
            drafted(lead, way="zalo")
        officer = UserFactory(role="commune_officer", role__scope="place:03868")
        with pytest.raises(Refused):
            drafted(officer)
        PlaceFactory()
        everybody = drafted(lead, audience="officers")
        assert set(mailings.recipients(everybody)) == {f"user:{officer.pk}"}

    def test_its_pages(self, lead: Any) -> None:
        producer(email="a@example.vn")
        posted = {"audience": "producers", "way": "inbox", "subject": "a", "text": "b"}
        client = browser(lead)
        assert client.post("/can-bo/tin-nhan/", posted).status_code == 302
        page = f"/can-bo/tin-nhan/{Mailing.objects.get().pk}/"
        assert client.post(page, {"count": "7"}).status_code == 302
        assert Mailing.objects.get().state == "draft"
        assert client.post(page, {"count": "1"}).status_code == 302
        assert Mailing.objects.get().state == "sending"
        assert client.post(page, {"stop": "1"}).status_code == 302
        assert Mailing.objects.get().state == "stopped"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0912 345 678", "84912345678"), ("+84 (91) 234-5678", "84912345678"),
        ("84912345678", "84912345678"), ("02123852000", ""), ("", ""), ("0912345678; 0913", ""),
    ],
)  # fmt: skip
def test_mobile_numbers(text: str, number: str) -> None:
    assert mobile(text) == number


def test_the_preview_is_what_goes_out(lead: Any, settings: Any) -> None:
    settings.SMS = dict.fromkeys(("url", "key", "secret", "brand"), "x")
    facts = {
        "subject": "Họp",
        "text": "Mời bà con họp ở xã",
        "audience": "producers",
        "place": None,
    }
    sms = mailings.draft({**facts, "way": "sms"}, "14", by=lead)
    page = browser(lead).get(f"/can-bo/tin-nhan/{sms.pk}/").content.decode()
    assert "Moi ba con hop o xa" in page
    assert "Khong muon nhan nua" in page
    inbox = mailings.draft({**facts, "way": "inbox"}, "14", by=lead)
    assert "Không muốn nhận nữa" in mailings.as_sent(inbox)
