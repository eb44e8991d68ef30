"""What a careful officer would ask about a paper: past its day, too old, another producer's."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from saola.criteria.rulebook import rulebook
from saola.server.dossiers.models import Dossier, Evidence
from saola.server.dossiers.proposals import other_holder
from saola.vietnamese.dates import add_months, short

TEST_REPORT, DECLARATION = "kiem-nghiem", "cong-bo-chat-luong"
NUMBERED = {
    "dang-ky-kinh-doanh",
    "du-dieu-kien-san-xuat",
    DECLARATION,
    TEST_REPORT,
    "he-thong-chat-luong",
}  # papers that an office numbers and dates


def doubts(dossier: Dossier, papers: Iterable[Evidence], today: date) -> dict[int, list[str]]:
    """Sentences by evidence id, for officers and council; one query beside the papers' own.

    A certificate given today would run the decision's months; a paper that ends before it is
    worth a word, no ground for refusal. How old a test report may be is a setting, for the law of
    declarations and not the decision speaks of it.
    """
    papers = list(papers)
    elsewhere = set(
        Evidence.objects.filter(file__sha256__in={paper.file.sha256 for paper in papers})
        .exclude(producer=dossier.product.producer_id)
        .values_list("file__sha256", flat=True)
    )
    declared = [p.issued_on for p in papers if p.kind == DECLARATION and p.issued_on]
    asked_on = max(declared, default=dossier.filed_on or today)
    found = {paper.pk: _of_dates(paper, dossier, today, asked_on) for paper in papers}
    producer = dossier.product.producer
    for paper in papers:
        holder = other_holder(paper, producer.name) if producer else ""
        if holder:
            found[paper.pk].append(f"giấy ghi tên “{holder}”, khác tên chủ thể")
        if paper.file.sha256 in elsewhere:
            found[paper.pk].append("cùng tệp này có trong minh chứng của chủ thể khác")
    return {pk: sentences for pk, sentences in found.items() if sentences}


def _of_dates(paper: Evidence, dossier: Dossier, today: date, asked_on: date) -> list[str]:
    """`asked_on`: the day on which the quality was declared, else that of filing."""
    found = []
    untold = [
        name
        for name, value in (("số", paper.number), ("ngày cấp", paper.issued_on))
        if paper.kind in NUMBERED and not value
    ]
    if untold:
        found.append(f"chưa ghi {', '.join(untold)} của giấy")
    months = rulebook(dossier.criteria_set.rulebook).validity_months
    if paper.expires_on is not None:
        if paper.expires_on < today:
            found.append(f"giấy đã hết hạn từ {short(paper.expires_on)}")
        elif paper.expires_on < add_months(today, months):
            found.append(
                f"hết hạn {short(paper.expires_on)}, trước khi giấy chứng nhận {months} tháng hết"
            )
    limit = settings.OCOP["test_report_months"]
    if (
        paper.kind == TEST_REPORT
        and paper.issued_on
        and add_months(paper.issued_on, limit) < asked_on
    ):
        found.append(f"phiếu kiểm nghiệm cấp {short(paper.issued_on)}, quá {limit} tháng")
    return found
