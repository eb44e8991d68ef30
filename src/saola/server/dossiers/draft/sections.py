"""The parts of a dossier in the order people fill them in, and which are done: "4/9"."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.criteria.forms import topics
from saola.server.dossiers.completeness import Progress, lacking, self_assessed
from saola.server.dossiers.models import Dossier, SelfAssessment


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the task list. `figure` is "5/9" where a part has several."""

    key: str
    name: str | Promise
    done: bool
    figure: str = ""


NAMES: dict[str, str | Promise] = {
    "registration": _("Đăng ký hạng và trường hợp chấm"),
    "producer": _("Thông tin chủ thể"),
    "product": _("Thông tin sản phẩm"),
    "assessment": _("Tự đánh giá theo bộ tiêu chí"),
    "results": _("Kết quả thực hiện phương án sản xuất, kinh doanh"),
    "plan": _("Kế hoạch sản xuất, kinh doanh"),
    "updates": _("Những thay đổi từ lần trước"),
    "evidence": _("Minh chứng"),
    "check": _("Kiểm tra lại"),
    "file": _("Nộp hồ sơ"),
}


def sections(dossier: Dossier, progress: Progress | None = None) -> list[Section]:
    """All parts of this dossier: four queries."""
    assessment = SelfAssessment.objects.filter(dossier=dossier).first() or SelfAssessment()
    progress = progress or self_assessed(dossier)
    producer, product = dossier.product.producer, dossier.product
    asked = topics(dossier.criteria_set.rulebook, dossier.kind)
    told = sum(bool(assessment.updates.get(topic.id)) for topic in asked)
    papers = dossier.citations.values("evidence").distinct().count()
    open_ends = lacking(dossier, progress)
    done: dict[str, Callable[[], tuple[bool, str]]] = {
        "registration": lambda: (set(dossier.cases) == set(dossier.criteria_set.two_case), ""),
        "producer": lambda: (bool(producer and producer.representative), ""),
        "product": lambda: (bool(product.description), ""),
        "assessment": lambda: (not progress.missing, f"{progress.done}/{progress.of}"),
        "results": lambda: (bool(assessment.results.strip()), ""),
        "plan": lambda: (bool(assessment.plan.strip()), ""),
        "updates": lambda: (told == len(asked), f"{told}/{len(asked)}"),
        "evidence": lambda: (papers > 0, str(papers)),
        "check": lambda: (not open_ends, ""),
        "file": lambda: (dossier.state != "draft", ""),
    }
    return [Section(key, NAMES[key], *done[key]()) for key in NAMES if key != "updates" or asked]


def groups(dossier: Dossier, missing: list[str]) -> list[Section]:
    """The groups of the sheet, one page each: "3/5" criteria are chosen."""
    return [
        Section(
            group.id,
            group.label,
            not any(c.id in missing for c in group.criteria),
            f"{sum(c.id not in missing for c in group.criteria)}/{len(group.criteria)}",
        )
        for part in dossier.criteria_set.parts
        for group in part.groups
    ]
