"""The slip that a producer gets when an office has received the dossier."""

from typing import Any

from django.utils import timezone
from django.utils.translation import override

from saola.criteria import rulebook
from saola.lifecycle.machine import Refused
from saola.server.dossiers.filed.bundle import papers_of
from saola.server.dossiers.labels import KINDS
from saola.server.dossiers.models import Dossier, FiledVersion, StepLog
from saola.server.papers.typeset import typeset
from saola.server.places.calendar import work_calendar
from saola.server.places.office import office_of
from saola.vietnamese.dates import long, short

RECEIVED = ("receive_commune", "receive_agency")


@override("vi")
def receipt(dossier: Dossier, step: str) -> bytes:
    """The slip of the last receiving of that step, as PDF; Refused before it was received."""
    return typeset("receipt", receipt_data(dossier, step))


def receipt_data(dossier: Dossier, step: str) -> dict[str, Any]:
    """What the slip says, from the log and the version filed before it; only the other office's
    part of the number is filled in when that office has given it."""
    act = dossier.steps.filter(step=step).select_related("by").order_by("-pk").first()
    if step not in RECEIVED or act is None:
        raise Refused("Hồ sơ chưa được tiếp nhận ở bước này nên chưa có giấy tiếp nhận.")
    version = dossier.versions.filter(filed_at__lte=act.at).order_by("-number").first()
    if version is None:
        raise Refused("Hồ sơ chưa có bản nộp nên chưa có giấy tiếp nhận.")
    return _data(dossier, act, version)


def _data(dossier: Dossier, act: StepLog, version: FiledVersion) -> dict[str, Any]:
    commune = act.step == "receive_commune"
    place, product = dossier.place, dossier.product
    day = timezone.localdate(act.at)
    return {
        "illustrative": dossier.illustrative,
        "body": f"Ủy ban nhân dân {place.name[:1].lower()}{place.name[1:]}"
        if commune
        else office_of(place).agency,
        "number": dossier.registration_number,
        "place": place.name.partition(" ")[2] if commune else office_of(place).name,
        "date": long(day),
        "facts": [
            ["Sản phẩm", product.name],
            ["Chủ thể", product.producer.name if product.producer else ""],
            ["Loại hồ sơ", str(KINDS[dossier.kind])],
            ["Số đăng ký", dossier.registration_number],
            ["Mã sản phẩm", product.code],
            ["Tiếp nhận lúc", f"{timezone.localtime(act.at):%H:%M %d/%m/%Y}"],
            [
                "Bản nộp",
                f"số {version.number}, nộp {timezone.localtime(version.filed_at):%H:%M %d/%m/%Y}",
            ],
            *_clock(dossier, act),
        ],
        "sha256": version.sha256,
        "papers": [[str(p.number), p.title, p.stored.sha256] for p in papers_of(version)],
        "officer": act.by.full_name,
    }


def _clock(dossier: Dossier, act: StepLog) -> list[list[str]]:
    """The commune's last day, as the decision counts it from the day of receiving."""
    if act.step != "receive_commune":
        return []
    days = rulebook(dossier.criteria_set.rulebook).commune_review_days
    day = timezone.localdate(act.at)
    last = work_calendar(day).add(day, days)
    return [["Xã xem xét đến hết", f"{short(last)} ({days} ngày làm việc)"]]
