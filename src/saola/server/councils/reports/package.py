"""A closed session as a package that anybody can check with `saola verify-session`."""

import json
from typing import Any

from saola.ledger import pack
from saola.scoring.contract import regulation_data
from saola.server.councils.consolidate import panel_of
from saola.server.councils.models import AgendaItem, ScoreSheet, Session
from saola.server.councils.presence import members_of
from saola.server.files.models import StoredFile
from saola.server.files.store import keep

TYPE = "application/json"


def seal_package(session: Session) -> tuple[StoredFile, str]:
    """Build the package of a session that is being closed and keep it; file and head."""
    made = pack(_contents(session))
    content = json.dumps(made, ensure_ascii=False, indent=1).encode()
    return keep(content, f"phien-{session.pk}.json", TYPE), made["head"]


def _contents(session: Session) -> list[dict[str, Any]]:
    entries = [_session(session)]
    counts = {"items": 0, "sheets": 0, "results": 0}
    rows = session.items.select_related("session__council", "dossier__product__producer", "result")
    for number, item in enumerate(rows, 1):
        sheets = [_sheet(number, sheet) for sheet in _sealed(item)]
        result = _result(number, item)
        entries += [_item(number, item), *sheets, *_points(number, item), *result]
        counts["items"] += 1
        counts["sheets"] += len(sheets)
        counts["results"] += len(result)
    closing = {"kind": "closing", "closed_at": _at(session.closed_at), "counts": counts}
    return [*entries, closing]


def _at(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _session(session: Session) -> dict[str, Any]:
    council = session.council
    return {
        "kind": "session",
        "title": session.title,
        "mode": session.mode,
        "held_on": session.held_on.isoformat(),
        "opened_at": _at(session.opened_at),
        "council": council.name,
        "council_decision": council.decision_number,
        "regulation": regulation_data(council.rules()),
        "practice": council.practice,
        "illustrative": session.illustrative,
        "members": [
            {
                "name": member.sheet_name,
                "seat": member.seat,
                "secretary": member.secretary,
                "agency": member.agency,
                "replaces": member.replaces.sheet_name if member.replaces else None,
            }
            for member in members_of(session)
        ],
    }


def _item(number: int, item: AgendaItem) -> dict[str, Any]:
    product = item.dossier.product
    # as it was when the scores were closed; people come and go after that
    panel = item.panel or panel_of(item)
    return {
        "kind": "item",
        "item": number,
        "product": product.name,
        "code": product.code,
        "producer": product.producer.name if product.producer else "",
        "sheet": item.dossier.sheet_id,
        "fingerprint": item.dossier.fingerprint,
        "purpose": item.purpose,
        "left": item.left_reason,
        "cases": item.cases,
        "agreed": item.agreed,
        "events": item.events,
        **panel,
        "recused": [
            {"member": row.member.sheet_name, "reason": row.reason}
            for row in item.recusals.select_related("member__user")
        ],
    }


def _sealed(item: AgendaItem) -> list[ScoreSheet]:
    rows = item.sheets.filter(sealed_at__isnull=False).select_related(
        "item", "member__user", "paper__entered_by", "paper__checked_by", "paper__scan"
    )
    return list(rows.order_by("member__order", "number"))


def _sheet(number: int, sheet: ScoreSheet) -> dict[str, Any]:
    paper = getattr(sheet, "paper", None)
    return {
        "kind": "sheet",
        "item": number,
        "id": str(sheet.pk),
        "member": sheet.member.sheet_name,
        "number": sheet.number,
        "current": sheet.current,
        "fingerprint": sheet.fingerprint,
        "choices": sheet.choices,
        "no_option_fits": sheet.unfit,
        "events": sheet.events,
        "comments": sheet.comments,
        "remark": sheet.remark,
        "total": sheet.total,
        "sealed_at": _at(sheet.sealed_at),
        "reopened": sheet.reopened_reason,
        "photos_sha256": sorted(
            item_photo.file.sha256
            for item_photo in sheet.item.photos.filter(
                member=sheet.member, late=False
            ).select_related("file")
        ),
        "paper": paper
        and {
            "entered_by": paper.entered_by.full_name,
            "checked_by": paper.checked_by.full_name,
            "scan_sha256": paper.scan.sha256,
        },
    }


def _points(number: int, item: AgendaItem) -> list[dict[str, Any]]:
    return [
        {
            "kind": "point",
            "item": number,
            "round": point.round,
            "about": point.kind,
            "text": point.text,
            "note": point.note,
        }
        for point in item.points.all()
    ]


def _result(number: int, item: AgendaItem) -> list[dict[str, Any]]:
    result = getattr(item, "result", None)
    if result is None or item.left_reason:
        return []
    return [
        {
            "kind": "result",
            "item": number,
            "input": result.input,
            "output": result.output,
            "reasons": result.reasons,
            "concluded_at": _at(result.concluded_at),
        }
    ]
