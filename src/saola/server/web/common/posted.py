"""A member's sheet as it was posted, by the page or by a tablet."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from saola.scoring.panels import drop_without_story
from saola.server.councils.models import AgendaItem
from saola.server.web.common import sheet_form
from saola.server.web.common.forms import composed

EVENT_TYPES = {
    "stop_evaluation": _("Dừng đánh giá (tạp chất hoặc lỗi không chấp nhận được)"),
    "disqualify": _("Loại hồ sơ, sản phẩm"),
    "not_eligible": _("Không thuộc diện đánh giá"),
    "requirement_not_met": _("Không đạt điều kiện bắt buộc của bộ tiêu chí"),
}


def posted_sheet(item: AgendaItem, request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """What the member sent, as `receive` takes it, and what is missing in it by place."""
    data = composed(request.POST)
    sheet: dict[str, Any] = dict(sheet_form.read(item.dossier.criteria_set, data))
    drop_without_story(item.dossier.criteria_set, sheet["choices"], sheet["unfit"])
    errors = dict.fromkeys(sheet_form.reasons_missing(sheet["unfit"]), "Hãy ghi lý do.")
    sheet["remark"] = data.get("remark", "")[:5000]
    sheet["events"] = []
    if data.get("event") in EVENT_TYPES:
        reason = data.get("event_reason", "").strip()[:500]
        criterion = data.get("event_criterion") or None
        sheet["events"] = [{"type": data["event"], "criterion": criterion, "reason": reason}]
        if not reason:
            errors["event"] = "Hãy ghi lý do dừng hoặc loại."
    return sheet, errors
