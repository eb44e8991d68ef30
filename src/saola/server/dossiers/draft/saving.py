"""Saving a draft field by field: what others wrote meanwhile is kept, and shown where both wrote.

A field of the dossier is named as on its form: "target_stars", "sheet_reason", "case-8" (case of a
two-case criterion), "c-1.1" (chosen option), "r-1.1" (why none fits), "k-1.1" (comment), "plan",
"results", "u-packaging" (a topic of a renewal).
"""

from collections.abc import Mapping

from django.db import transaction

from saola.criteria import CriteriaSet
from saola.criteria.forms import topics
from saola.lifecycle.dossier import Kind
from saola.lifecycle.machine import Refused
from saola.scoring.panels import drop_without_story
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.dossiers.queries import locked, open_for_producer
from saola.server.drafts.merge import OVERWRITES, Merged, Opened, merge

UNFIT = "khong-phu-hop"
LONGEST = 20_000  # letters of one text
SHORTER = {"r": 500, "k": 2000}


def record_of(dossier: Dossier) -> str:
    """Under which name its changes are kept."""
    return f"dossier:{dossier.pk}"


def flat(dossier: Dossier, assessment: SelfAssessment) -> dict[str, str]:
    """Every field of the draft as text."""
    fields = {
        "target_stars": str(dossier.target_stars),
        "sheet_reason": dossier.sheet_reason,
        "plan": assessment.plan,
        "results": assessment.results,
    }
    for criterion_id in dossier.criteria_set.two_case:
        fields[f"case-{criterion_id}"] = dossier.cases.get(criterion_id, "")
    for topic in topics(dossier.criteria_set.rulebook, dossier.kind):
        fields[f"u-{topic.id}"] = assessment.updates.get(topic.id, "")
    for criterion in dossier.criteria_set.criteria:
        unfit = criterion.id in assessment.unfit
        chosen = UNFIT if unfit else assessment.choices.get(criterion.id, "")
        fields[f"c-{criterion.id}"] = chosen
        fields[f"r-{criterion.id}"] = assessment.unfit.get(criterion.id, "")
        fields[f"k-{criterion.id}"] = assessment.comments.get(criterion.id, "")
    return fields


@transaction.atomic
def save(
    dossier: Dossier, posted: Mapping[str, str], *, by: User, opened: Opened = OVERWRITES
) -> Merged:
    """Keep the posted fields of a draft that this page changed since it was opened. Refused for a
    field or an option that the sheet does not have."""
    dossier = locked(dossier)
    require(by, Permission.DOSSIER_EDIT, dossier)
    open_for_producer(dossier)
    assessment, _ = SelfAssessment.objects.get_or_create(dossier=dossier)
    stored, record = flat(dossier, assessment), record_of(dossier)
    checked = _checked(dossier, stored, posted)
    merged = merge(record, stored, checked, opened=opened, by=by.full_name)
    if merged.changed:
        _keep(dossier, assessment, merged.values)
    return merged


def _checked(dossier: Dossier, stored: dict[str, str], posted: Mapping[str, str]) -> dict[str, str]:
    """The posted fields, each one that this dossier has and holds what it may hold."""
    found = {}
    for field, value in posted.items():
        if field not in stored:
            raise Refused(f"Hồ sơ không có mục “{field[:40]}”. Hãy tải lại trang.")
        kind, _dash, criterion_id = field.partition("-")
        text = value.strip() if kind in "rk" else value
        if kind == "c":
            _on_the_sheet(dossier.criteria_set, criterion_id, text)
        elif kind == "case" and text not in dossier.criteria_set.two_case[criterion_id].cases:
            raise Refused("Hãy chọn một trường hợp chấm có trong bộ tiêu chí.", field=field)
        elif field == "target_stars":
            _target_fits(dossier, text)
        elif kind == "r" and posted.get(f"c-{criterion_id}", UNFIT) != UNFIT:
            text = ""  # a reason counts while no option fits
        found[field] = text[: SHORTER.get(kind, LONGEST)]
    return found


def _on_the_sheet(criteria_set: CriteriaSet, criterion_id: str, value: str) -> None:
    known = {choice.id for choice in criteria_set.by_id[criterion_id].choices}
    if value and value != UNFIT and value not in known:
        raise Refused(
            f"Tiêu chí {criterion_id} không có mức “{value[:20]}”. Hãy chọn lại.",
            field=criterion_id,
        )


def _target_fits(dossier: Dossier, value: str) -> None:
    prior = dossier.prior_stars or 0
    if value not in ("3", "4", "5"):
        raise Refused("Hạng đăng ký là 3, 4 hoặc 5 sao.", field="target_stars")
    if dossier.kind == Kind.UPGRADE and int(value) <= prior:
        raise Refused(
            f"Sản phẩm đang {prior} sao: nâng hạng thì đăng ký hạng cao hơn.", field="target_stars"
        )


def _keep(dossier: Dossier, assessment: SelfAssessment, values: dict[str, str]) -> None:
    criteria_set = dossier.criteria_set
    cases = {c: values[f"case-{c}"] for c in criteria_set.two_case if values[f"case-{c}"]}
    ids = [criterion.id for criterion in criteria_set.criteria]
    chosen = {i: values[f"c-{i}"] for i in ids if values[f"c-{i}"]}
    if cases != dossier.cases:
        # options of the other case are no longer on the sheet: they must be chosen again
        chosen = {i: v for i, v in chosen.items() if i not in criteria_set.two_case}
    assessment.unfit = {i: values[f"r-{i}"] for i, v in chosen.items() if v == UNFIT}
    assessment.choices = {i: v for i, v in chosen.items() if v != UNFIT}
    assessment.comments = {i: values[f"k-{i}"] for i in ids if values[f"k-{i}"]}
    assessment.updates = {
        f.removeprefix("u-"): v for f, v in values.items() if f.startswith("u-") and v.strip()
    }
    assessment.plan, assessment.results = values["plan"], values["results"]
    drop_without_story(criteria_set, assessment.choices, assessment.unfit)
    assessment.save()
    dossier.cases, dossier.sheet_reason = cases, values["sheet_reason"]
    dossier.target_stars = int(values["target_stars"])
    dossier.save()
