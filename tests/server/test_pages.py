"""Pages: who gets which, what they answer to bad input, and how many queries they take."""

from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from saola.scoring import Quorum, Regulation, Rounding, SpreadLimit
from saola.server.councils import actions
from saola.server.councils.models import AgendaItem, Council, ScoreSheet
from saola.server.dossiers.models import CommuneReport, Dossier, Evidence
from saola.server.files.recognise import LIMITS, MIB, Limit
from saola.server.products.models import Product
from saola.server.recognition import actions as recognition
from saola.server.recognition.models import Recognition
from tests.factories import DossierFactory, ProductFactory
from tests.server.conftest import PDF, Office
from tests.server.test_recognition import TODAY, decide, signed, submitted

DECOMPOSED = "Che\u0300 Shan tuye\u0302\u0301t"  # NFD, as old systems send it


def test_a_dossier_is_filed_on_its_page(office: Office) -> None:
    dossier = office.dossier()
    client = office.client("producer")

    shown = client.get(reverse("portal:file", args=[dossier.pk]))
    filed = client.post(reverse("portal:file", args=[dossier.pk]), follow=True)

    assert shown.status_code == 200
    assert "Giấy biên nhận" in filed.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == "filed"


def sheet_data(item: AgendaItem, total: int = 80) -> dict[str, str]:
    from saola.server.demo.marks import choices_for

    choices = choices_for(item.dossier.criteria_set, total, stars=4)
    return {f"c-{criterion}": choice for criterion, choice in choices.items()}


@pytest.fixture
def item(office: Office) -> AgendaItem:
    return office.session(office.dossier()).items.get()


def test_a_stranger_finds_nothing(office: Office) -> None:
    dossier = office.dossier("filed")
    pages = {
        "other_producer": ["portal:dossier", "portal:assessment", "portal:evidence", "portal:file"],
        "other_commune": ["desk:dossier"],
        "ocop_agency": ["desk:dossier"],
    }

    for name, views in pages.items():
        client = office.client(name)
        for view in views:
            assert client.get(reverse(view, args=[dossier.pk])).status_code == 404, (name, view)


def test_a_draft_is_seen_by_its_producer_only(office: Office) -> None:
    dossier = office.dossier()

    seen = {name for name in office.people if Dossier.objects.visible_to(office[name]).exists()}

    assert seen == {"producer"}
    assert dossier.state == "draft"


def test_pages_of_others_areas_are_refused(office: Office, item: AgendaItem) -> None:
    wanted = {
        "producer": [
            "desk:queue",
            "jury:sessions",
            "desk:journal",
            "desk:people",
            "desk:decisions",
        ],
        "commune_officer": ["portal:home", "jury:sessions", "desk:journal"],
        "hd2": ["portal:home", "desk:queue", "desk:journal", "desk:people"],
        "administrator": ["portal:home", "desk:queue", "jury:sessions"],
    }

    for name, views in wanted.items():
        client = office.client(name)
        for view in views:
            assert client.get(reverse(view)).status_code == 403, (name, view)


def test_pages_need_sign_in_unless_they_are_public(db: None) -> None:
    client = Client()

    private = [reverse(v) for v in ("portal:home", "desk:queue", "jury:sessions", "account:home")]
    public = [
        reverse(v) for v in ("public:home", "public:register", "public:criteria", "account:sign-in")
    ]

    assert [client.get(path).status_code for path in private] == [302] * 4
    assert [client.get(path).status_code for path in public] == [200] * 4


def test_decomposed_text_is_stored_composed(office: Office) -> None:
    data = {"name": DECOMPOSED, "group": "11", "kind": "first"}

    response = office.client("producer").post(reverse("portal:start"), data)

    assert response.status_code == 302
    assert Product.objects.get().name == "Chè Shan tuyết"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("virus.pdf", b"MZ\x90\x00", "Chỉ nhận tệp PDF, ảnh"),
        ("anh.jpg", b"\xff\xd8\xff\xe0 not a photo", "Chỉ nhận tệp PDF, ảnh"),
        ("hong.pdf", b"%PDF-1.4 broken", "bị hỏng hoặc có mật khẩu"),
        ("trang.html", b"<script>alert(1)</script>", "Chỉ nhận tệp PDF, ảnh"),
        ("rong.pdf", b"", "rỗng"),
    ],
)
def test_wrong_files_are_refused_and_nothing_typed_is_lost(
    office: Office, name: str, content: bytes, words: str
) -> None:
    dossier = office.dossier()
    before = Evidence.objects.count()
    data = {
        "file": SimpleUploadedFile(name, content),
        "title": "Giấy của tôi",
        "kind": "lao-dong",
        "criteria": ["3.3"],
    }

    response = office.client("producer").post(reverse("portal:evidence", args=[dossier.pk]), data)

    page = response.content.decode()
    assert response.status_code == 400
    assert page.count(words) == 2  # at the top and at the field
    assert 'value="Giấy của tôi"' in page
    assert Evidence.objects.count() == before


def test_a_file_over_the_limit_is_refused_with_its_size(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "paper", Limit("giấy tờ PDF", MIB))
    dossier = office.dossier()
    data = {
        "file": SimpleUploadedFile("to.pdf", PDF + b" " * 1_300_000),
        "title": "t",
        "kind": "lao-dong",
        "criteria": ["3.3"],
    }

    response = office.client("producer").post(reverse("portal:evidence", args=[dossier.pk]), data)

    assert response.status_code == 400
    assert "Tệp quá lớn (1,2 MB, giấy tờ PDF tối đa 1 MB)" in response.content.decode()


def test_file_names_of_strangers_become_plain(db: None) -> None:
    from saola.server.files.store import clean_name

    assert clean_name("..\\..\\etc/pass\u0000wd.pdf") == "passwd.pdf"
    assert clean_name("Giấy <b>.pdf") == "Giấy b.pdf"
    assert clean_name("///") == "tep"


def test_dates_out_of_order_are_told_at_the_field(office: Office) -> None:
    dossier = office.dossier()
    data = {
        "file": SimpleUploadedFile("a.pdf", PDF),
        "title": "t",
        "kind": "lao-dong",
        "criteria": ["3.3"],
        "issued_on": "2026-05-02",
        "expires_on": "2026-05-01",
    }

    response = office.client("producer").post(reverse("portal:evidence", args=[dossier.pk]), data)

    assert response.status_code == 400
    assert response.content.decode().count("không thể trước ngày cấp") == 2


def test_a_sheet_posted_twice_is_one_sheet(office: Office, item: AgendaItem) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    data = sheet_data(item) | {"revision": "0", "seal": ""}

    first, second = client.post(path, data), client.post(path, data)
    seal = reverse("jury:seal", args=[item.pk])
    sealed = [client.post(seal, {"revision": "1"}).status_code for _ in range(2)]

    assert (first.status_code, second.status_code) == (302, 302)
    assert sealed == [302, 302]
    assert ScoreSheet.objects.get().total == 80


def test_a_page_saves_by_itself_and_is_told_the_class(office: Office, item: AgendaItem) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    saves_itself = {"HTTP_X_AUTOSAVE": "1"}

    told = client.post(path, sheet_data(item, 80) | {"revision": "0"}, **saves_itself).json()
    stale = client.post(path, sheet_data(item, 81) | {"revision": "0"}, **saves_itself)
    unfit = sheet_data(item) | {"c-1.4": "khong-phu-hop", "revision": "1"}
    refused = client.post(path, unfit, **saves_itself)

    assert (told["revision"], told["stars"]) == (1, "4 sao")
    assert told["saved"].startswith("Đã lưu ")
    assert (stale.status_code, refused.status_code) == (409, 409)
    assert refused.json()["reason"] == "chưa lưu: Hãy ghi lý do."


def test_the_producers_own_sheet_saves_by_itself(office: Office) -> None:
    dossier = office.dossier()
    path = reverse("portal:assessment", args=[dossier.pk])
    data = {f"c-{c}": choice for c, choice in dossier.self_assessment.choices.items()}

    told = office.client("producer").post(
        path, data | {"c-4.1": "4.1#1", "base": "0"}, HTTP_X_AUTOSAVE="1"
    )

    dossier.self_assessment.refresh_from_db()
    assert told.json()["saved"].startswith("Đã lưu")
    assert dossier.self_assessment.choices["4.1"] == "4.1#1"


def test_the_producer_gets_the_result_and_its_papers(office: Office) -> None:
    dossier = submitted(office, 80, 81, 82)
    decide(office, dossier)
    leader, client = office["province_leader"], office.client("producer")
    recognition.certify(dossier, TODAY(), by=leader)
    recognition.publish(dossier, by=leader)
    notice = recognition.notify(dossier, signed("7/TB"), by=office["ocop_agency"])

    page = client.get(reverse("portal:dossier", args=[dossier.pk])).content.decode()
    papers = [
        client.get(reverse("portal:notice-file", args=[dossier.pk, notice.pk])),
        client.get(reverse("portal:certificate-file", args=[dossier.pk])),
    ]
    foreign = office.client("other_producer").get(
        reverse("portal:certificate-file", args=[dossier.pk])
    )

    assert "Còn hiệu lực đến" in page
    assert "Chênh lệch giữa các thành viên" not in page
    assert [b"".join(p.streaming_content)[:5] for p in papers] == [b"%PDF-"] * 2
    assert foreign.status_code == 404


def test_officers_and_council_read_what_the_producer_claims(
    office: Office, item: AgendaItem
) -> None:
    CommuneReport.objects.create(dossier=item.dossier, material="Chè của xã")
    paths = {
        "ocop_agency": reverse("desk:dossier", args=[item.dossier_id]),
        "hd2": reverse("jury:dossier", args=[item.pk]),
    }

    for who, path in paths.items():
        page = office.client(who).get(path).content.decode()
        assert "Chủ thể tự đánh giá" in page, who
        assert "Chè của xã" in page, who
        assert "4.1 " in page, who


@pytest.mark.parametrize(("name", "value"), [("co-chu", "150"), ("nen", "dark")])
def test_letters_and_ground_are_kept(db: None, name: str, value: str) -> None:
    client = Client()

    client.post(reverse("account:appearance"), {name: value, "next": "/"})
    page = client.get("/").content.decode()
    client.post(reverse("account:appearance"), {name: "<script>"})

    assert f'="{value}"' in page
    assert client.cookies[name].value == value


def test_the_later_tab_keeps_what_was_chosen_and_is_told(office: Office, item: AgendaItem) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    client.post(path, sheet_data(item, 80) | {"revision": "0"})

    late = client.post(path, sheet_data(item, 79) | {"revision": "0", "remark": "ở thẻ hai"})

    page = late.content.decode()
    assert late.status_code == 409
    assert "đã được lưu ở thẻ hoặc thiết bị khác" in page
    assert "ở thẻ hai" in page
    assert 'name="revision" value="1"' in page
    assert ScoreSheet.objects.get().total == 80


def test_a_sealed_sheet_is_not_changed_by_its_page(office: Office, item: AgendaItem) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    confirm = client.post(path, sheet_data(item, 80) | {"revision": "0", "seal": ""})
    assert ScoreSheet.objects.get().sealed_at is None
    assert "80" in client.get(confirm["Location"]).content.decode()
    client.post(confirm["Location"], {"revision": "1"})
    assert ScoreSheet.objects.get().sealed_at is not None

    changed = client.post(path, sheet_data(item, 79) | {"revision": "1"})

    assert changed.status_code == 409
    assert "Phiếu đã khóa" in changed.content.decode()


def test_points_not_on_the_sheet_are_told(office: Office, item: AgendaItem) -> None:
    path = reverse("jury:sheet", args=[item.pk])
    data = sheet_data(item) | {"c-1.1": "1.1#99", "revision": "0"}

    response = office.client("hd1").post(path, data)

    assert response.status_code == 409
    assert "không có mức" in response.content.decode()
    assert not ScoreSheet.objects.exists()


def test_no_option_fits_asks_a_reason_and_scores_zero(office: Office, item: AgendaItem) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    data = sheet_data(item) | {"c-1.4": "khong-phu-hop", "revision": "0", "seal": ""}

    asked = client.post(path, data)
    client.post(path, data | {"r-1.4": "không sản xuất đều"})

    assert "Hãy ghi lý do" in asked.content.decode()
    sheet = ScoreSheet.objects.get()
    assert sheet.unfit == {"1.4": "không sản xuất đều"}
    assert sheet.total is not None


def test_a_stop_without_reason_keeps_what_was_chosen(office: Office, item: AgendaItem) -> None:
    path = reverse("jury:sheet", args=[item.pk])
    data = sheet_data(item) | {"event": "disqualify", "revision": "0", "remark": "lời dài"}

    page = office.client("hd1").post(path, data).content.decode()

    assert "Hãy ghi lý do dừng hoặc loại" in page
    assert "lời dài" in page
    assert page.count("checked") == 32


def test_a_session_without_quorum_is_not_opened(office: Office) -> None:
    dossier = office.dossier()
    session = office.session(dossier)
    session.__class__.objects.filter(pk=session.pk).update(state="prepared")
    session.attendance.update(present=False)

    response = office.client("hd1").post(reverse("jury:session", args=[session.pk]), {"open": ""})

    assert response.status_code == 409
    assert "chưa đủ 3/4" in response.content.decode()


def test_failures_of_sign_in_lock_the_account(db: None) -> None:
    client = Client()
    data = {"username": "hd1", "password": "sai"}

    codes = [client.post(reverse("account:sign-in"), data).status_code for _ in range(6)]

    assert codes[:4] == [400] * 4
    assert codes[5] == 429


def test_sign_in_does_not_lead_to_other_sites(office: Office) -> None:
    user = office["hd1"]
    user.set_password("mật khẩu dài")
    user.save()
    data = {"username": "hd1", "password": "mật khẩu dài", "next": "https://xau.example/"}

    response = Client().post(reverse("account:sign-in"), data)

    assert (response.status_code, response["Location"]) == (302, reverse("account:home"))


def test_household_names_stay_off_public_pages(db: None) -> None:
    from tests.factories import ProducerFactory

    producer = ProducerFactory(name="Hộ kinh doanh Nguyễn Văn Thử", kind="household")
    product = ProductFactory(producer=producer)
    Recognition.objects.create(product=product, stars=3, year=2024, published_on="2026-01-01")

    pages = [
        Client().get(reverse("public:register")).content.decode(),
        Client().get(reverse("public:register") + "?tim=nguyen+van+thu").content.decode(),
        Client().get(reverse("public:product", args=[product.pk])).content.decode(),
    ]

    assert all("Nguyễn Văn Thử" not in page for page in pages)
    assert "1 sản phẩm" not in pages[1]


def test_what_is_not_published_is_not_found(db: None) -> None:
    product = ProductFactory()
    Recognition.objects.create(product=product, stars=3, year=2024)

    assert Client().get(reverse("public:product", args=[product.pk])).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "trang=abc",
        "trang=99999",
        "sao=9",
        "xa='--",
        "tinh-trang=x",
        "tim=%00%ff",
        "tim=" + "đ" * 500,
    ],
)
def test_odd_queries_of_the_register_answer_200(db: None, query: str) -> None:
    assert Client().get(reverse("public:register") + "?" + query).status_code == 200


def test_search_finds_without_marks(db: None) -> None:
    product = ProductFactory(name="Đường phên Chiềng Cang")
    Recognition.objects.create(product=product, stars=3, year=2025, published_on="2026-01-01")

    for text in ("duong phen", "ĐƯỜNG PHÊN", "chieng cang duong", DECOMPOSED):
        page = Client().get(reverse("public:register"), {"tim": text}).content.decode()
        assert ("Đường phên Chiềng Cang" in page) == (text != DECOMPOSED), text


def count(client: Client, path: str, django_assert_num_queries: Any, number: int) -> None:
    with django_assert_num_queries(number):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_register_do_not_grow(
    db: None, django_assert_num_queries: Any, rows: int
) -> None:
    for product in ProductFactory.create_batch(rows):
        Recognition.objects.create(product=product, stars=3, year=2024, published_on="2026-01-01")

    count(Client(), reverse("public:register"), django_assert_num_queries, 5)


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_queue_do_not_grow(
    office: Office, django_assert_num_queries: Any, rows: int
) -> None:
    for product in ProductFactory.create_batch(rows, producer=office.producer):
        DossierFactory(product=product, state="proposed", created_by=office["producer"])

    count(office.client("ocop_agency"), reverse("desk:queue"), django_assert_num_queries, 5)


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_session_and_the_matrix_do_not_grow(
    office: Office, django_assert_num_queries: Any, rows: int
) -> None:
    session = office.session(*[office.dossier() for _ in range(rows)])
    for item in session.items.all():
        office.seal(item, 80, 80, 80)
    client = office.client("hd1")

    count(client, reverse("jury:matrix", args=[session.pk]), django_assert_num_queries, 15)
    count(client, reverse("jury:session", args=[session.pk]), django_assert_num_queries, 12)


def test_queries_of_the_sheet_are_few(
    office: Office, item: AgendaItem, django_assert_num_queries: Any
) -> None:
    count(
        office.client("hd1"), reverse("jury:sheet", args=[item.pk]), django_assert_num_queries, 10
    )


def test_queries_of_a_save_are_few(
    office: Office, item: AgendaItem, django_assert_num_queries: Any
) -> None:
    client, path = office.client("hd1"), reverse("jury:sheet", args=[item.pk])
    data = sheet_data(item)
    client.post(path, data | {"revision": "0"})

    with django_assert_num_queries(11):
        client.post(path, data | {"revision": "1", "remark": "thêm lời"})


def test_exports_hold_every_mark(office: Office, item: AgendaItem) -> None:
    office.seal(item, 80, 81, 82)
    actions.close_scores(item, by=office["hd1"])
    client = office.client("hd1")

    csv = b"".join(
        client.get(reverse("jury:export", args=[item.session_id, "csv"])).streaming_content
    )
    xlsx = client.get(reverse("jury:export", args=[item.session_id, "xlsx"]))

    assert len(csv.decode("utf-8-sig").strip().splitlines()) == 1 + 3 * 32
    assert xlsx.content[:2] == b"PK"


def test_pages_say_what_is_illustrative(office: Office) -> None:
    dossier = office.dossier("filed", illustrative=True)

    page = office.client("commune_officer").get(reverse("desk:dossier", args=[dossier.pk]))

    assert "DỮ LIỆU MINH HỌA – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in page.content.decode()


REGULATION = {
    "name": "Hội đồng năm 2027",
    "decision_number": "12/QĐ-UBND",
    "decided_on": "2026-11-02",
    "regulation_number": "13/QĐ-UBND",
    "regulation_dated": "2026-11-03",
    "quorum": "2/3",
    "spread": "7",
    "breaks": "at",
    "effect": "flag",
    "minimum_test": "each_member",
    "missed_three_star": "not_met",
    "zero_stops": "any",
    "capped_from_90": "province",
    "missing": "refuse",
    "rounds": "on",
    "decimals": "1",
    "mode": "half_even",
    "place": "member",
}


def test_every_setting_of_a_regulation_is_written_and_read_back(office: Office) -> None:
    client = office.client("ocop_agency")

    answer = client.post("/can-bo/hoi-dong/moi/", REGULATION, follow=True)

    made = Council.objects.get(decision_number="12/QĐ-UBND")
    assert made.rules() == Regulation(
        number="13/QĐ-UBND",
        minimum_test="each_member",
        missed_three_star="not_met",
        sheet26_markers=False,
        zero_stops="any",
        capped_from_90="province",
        rounding=Rounding(1, "half_even", "member"),
        spread_limit=SpreadLimit(Fraction(7), "at", "flag"),
        quorum=Quorum(Fraction(2, 3), chair=False),
        missing="refuse",
    )
    page = answer.content.decode()
    assert "7 điểm, từ mức đó: chỉ ghi nhận" in page
    assert "điểm từng thành viên, 1 số lẻ, nửa về số chẵn" in page


def test_a_rounding_without_its_decimals_is_told(office: Office) -> None:
    answer = office.client("ocop_agency").post(
        "/can-bo/hoi-dong/moi/", REGULATION | {"decimals": ""}
    )

    assert answer.status_code == 409
    assert "từ 0 đến 6" in answer.content.decode()


def test_odd_posts_are_answered_in_words_not_500(office: Office) -> None:
    dossier = office.dossier()
    session = office.session(dossier)
    item = session.items.get()
    office.seal(item, 80)
    jury = reverse("jury:result", args=[item.pk])
    prepare = reverse("desk:prepare", args=[session.pk])
    posts = [
        ("hd1", jury, {"reopen": "", "member": "x", "reason": "a"}, 404),
        ("hd1", jury, {"exclude": "", "event": "khác", "reason": "a"}, 409),
        (
            "hd1",
            jury,
            {"exclude": "", "event": "disqualify", "criterion": "99", "reason": "a"},
            409,
        ),
        ("hd1", jury, {"settle": "", "agreed": "9.9=3"}, 409),
        ("hd1", jury, {"settle": "", "agreed": "x"}, 409),
        ("hd2", jury, {"close": ""}, 409),
        ("hd3", prepare, {"schedule": "x"}, 404),
        ("hd3", prepare, {"attendance": "", "present": ["x"]}, 409),
        ("hd1", reverse("jury:sheet", args=[item.pk]), {"revision": "x"}, 409),
        (
            "province_leader",
            reverse("desk:certify", args=[dossier.pk]),
            {"issued_on": "9999-12-31"},
            409,
        ),
        ("province_leader", reverse("desk:decide-central", args=[dossier.pk]), {}, 409),
        ("ocop_agency", reverse("desk:step", args=[dossier.pk, "khong-co"]), {}, 404),
        ("ocop_agency", reverse("desk:journal") + "?ve=%00", {}, 200),
    ]

    for name, path, data, status in posts:
        assert office.client(name).post(path, data).status_code == status, (name, path, data)
