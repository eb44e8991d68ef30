"""Papers for the hall: sheets to be filled in by pen, labels of samples; each with its QR."""

from typing import Any

from django.utils.translation import override

from saola.server.councils.models import AgendaItem, CouncilMember, Session
from saola.server.papers.typeset import qr_svg, typeset
from saola.vietnamese.dates import long


@override("vi")
def blank_sheets(member: CouncilMember, rows: list[tuple[AgendaItem, str]]) -> bytes:
    """One sheet a product for this member, with the QR of the page where it will be entered."""
    data = {
        "illustrative": member.council.illustrative,
        "council": member.council.name,
        "member": member.user.full_name,
        "seat": member.get_seat_display(),
        "sheets": [_blank(item) for item, _address in rows],
    }
    drawings = {f"qr{at}": qr_svg(address) for at, (_item, address) in enumerate(rows)}
    return typeset("blank_sheet", data, drawings=drawings)


def _blank(item: AgendaItem) -> dict[str, Any]:
    criteria_set = item.dossier.criteria_set
    lines: list[dict[str, Any]] = []
    for part in criteria_set.parts:
        lines.append({"kind": "head", "id": part.id, "label": part.label, "max": part.max})
        for group in part.groups:
            lines.append({"kind": "head", "id": group.id, "label": group.label, "max": group.max})
            lines += [
                {
                    "kind": "criterion",
                    "id": criterion.id,
                    "label": criterion.label,
                    "max": criterion.max,
                    "choices": [
                        {"points": choice.points, "text": choice.text}
                        for choice in criterion.offered(item.cases.get(criterion.id))
                    ],
                }
                for criterion in group.criteria
            ]
    blind = item.purpose == AgendaItem.Purpose.DUPLICATE
    producer = item.dossier.product.producer
    return {
        "product": item.shown_name,
        "producer": "" if blind or producer is None else producer.name,
        "sample": str(item.sample_number or ""),
        "set_name": f"{criteria_set.number}. {criteria_set.name} ({criteria_set.decision})",
        "session": item.session.title,
        "held": long(item.session.held_on),
        "lines": lines,
    }


@override("vi")
def sample_labels(session: Session, rows: list[tuple[int, str]]) -> bytes:
    """Labels of the session's samples: number and QR, no name that a taster should not see."""
    data = {
        "illustrative": session.illustrative,
        "session": session.title,
        "numbers": [number for number, _address in rows],
    }
    drawings = {f"qr{at}": qr_svg(address) for at, (_number, address) in enumerate(rows)}
    return typeset("sample_labels", data, drawings=drawings)
