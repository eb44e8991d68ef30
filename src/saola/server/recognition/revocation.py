"""Ending a certificate on one of the lawful grounds (art. 8)."""

from django.db import transaction
from django.utils import timezone

from saola.criteria.rulebook import rulebook
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.recognition import tasks
from saola.server.recognition.actions import Signed, new_decision, not_in_future
from saola.server.recognition.models import Certificate, Decision, Recognition


@transaction.atomic
def revoke(recognition: Recognition, ground: str, signed: Signed, *, by: User) -> Recognition:
    """End a certificate; it takes effect, and is public, from the day of signing."""
    require(by, Permission.PROVINCE_DECIDE, recognition)
    recognition = Recognition.objects.select_for_update(of=("self",)).get(pk=recognition.pk)
    not_in_future(signed.signed_on)
    if recognition.revoked_on is not None:
        raise Refused("Giấy chứng nhận đã bị thu hồi.")
    certified = Certificate.objects.filter(recognition=recognition).exists()
    if recognition.dossier_id is not None and not certified:
        raise Refused("Sản phẩm chưa được cấp giấy chứng nhận nên chưa có gì để thu hồi.")
    if recognition.stars == 5:
        raise Refused("Giấy chứng nhận 5 sao do Bộ trưởng thu hồi.")
    if ground not in rulebook("26-2026").facts["revocation"]["grounds_vi"]:
        raise Refused("Hãy chọn một trong sáu căn cứ thu hồi.", field="ground")
    issued = Certificate.objects.filter(recognition=recognition).first()
    since = issued.issued_on if issued else recognition.recognised_on
    if since and signed.signed_on < since:
        raise Refused("Ngày ký không thể trước ngày công nhận, cấp giấy.", field="dated")
    decision = new_decision(Decision.Kind.REVOKE, signed, recognition.product)
    recognition.revoked_on, recognition.revoked_ground = signed.signed_on, ground
    recognition.revoked_by = decision
    # public from its signing, also where the recognition had not been published yet
    recognition.published_on = recognition.published_on or timezone.localdate()
    recognition.save()
    tasks.print_decision.enqueue(decision.pk)
    facts = {"ground": ground, "number": decision.number}
    record("revoke", f"recognition:{recognition.pk}", facts, by=by)
    return recognition
