"""What a dossier still lacks, in sentences, before it may be filed or accepted."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from saola.criteria import load
from saola.criteria.forms import topics
from saola.criteria.papers import required
from saola.criteria.rulebook import rulebook, rulebook_in_force
from saola.lifecycle.dossier import Kind
from saola.scoring import Invalid, MemberSheet, Result, member_sheet, panel, score
from saola.scoring.panels import check_cases, left_out
from saola.server.dossiers.models import Dossier, SelfAssessment

EXTENSION_DAYS = 180  # at most so long after expiry (art. 12.3)


def marks(sheet_id: str, choices: dict[str, str]) -> dict[str, int]:
    """Points of chosen option ids; ids the sheet does not have are left out."""
    return {
        criterion.id: choice.points
        for criterion in load(sheet_id).criteria
        for choice in criterion.choices
        if choice.id == choices.get(criterion.id)
    }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a self-assessment is, and the class it would give."""

    done: int
    of: int
    missing: list[str]
    result: Result | None


def self_assessed(dossier: Dossier) -> Progress:
    """The state of the self-assessment; the result is None while it is not complete."""
    assessment = SelfAssessment.objects.filter(dossier=dossier).first() or SelfAssessment()
    criteria_set = dossier.criteria_set
    try:
        check_cases(criteria_set, dossier.cases)
        own = own_sheet(dossier, assessment)
    except Invalid as fault:
        return Progress(0, len(criteria_set.criteria), [fault.place], None)
    missing = left_out(criteria_set, own.points)
    total = len(criteria_set.criteria)
    if missing:
        return Progress(total - len(missing), total, missing, None)
    made = panel(criteria_set, [own], cases=dossier.cases)
    return Progress(total, total, [], score(made))


def own_sheet(dossier: Dossier, assessment: SelfAssessment) -> MemberSheet:
    """The self-assessment as a sheet of one, complete or not."""
    return member_sheet(
        dossier.criteria_set,
        "Chủ thể",
        marks(dossier.sheet_id, assessment.choices),
        cases=dossier.cases,
        unfit=assessment.unfit,
        may_leave_out=True,
    )


def complete(dossier: Dossier) -> str | None:
    """None when the dossier may be filed, else what to do first."""
    found = lacking(dossier, self_assessed(dossier))
    return found[0] if found else None


def lacking(dossier: Dossier, progress: Progress) -> list[str]:
    """All that must be done before filing, in the order of the parts."""
    found, producer, product = [], dossier.product.producer, dossier.product
    if producer is not None and not producer.representative:
        found.append("Chưa có người đại diện của chủ thể (Mẫu 01).")
    if not product.description:
        found.append("Chưa có mô tả sản phẩm (Mẫu 02, phần I).")
    if product.contents.exists() and not dossier.sheet_reason:
        found.append("Hộp quà có nhiều sản phẩm: hãy ghi vì sao chọn bộ tiêu chí này.")
    if progress.missing:
        listed = ", ".join(progress.missing[:5]) + ("…" if len(progress.missing) > 5 else "")
        found.append(f"Phần tự đánh giá còn thiếu {len(progress.missing)} tiêu chí: {listed}.")
    assessment = SelfAssessment.objects.filter(dossier=dossier).first() or SelfAssessment()
    if not assessment.results.strip():
        found.append("Chưa có kết quả thực hiện phương án sản xuất, kinh doanh (Mẫu 02, phần II).")
    if not assessment.plan.strip():
        found.append("Chưa có kế hoạch sản xuất, kinh doanh (Mẫu 02, phần IV).")
    untold = [
        topic.label.lower()
        for topic in topics(dossier.criteria_set.rulebook, dossier.kind)
        if not assessment.updates.get(topic.id)
    ]
    if untold:
        found.append(f"Chưa ghi thay đổi từ lần trước về: {', '.join(untold)}.")
    waiting = dossier.requests.filter(answered_at=None).count()
    if waiting:
        found.append(f"Còn {waiting} mục được yêu cầu bổ sung chưa trả lời.")
    found += _lapsed(dossier)
    kinds = kinds_there(dossier)
    found += [
        f"Hồ sơ chưa có {paper.label[:1].lower()}{paper.label[1:]} ({paper.basis})."
        for paper in required(dossier.criteria_set, dossier.target_stars)
        if paper.blocks and paper.kind not in kinds
    ]
    return found


def _lapsed(dossier: Dossier) -> list[str]:
    """Papers past their last day on this day of filing; what is filed again or for a higher class
    keeps only what still holds."""
    if dossier.kind == Kind.FIRST:
        return []
    rows = dossier.citations.filter(evidence__expires_on__lt=timezone.localdate())
    papers = rows.order_by("evidence").values_list("evidence__title", "evidence__expires_on")
    return [
        f"“{title}” đã hết hạn ngày {last:%d/%m/%Y}: thay bằng giấy còn hạn, hoặc bỏ khỏi hồ sơ."
        for title, last in papers.distinct()
    ]


def kinds_there(dossier: Dossier) -> set[str]:
    """Kinds of paper that are cited and not past their last day."""
    still = Q(evidence__expires_on=None) | Q(evidence__expires_on__gte=timezone.localdate())
    return set(dossier.citations.filter(still).values_list("evidence__kind", flat=True))


def renewal_window(dossier: Dossier, today: date) -> str | None:
    """For a renewal: filed from 180 to 120 days before the certificate's last day."""
    last = dossier.prior_expires_on
    if dossier.kind != Kind.RENEWAL or last is None:
        return None
    window = rulebook_in_force(today).facts["renewal"]
    first_day = last - timedelta(window["file_not_earlier_than_days"])
    last_day = last - timedelta(window["file_not_later_than_days"])
    if today < first_day:
        return (
            f"Chưa đến thời gian nộp hồ sơ đánh giá lại: nộp từ {first_day:%d/%m/%Y} "
            f"đến {last_day:%d/%m/%Y}."
        )
    still_extended = today <= last + timedelta(EXTENSION_DAYS)
    if today > last_day and not (still_extended and _window_fell_before_the_law(last)):
        return (
            f"Đã quá thời gian nộp hồ sơ đánh giá lại (hạn cuối {last_day:%d/%m/%Y}). "
            "Hãy lập hồ sơ đánh giá lần đầu."
        )
    return None


def _window_fell_before_the_law(expires_on: date) -> bool:
    """Transition, art. 12.3: the window closed before the decision came, so nobody could meet it;
    open beyond that only by setting."""
    if settings.OCOP["extension_scope"] == "any_with_pending_renewal":
        return True
    book = rulebook("26-2026")
    closing = expires_on - timedelta(book.facts["renewal"]["file_not_later_than_days"])
    return (
        settings.OCOP["extension_scope"] == "transition_with_pending_renewal"
        and closing < book.in_force_from
    )
