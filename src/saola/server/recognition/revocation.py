"""Ending a certificate on one of the lawful grounds (art. 8), and taking back a recognition given
against the rules (art. 10): conclusion, report, submission, decision."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.criteria.rulebook import rulebook_in_force
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import digest, record
from saola.server.recognition import tasks
from saola.server.recognition.actions import Signed, new_decision, not_in_future
from saola.server.recognition.models import Certificate, Decision, Recognition, Removal


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a competent authority concluded, or the commune confirmed, and when."""

    kind: str
    ground: str
    basis: str
    on: date


@transaction.atomic
def open_removal(recognition: Recognition, found: Conclusion, *, by: User) -> Removal:
    """The agency begins to verify; the decision's last day runs from the conclusion."""
    require(by, Permission.SUPERVISE, recognition)
    recognition = Recognition.objects.select_for_update(of=("self",)).get(pk=recognition.pk)
    not_in_future(found.on, field="concluded_on")
    _may_end(recognition, found.kind)
    law = rulebook_in_force(timezone.localdate()).facts["revocation"]
    if found.kind == Removal.Kind.REVOKE and found.ground not in law["grounds_vi"]:
        raise Refused("Hãy chọn một trong sáu căn cứ thu hồi.", field="ground")
    if not found.ground.strip():
        raise Refused("Hãy ghi quy định đã bị làm trái.", field="ground")
    try:
        with transaction.atomic():
            made = Removal.objects.create(
                recognition=recognition,
                kind=found.kind,
                ground=found.ground,
                basis=found.basis,
                concluded_on=found.on,
                due_on=found.on + timedelta(law["days"]),
                opened_by=by,
            )
    except IntegrityError:
        raise Refused("Sản phẩm này đang có một việc thu hồi chưa xong.") from None
    facts = {"kind": found.kind, "ground": digest(found.ground), "due_on": made.due_on.isoformat()}
    record("open_removal", f"recognition:{recognition.pk}", facts, by=by)
    return made


def _may_end(recognition: Recognition, kind: str) -> None:
    """Whether there is something to end, and by this province."""
    if recognition.withdrawn_on is not None:
        raise Refused("Quyết định công nhận đã bị thu hồi.")
    if recognition.stars == 5:
        raise Refused("Sản phẩm 5 sao do Bộ trưởng công nhận và thu hồi.")
    if kind == Removal.Kind.WITHDRAW:
        return
    if recognition.revoked_on is not None:
        raise Refused("Giấy chứng nhận đã bị thu hồi.")
    certified = Certificate.objects.filter(recognition=recognition).exists()
    if recognition.dossier_id is not None and not certified:
        raise Refused("Sản phẩm chưa được cấp giấy chứng nhận nên chưa có gì để thu hồi.")


def _locked(removal: Removal, state: str) -> Removal:
    found = Removal.objects.select_for_update(of=("self",)).select_related("recognition")
    row = found.get(pk=removal.pk)
    if row.state != state:
        raise Refused("Việc thu hồi không ở bước này nữa. Hãy tải lại trang.")
    return row


@transaction.atomic
def report_removal(removal: Removal, text: str, *, number: str, dated: date, by: User) -> Removal:
    """The agency's report of what it verified."""
    removal = _locked(removal, Removal.State.OPENED)
    require(by, Permission.SUPERVISE, removal)
    _paper_day(dated, removal.concluded_on)
    removal.report, removal.report_number, removal.reported_on = text, number, dated
    removal.state = Removal.State.REPORTED
    removal.save()
    record("report_removal", f"removal:{removal.pk}", {"paper": number}, by=by)
    return removal


@transaction.atomic
def submit_removal(removal: Removal, *, number: str, dated: date, by: User) -> Removal:
    """The agency puts it before the province's leader."""
    removal = _locked(removal, Removal.State.REPORTED)
    require(by, Permission.AGENCY_SUBMIT, removal)
    _paper_day(dated, removal.reported_on)
    removal.submission_number, removal.submitted_on = number, dated
    removal.state = Removal.State.SUBMITTED
    removal.save()
    record("submit_removal", f"removal:{removal.pk}", {"paper": number}, by=by)
    return removal


def _paper_day(dated: date, since: date | None) -> None:
    not_in_future(dated)
    if since and dated < since:
        raise Refused(f"Ngày văn bản không thể trước ngày {since:%d/%m/%Y}.", field="dated")


@transaction.atomic
def drop_removal(removal: Removal, reason: str, *, by: User) -> Removal:
    """Nothing is ended: the verification or the leader found no ground."""
    removal = Removal.objects.select_for_update(of=("self",)).get(pk=removal.pk)
    allowed = Permission.PROVINCE_DECIDE if removal.submitted_on else Permission.SUPERVISE
    require(by, allowed, removal)
    if removal.state in (Removal.State.DECIDED, Removal.State.DROPPED):
        raise Refused("Việc thu hồi này đã xong.")
    if not reason.strip():
        raise Refused("Hãy ghi rõ lý do.", field="note")
    removal.state, removal.dropped_reason = Removal.State.DROPPED, reason
    removal.save()
    record("drop_removal", f"removal:{removal.pk}", {"reason": digest(reason)}, by=by)
    return removal


@transaction.atomic
def decide_removal(removal: Removal, signed: Signed, *, by: User) -> Recognition:
    """The leader signs: it takes effect, and is public, from the day of signing."""
    removal = _locked(removal, Removal.State.SUBMITTED)
    require(by, Permission.PROVINCE_DECIDE, removal)
    rows = Recognition.objects.select_for_update(of=("self",))
    recognition = rows.get(pk=removal.recognition_id)
    _may_end(recognition, removal.kind)
    _paper_day(signed.signed_on, removal.submitted_on)
    issued = Certificate.objects.filter(recognition=recognition).first()
    since = issued.issued_on if issued else recognition.recognised_on
    if since and signed.signed_on < since:
        raise Refused("Ngày ký không thể trước ngày công nhận, cấp giấy.", field="dated")
    revoking = removal.kind == Removal.Kind.REVOKE
    kind = Decision.Kind.REVOKE if revoking else Decision.Kind.WITHDRAW
    decision = new_decision(kind, signed, recognition.product)
    if revoking:
        recognition.revoked_on, recognition.revoked_ground = signed.signed_on, removal.ground
        recognition.revoked_by = decision
    else:
        recognition.withdrawn_on, recognition.withdrawn_reason = signed.signed_on, removal.ground
        recognition.withdrawn_by = decision
    # public from its signing, also where the recognition had not been published yet
    recognition.published_on = recognition.published_on or timezone.localdate()
    recognition.save()
    removal.decision, removal.state = decision, Removal.State.DECIDED
    removal.save()
    tasks.print_decision.enqueue(decision.pk)
    facts = {"ground": removal.ground, "number": decision.number}
    record(str(kind), f"recognition:{recognition.pk}", facts, by=by)
    return recognition
