"""What was filed, kept as it was: numbered versions of a dossier."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from saola.criteria.forms import topics
from saola.criteria.load import canonical
from saola.criteria.model import Criterion
from saola.server.accounts.models import User
from saola.server.accounts.roles import HELPER
from saola.server.dossiers.models import Dossier, Evidence, FiledVersion, SelfAssessment
from saola.server.drafts.merge import forget
from saola.server.products.details import PRODUCER_FIELDS, PRODUCT_FIELDS


def freeze(dossier: Dossier, *, by: User) -> FiledVersion:
    """Keep what is filed now: the uploaded dossier has the value of the paper one (art. 7.1)."""
    content = content_of(dossier)
    forget(f"dossier:{dossier.pk}")
    return FiledVersion.objects.create(
        dossier=dossier,
        number=dossier.versions.count() + 1,
        content=content,
        sha256=hashlib.sha256(canonical(content)).hexdigest(),
        filed_at=timezone.now(),
        filed_by=by,
        helped=f"producer:{dossier.product.producer_id}" in by.scopes_as(HELPER),
    )


def content_of(dossier: Dossier) -> dict[str, Any]:
    """Everything the dossier says now, as it is frozen on filing."""
    assessment, _ = SelfAssessment.objects.get_or_create(dossier=dossier)
    return {
        "product": dossier.product.name,
        "kind": dossier.kind,
        "sheet": dossier.sheet_id,
        "fingerprint": dossier.fingerprint,
        "sheet_reason": dossier.sheet_reason,
        "cases": dossier.cases,
        "target_stars": dossier.target_stars,
        "self_assessment": {
            field: getattr(assessment, field)
            for field in ("choices", "unfit", "comments", "plan", "results", "updates")
        },
        "producer": _details(dossier.product.producer, PRODUCER_FIELDS),
        "about": _details(dossier.product, PRODUCT_FIELDS)
        | {
            "contents": [p.name for p in dossier.product.contents.order_by("folded")],
            "partners": [p.name for p in dossier.product.partners.order_by("folded")],
        },
        "evidence": [
            {
                "criterion": citation.criterion,
                "title": citation.evidence.title,
                "page": citation.page,
                "sha256": citation.evidence.file.sha256,
                **_facts(citation.evidence),
            }
            for citation in dossier.citations.select_related("evidence__file").order_by(
                "criterion", "pk"
            )
        ],
    }


FACTS = ("kind", "number", "holder", "issuer", "issued_on", "expires_on")


def _facts(paper: Evidence) -> dict[str, str]:
    """What the paper says, as it was known on filing; days in ISO 8601."""
    return {field: str(getattr(paper, field) or "") for field in FACTS}


def _details(thing: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """The name and what is said beside it on the forms."""
    if thing is None:
        return {}
    return {"name": thing.name} | {field: getattr(thing, field) for field in fields}


def filed_assessment(dossier: Dossier) -> SelfAssessment:
    """The self-assessment as it was filed last, for offices and council, while the producer may be
    writing on; the draft's own where nothing was filed yet."""
    version = dossier.versions.order_by("-number").first()
    if version is None:
        return SelfAssessment.objects.get_or_create(dossier=dossier)[0]
    kept = version.content["self_assessment"]
    return SelfAssessment(dossier=dossier, **kept)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a version says otherwise than the one before."""

    what: str
    before: str
    after: str


FIELDS = {
    "product": "Tên sản phẩm",
    "target_stars": "Hạng đăng ký",
    "sheet_reason": "Lý do chọn bộ tiêu chí",
}
TEXTS = {
    "plan": "Kế hoạch sản xuất, kinh doanh",
    "results": "Kết quả thực hiện phương án",
}


def compare(before: FiledVersion, after: FiledVersion) -> list[Change]:
    """What changed between two versions of one dossier, in the order of the form."""
    old, new = before.content, after.content
    changes = [
        Change(name, str(old[field]), str(new[field]))
        for field, name in FIELDS.items()
        if old[field] != new[field]
    ]
    own, fresh = old["self_assessment"], new["self_assessment"]
    for criterion in after.dossier.criteria_set.criteria:
        was, now = (_chosen(criterion, part) for part in (own, fresh))
        if was != now:
            changes.append(Change(f"{criterion.id} {criterion.label}", was, now))
        notes = (own["comments"].get(criterion.id, ""), fresh["comments"].get(criterion.id, ""))
        if notes[0] != notes[1]:
            changes.append(Change(f"{criterion.id}, ý kiến", *notes))
    changes += [
        Change(name, own[field], fresh[field])
        for field, name in TEXTS.items()
        if own[field] != fresh[field]
    ]
    changes += _told_otherwise(after, own.get("updates", {}), fresh.get("updates", {}))
    for part, names in (("producer", PRODUCER_NAMES), ("about", PRODUCT_NAMES)):
        changes += _details_changed(names, old.get(part, {}), new.get(part, {}))
    return changes + _papers_changed(old["evidence"], new["evidence"])


PRODUCER_NAMES = {
    "representative": "Người đại diện",
    "representative_position": "Chức vụ người đại diện",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
    "tax_code": "Mã số thuế",
    "registration_number": "Số đăng ký kinh doanh",
}
PRODUCT_NAMES = {
    "description": "Mô tả sản phẩm",
    "packing": "Quy cách đóng gói",
    "yearly_output": "Sản lượng một năm",
    "contents": "Sản phẩm trong hộp quà",
    "partners": "Chủ thể cùng làm",
}


def _details_changed(
    names: dict[str, str], was: dict[str, Any], now: dict[str, Any]
) -> list[Change]:
    """Details that read otherwise; lists as their names in one line."""

    def said(part: dict[str, Any], field: str) -> str:
        value = part.get(field, "")
        return "; ".join(value) if isinstance(value, list) else value

    return [
        Change(name, said(was, field), said(now, field))
        for field, name in names.items()
        if said(was, field) != said(now, field)
    ]


def _told_otherwise(
    version: FiledVersion, was: dict[str, str], now: dict[str, str]
) -> list[Change]:
    """Topics of an upgrade or a renewal that are told otherwise."""
    dossier = version.dossier
    return [
        Change(topic.label, was.get(topic.id, ""), now.get(topic.id, ""))
        for topic in topics(dossier.criteria_set.rulebook, dossier.kind)
        if was.get(topic.id, "") != now.get(topic.id, "")
    ]


def _chosen(criterion: Criterion, part: dict[str, Any]) -> str:
    """The option in the law's words, with its points."""
    if criterion.id in part["unfit"]:
        return f"không mức nào phù hợp: {part['unfit'][criterion.id]}"
    chosen = part["choices"].get(criterion.id)
    if chosen is None:
        return ""
    choice = criterion.choice(chosen)
    return f"{choice.text} ({choice.points} điểm)"


def _papers_changed(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Change]:
    """Papers that came, went, or are cited under other criteria."""
    cited: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    said: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, lines in enumerate((old, new)):
        for line in lines:
            key = (line["title"], line["sha256"])
            cited.setdefault(key, ([], []))[side].append(line["criterion"])
            said.setdefault(key, ([], []))[side][:] = [
                f"{name} {line[field]}" for field, name in FACT_NAMES.items() if line.get(field)
            ]
    changes = [
        Change(f"Minh chứng “{title}”", _under(was), _under(now))
        for (title, _sha), (was, now) in cited.items()
        if was != now
    ]
    return changes + [
        Change(f"Nội dung giấy “{title}”", "; ".join(was), "; ".join(now))
        for (title, _sha), (was, now) in said.items()
        if was != now and all(cited[title, _sha])
    ]


FACT_NAMES = {
    "number": "số",
    "holder": "cấp cho",
    "issuer": "nơi cấp",
    "issued_on": "cấp ngày",
    "expires_on": "hết hạn",
}


def _under(criteria: list[str]) -> str:
    return f"cho tiêu chí {', '.join(criteria)}" if criteria else ""
