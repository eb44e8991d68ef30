"""The acts on a dossier: writing the draft, and moving it along the step table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria import in_force, rulebook, rulebook_in_force
from saola.lifecycle import machine
from saola.lifecycle.dossier import STEPS, Kind, State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import Scoped, require
from saola.server.dossiers import completeness
from saola.server.dossiers.draft.prefill import prefill
from saola.server.dossiers.filed.versions import freeze
from saola.server.dossiers.models import (
    CommuneReport,
    Dossier,
    SelfAssessment,
    StepLog,
)
from saola.server.dossiers.queries import locked
from saola.server.journal.record import digest, record
from saola.server.places.calendar import work_calendar
from saola.server.places.models import NumberSeries
from saola.server.places.office import setting
from saola.server.products.models import Product


@dataclass(frozen=True, slots=True)
class Paper:
    """Number, date and capacity of signature of the paper that carries an act."""

    number: str = ""
    dated: date | None = None
    capacity: str = ""


@transaction.atomic
def start(
    product: Product,
    kind: Kind,
    *,
    by: User,
    sheet_reason: str = "",
    prior_expires_on: date | None = None,
    prior_stars: int | None = None,
) -> Dossier:
    """A new draft on the criteria set in force today for the product's group."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    require(by, Permission.DOSSIER_EDIT, product)
    if product.group_number is None or product.place is None:
        raise Refused("Hãy ghi bộ sản phẩm và xã của sản phẩm trước khi lập hồ sơ.")
    if product.dossiers.pending().exists() or product.dossiers.filter(state="draft").exists():
        raise Refused("Sản phẩm đang có một hồ sơ chưa xong. Hãy hoàn tất hoặc rút hồ sơ đó.")
    today = timezone.localdate()
    criteria_set = in_force(product.group_number, on=today)
    dossier = Dossier.objects.create(
        product=product,
        kind=kind,
        place=product.place,
        year=today.year,
        sheet_id=criteria_set.id,
        fingerprint=criteria_set.fingerprint,
        sheet_reason=sheet_reason,
        prior_expires_on=prior_expires_on,
        prior_stars=prior_stars,
        target_stars=_first_target(kind, prior_stars),
        illustrative=product.illustrative,
        created_by=by,
    )
    prefill(dossier, SelfAssessment.objects.create(dossier=dossier), today)
    record("start", f"dossier:{dossier.pk}", {"sheet": dossier.sheet_id}, by=by)
    return dossier


def _first_target(kind: Kind, prior_stars: int | None) -> int:
    """The class a fresh draft aims at: the next one for an upgrade, the same one for a renewal."""
    if kind == Kind.FIRST or prior_stars is None:
        return 3
    return min(5, max(3, prior_stars + (kind == Kind.UPGRADE)))


@transaction.atomic
def save_commune_report(dossier: Dossier, data: dict[str, Any], *, by: User) -> CommuneReport:
    """The officer's draft of Mẫu 03."""
    dossier = locked(dossier)
    require(by, Permission.COMMUNE_RECEIVE, dossier)
    if dossier.state not in (State.COMMUNE_RECEIVED, State.AGENCY_ASKED):
        raise Refused("Báo cáo Mẫu 03 chỉ soạn khi xã đang xem xét hoặc tỉnh yêu cầu bổ sung.")
    met_on, filed_on = data.get("met_on"), dossier.filed_on
    if met_on and (met_on > timezone.localdate() or (filed_on and met_on < filed_on)):
        raise Refused("Ngày họp phải từ ngày nộp hồ sơ đến hôm nay.", field="met_on")
    if dossier.state == State.AGENCY_ASKED:  # what was signed before stays beside the new words
        data = data | {"earlier": _signed_before(dossier, data)}
        record("mend_report", f"dossier:{dossier.pk}", {"earlier": len(data["earlier"])}, by=by)
    report, _ = CommuneReport.objects.update_or_create(
        dossier=dossier, defaults={**data, "drafted_by": by}
    )
    return report


CONTENTS = ("material", "labour", "idea", "identity")


def _signed_before(dossier: Dossier, data: dict[str, Any]) -> list[dict[str, str]]:
    """The earlier wordings of Mẫu 03, with the one that these words take the place of."""
    report = CommuneReport.objects.filter(dossier=dossier).first()
    if report is None or all(getattr(report, f) == data.get(f) for f in CONTENTS):
        return report.earlier if report else []
    was = {f: getattr(report, f) for f in CONTENTS}
    until = timezone.localtime().isoformat(timespec="minutes")
    return [*report.earlier, was | {"until": until}]


@transaction.atomic
def advance(
    dossier: Dossier,
    step: str,
    *,
    by: User,
    note: str = "",
    paper: Paper | None = None,
    answer_by: date | None = None,
    samples_on: date | None = None,
    facts: dict[str, str | None] | None = None,
    within: Scoped | None = None,
) -> Dossier:
    """Move the dossier along its lifecycle; raise Refused with the reason when it may not.

    `samples_on` is the day on which samples went to the ministry, for the step that sends them.
    `facts` answers the guards that upper floors know of, `within` is the record whose scope is
    asked instead of the dossier's (a council).
    """
    dossier, paper = locked(dossier), paper or Paper()
    if step == "forward":
        dossier.central_samples_on = samples_on
    row = machine.find(STEPS, step, dossier.state, dossier.kind)
    require(by, row.permission, within or dossier)
    machine.check(row, _facts(dossier, row, paper, answer_by) | (facts or {}), note)
    _paper_in_time(dossier, paper)
    source, dossier.state = dossier.state, row.target
    _effects(dossier, row.key, by, timezone.localdate(), answer_by)
    dossier.save()
    _log(dossier, row, source=source, note=note, paper=paper, by=by)
    return dossier


def _paper_in_time(dossier: Dossier, paper: Paper) -> None:
    """A paper of a step is dated between the filing and today."""
    if paper.dated is None:
        return
    if paper.dated > timezone.localdate():
        raise Refused("Ngày văn bản không thể sau hôm nay.", field="dated")
    if dossier.filed_on and paper.dated < dossier.filed_on:
        raise Refused(
            f"Ngày văn bản không thể trước ngày nộp hồ sơ ({dossier.filed_on:%d/%m/%Y}).",
            field="dated",
        )


def _log(
    dossier: Dossier, row: machine.Step, *, source: str, note: str, paper: Paper, by: User
) -> None:
    """Write the act into the dossier's own log and into the journal."""
    StepLog.objects.create(
        dossier=dossier,
        step=row.key,
        source=source,
        target=row.target,
        by=by,
        at=timezone.now(),
        note=note,
        paper_number=paper.number,
        paper_date=paper.dated,
        capacity=paper.capacity,
    )
    facts = {"from": source, "to": row.target, "note": digest(note), "paper": paper.number}
    record(row.key, f"dossier:{dossier.pk}", facts, by=by)


def _facts(
    dossier: Dossier, row: machine.Step, paper: Paper, answer_by: date | None
) -> dict[str, str | None]:
    """Answers to the guards of this row that this floor can give."""
    today = timezone.localdate()
    known: dict[str, Callable[[], str | None]] = {
        "complete": lambda: completeness.complete(dossier),
        "sheet_in_force": lambda: _sheet_in_force(dossier, today),
        "renewal_window": lambda: completeness.renewal_window(dossier, today),
        "answer_by": lambda: _answer_by(answer_by, today),
        "answer_over": lambda: _answer_over(dossier, today),
        "four_contents": lambda: _four_contents(dossier),
        "paper_number": lambda: None if paper.number else "Hãy ghi số của văn bản.",
        "samples": lambda: _samples(dossier, dossier.samples_on),
        "central_samples": lambda: _samples(dossier, dossier.central_samples_on),
    }
    return {guard: known[guard]() for guard in row.guards if guard in known}


def _sheet_in_force(dossier: Dossier, today: date) -> str | None:
    if rulebook_in_force(today).id == dossier.criteria_set.rulebook:
        return None
    return (
        f"Bộ tiêu chí của hồ sơ thuộc {dossier.criteria_set.decision}, không còn áp dụng cho hồ sơ "
        "mới. Hãy rút hồ sơ này và lập hồ sơ theo bộ đang có hiệu lực."
    )


def _answer_by(answer_by: date | None, today: date) -> str | None:
    if answer_by is None:
        return "Hãy ghi ngày phải trả lời."
    return None if answer_by >= today else "Ngày phải trả lời không thể trước hôm nay."


def _answer_over(dossier: Dossier, today: date) -> str | None:
    if dossier.answer_by is None or dossier.answer_by < today:
        return None
    return (
        f"Chủ thể còn thời hạn trả lời đến hết ngày {dossier.answer_by:%d/%m/%Y}; chưa trả hồ sơ."
    )


def _four_contents(dossier: Dossier) -> str | None:
    report = CommuneReport.objects.filter(dossier=dossier).first()
    texts = [report.material, report.labour, report.idea, report.identity] if report else []
    if not report or not all(text.strip() for text in texts) or not report.file_checked:
        return (
            "Báo cáo Mẫu 03 chưa đủ: cần nhận xét cả bốn nội dung và xác nhận đã kiểm tra "
            "thành phần hồ sơ."
        )
    return None


def _samples(dossier: Dossier, on: date | None) -> str | None:
    units = dossier.criteria_set.sample_units or 0
    if units and on is None:
        return f"Hãy ghi ngày giao {units} đơn vị sản phẩm mẫu."
    if on is not None and on > timezone.localdate():
        return "Ngày giao mẫu không thể sau hôm nay."
    return None


@transaction.atomic
def hand_over_samples(dossier: Dossier, on: date, *, by: User) -> Dossier:
    """Note the day on which the sample units went with the proposal."""
    dossier = locked(dossier)
    require(by, Permission.COMMUNE_RECEIVE, dossier)
    if dossier.state not in (State.COMMUNE_RECEIVED, State.REPORTED):
        raise Refused("Chỉ ghi giao mẫu khi xã đang xem xét hồ sơ.")
    if on > timezone.localdate():
        raise Refused("Ngày giao mẫu không thể sau hôm nay.", field="on")
    if dossier.filed_on and on < dossier.filed_on:
        raise Refused("Ngày giao mẫu không thể trước ngày nộp hồ sơ.", field="on")
    dossier.samples_on = on
    dossier.save(update_fields=["samples_on", "changed_at"])
    record("hand_over", f"dossier:{dossier.pk}", {"on": on.isoformat()}, by=by)
    return dossier


def _effects(dossier: Dossier, step: str, by: User, today: date, answer_by: date | None) -> None:
    """What an act changes beside the state: numbers, clocks, frozen versions."""
    if step in ("file", "complete_commune", "complete_agency"):
        freeze(dossier, by=by)
        dossier.answer_by = None
        _run_on(dossier, today)
        if step == "file":
            dossier.filed_on = today
            dossier.year = today.year  # of its numbers, whenever the draft was begun
    elif step == "receive_commune":
        # a commune that was merged since the filing: the office that took over gives the number
        dossier.place = dossier.place.follower() or dossier.place
        office = f"place:{dossier.place.code}"
        dossier.commune_number = NumberSeries.next(office, "registration", dossier.year)
        days = rulebook(dossier.criteria_set.rulebook).commune_review_days
        dossier.due_on, dossier.due_kind = work_calendar(today).add(today, days), "working"
        _number_product(dossier, office)
    elif step in ("ask_commune", "ask_agency"):
        dossier.answer_by = answer_by
        stops = setting(dossier.place.province_code, "clock_stops_on_request")
        if stops[step.removeprefix("ask_")] and dossier.due_on is not None:
            dossier.paused_on = today
    elif step in ("propose", "return_commune", "return_agency", "withdraw", "conclude"):
        dossier.due_on = None
        if step == "propose":
            dossier.proposed_on = today
            if dossier.kind != Kind.RENEWAL:  # a renewal has days of its own
                _round_clock(dossier, "province", today)
    elif step == "forward" and dossier.kind == Kind.RENEWAL:
        dossier.due_on, dossier.due_kind = today + timedelta(_renewal_days(dossier)), "calendar"
    elif step == "forward":
        _round_clock(dossier, "ministry", today)
    elif step == "receive_agency":
        office = f"place:{dossier.place.province_code}"
        dossier.agency_number = NumberSeries.next(office, "registration", dossier.year)
    elif step == "accept" and dossier.kind == Kind.RENEWAL:
        # asking for more does not start this clock anew
        dossier.due_on = dossier.due_on or today + timedelta(_renewal_days(dossier))
        dossier.due_kind = "calendar"


def _renewal_days(dossier: Dossier) -> int:
    """Calendar days that each level has for a renewal, from when it has the whole file."""
    days: int = rulebook(dossier.criteria_set.rulebook).facts["renewal"]["assess_within_days"]
    return days


def _round_clock(dossier: Dossier, level: str, today: date) -> None:
    """The last day for the result is the one before the round's (art. 5)."""
    found = rulebook(dossier.criteria_set.rulebook).round_for(level, today)
    if found is not None:
        dossier.due_on, dossier.due_kind = found.results_before - timedelta(1), "calendar"


def _run_on(dossier: Dossier, today: date) -> None:
    """A stopped clock runs on: its last day moves by the days it stood still."""
    if dossier.paused_on is not None and dossier.due_on is not None:
        if dossier.due_kind == "working":
            calendar = work_calendar(today)
            stood = calendar.left(dossier.paused_on, today)
            dossier.due_on = calendar.add(dossier.due_on, stood)
        else:
            dossier.due_on += today - dossier.paused_on
    dossier.paused_on = None


def _number_product(dossier: Dossier, office: str) -> None:
    """The product code (T)-(X)-(STT)-20..: province, commune, commune's number, year."""
    product = dossier.product
    if not product.code:
        number = NumberSeries.next(office, "product", dossier.year)
        place = dossier.place
        product.code = f"{place.province_code}-{place.code}-{number:02d}-{dossier.year}"
        product.save(update_fields=["code"])
