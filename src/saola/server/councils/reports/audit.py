"""Holds sheets and results against the journal and against the library: what was sealed then is
what stands here now, and gives the same star."""

import json
from collections.abc import Iterator
from typing import Any

from saola.scoring import Invalid, score
from saola.scoring.contract import panel_from, result_data
from saola.server.councils import consolidate
from saola.server.councils.models import Result, ScoreSheet
from saola.server.councils.sheets import sealed_facts
from saola.server.journal.models import Entry


def discrepancies() -> Iterator[str]:
    """A Vietnamese sentence for each sheet or result that does not agree; nothing when all do."""
    yield from _sheets()
    yield from _results()


def _entries(act: tuple[str, ...]) -> Iterator[Entry]:
    return Entry.objects.filter(act__in=act).order_by("number").iterator(chunk_size=2000)


def _sheets() -> Iterator[str]:
    told: dict[str, Any] = {e.data["sheet"]: e.data for e in _entries(("seal",))}
    reopened = {e.data["old"] for e in _entries(("reopen",))}
    rows = ScoreSheet.objects.filter(sealed_at__isnull=False).order_by("item", "member", "number")
    for sheet in rows.iterator(chunk_size=2000):
        name = str(sheet.pk)
        kept = told.pop(name, None)
        if kept is None:
            yield f"phiếu {name}: nhật ký không có lần khóa phiếu này"
        elif kept != sealed_facts(sheet):
            yield f"phiếu {name}: nội dung khác lúc khóa"
        if not sheet.current and name not in reopened:
            yield f"phiếu {name}: bị bỏ khỏi kết quả mà nhật ký không có lần mở lại"
    for name in told:
        yield f"phiếu {name}: có trong nhật ký nhưng không còn"


def _results() -> Iterator[str]:
    told: dict[str, Any] = {
        entry.subject: entry.data
        for entry in _entries(("score_result", "exclude", "conclude_result"))
    }
    for result in Result.objects.order_by("pk").iterator(chunk_size=500):
        subject = f"item:{result.item_id}"
        kept = {key: told.get(subject, {}).get(key) for key in consolidate.facts(result)}
        if kept != consolidate.facts(result):
            yield f"kết quả mục {result.item_id}: khác lần tính đã ghi trong nhật ký"
        try:
            output = result_data(score(panel_from(result.input)))
        except Invalid as fault:
            yield f"kết quả mục {result.item_id}: đầu vào không hợp lệ ({fault})"
            continue
        if json.dumps(output, sort_keys=True) != json.dumps(result.output, sort_keys=True):
            yield f"kết quả mục {result.item_id}: tính lại ra kết quả khác"
