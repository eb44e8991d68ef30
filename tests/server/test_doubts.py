"""What officers and council are told about papers that a careful reader would ask about."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from saola.server.dossiers.doubts import doubts
from saola.server.dossiers.models import Dossier, Evidence
from tests.factories import ProducerFactory
from tests.server.conftest import PDF, Office

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"expires_on": date(2026, 11, 23)}, ["giấy đã hết hạn từ 23/11/2026"]),
        (
            {"expires_on": date(2026, 11, 24)},
            ["hết hạn 24/11/2026, trước khi giấy chứng nhận 36 tháng hết"],
        ),
        (
            {"expires_on": date(2029, 11, 23)},
            ["hết hạn 23/11/2029, trước khi giấy chứng nhận 36 tháng hết"],
        ),
        ({"expires_on": date(2029, 11, 24)}, []),
        ({"kind": "kiem-nghiem", "issued_on": date(2025, 11, 24)}, []),
        (
            {"kind": "kiem-nghiem", "issued_on": date(2025, 11, 23)},
            ["phiếu kiểm nghiệm cấp 23/11/2025, quá 12 tháng"],
        ),
        ({"kind": "lao-dong", "issued_on": date(2020, 1, 1)}, []),
        (
            {"kind": "kiem-nghiem", "issued_on": None, "number": "12/KN"},
            ["chưa ghi ngày cấp của giấy"],
        ),
        ({"kind": "he-thong-chat-luong", "number": ""}, ["chưa ghi số, ngày cấp của giấy"]),
        ({"kind": "lao-dong", "number": ""}, []),
    ],
)
def test_days_of_papers(office: Office, fields: dict[str, Any], expected: list[str]) -> None:
    dossier = office.dossier()
    Evidence.objects.update(**({"kind": "lao-dong", "number": "1"} | fields))

    found = doubts(dossier, Evidence.objects.select_related("file"), TODAY)

    assert list(found.values()) == ([expected] if expected else [])


def test_how_old_a_test_report_may_be_is_a_setting(office: Office, settings: Any) -> None:
    settings.OCOP = settings.OCOP | {"test_report_months": 6}
    dossier = office.dossier()
    Evidence.objects.update(kind="kiem-nghiem", issued_on=date(2026, 5, 1))

    found = doubts(dossier, Evidence.objects.select_related("file"), TODAY)

    assert "quá 6 tháng" in str(found)


def test_a_test_report_is_held_against_the_day_of_filing(office: Office) -> None:
    dossier = office.dossier()
    Dossier.objects.update(filed_on=date(2026, 6, 1))
    Evidence.objects.update(kind="kiem-nghiem", issued_on=date(2025, 8, 1), number="12/KN")
    dossier.refresh_from_db()

    assert doubts(dossier, Evidence.objects.select_related("file"), TODAY) == {}


def test_where_quality_was_declared_the_report_is_held_against_that_day(office: Office) -> None:
    dossier = office.dossier()
    Evidence.objects.update(kind="kiem-nghiem", issued_on=date(2025, 8, 1), number="12/KN")
    paper = Evidence.objects.get()
    Evidence.objects.create(
        producer=paper.producer, file=paper.file, added_by=paper.added_by, title="Bản công bố",
        kind="cong-bo-chat-luong", number="1/CB", issued_on=date(2026, 10, 1),
    )  # fmt: skip

    found = doubts(dossier, Evidence.objects.select_related("file"), TODAY)

    assert found == {paper.pk: ["phiếu kiểm nghiệm cấp 01/08/2025, quá 12 tháng"]}


def test_the_same_file_with_another_producer_is_told_to_officers_only(office: Office) -> None:
    dossier = office.dossier("filed")
    own = Evidence.objects.get()
    stranger = ProducerFactory(name="HTX khác (minh họa)")
    Evidence.objects.create(
        producer=stranger, file=own.file, kind="lao-dong", title="x", added_by=office["producer"]
    )

    desk = office.client("commune_officer").get(reverse("desk:dossier", args=[dossier.pk]))
    portal = office.client("producer").get(reverse("portal:evidence", args=[dossier.pk]))

    assert "cùng tệp này có trong minh chứng của chủ thể khác" in desk.content.decode()
    assert "chủ thể khác" not in portal.content.decode()
    assert "HTX khác" not in desk.content.decode()


def test_doubts_take_one_query_however_many_papers(
    office: Office, django_assert_num_queries: Any
) -> None:
    from saola.server.dossiers.evidence import add_evidence

    dossier = office.dossier()
    for n in range(5):
        add_evidence(
            dossier,
            SimpleUploadedFile("a.pdf", PDF + b" " * n),
            {"title": f"t{n}", "kind": "lao-dong"},
            ["3.3"],
            by=office["producer"],
        )
    papers = list(Evidence.objects.select_related("file"))

    with django_assert_num_queries(1):
        doubts(dossier, papers, TODAY)
