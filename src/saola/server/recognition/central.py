"""The ministry's answer on a forwarded product."""

from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.criteria.rulebook import rulebook
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.dossiers.actions import advance
from saola.server.dossiers.models import Dossier
from saola.server.recognition import tasks
from saola.server.recognition.actions import Signed, new_decision, not_in_future, recognise
from saola.server.recognition.models import CentralResult, Decision, DecisionItem, Recognition
from saola.vietnamese.dates import add_months


@transaction.atomic
def record_central(dossier: Dossier, data: dict[str, Any], *, by: User) -> CentralResult:
    """Write down what the ministry answered; after a reassessment the newer answer counts."""
    total = Fraction(data["total"])
    in_range = 0 <= total <= 100 and 1 <= data["stars"] <= 5
    fact = None if in_range else "Điểm từ 0 đến 100, hạng từ 1 đến 5."
    book = rulebook(dossier.criteria_set.rulebook)
    if in_range and data["stars"] > book.band(total.numerator, total.denominator):
        fact = "Hạng cao hơn khung điểm của tổng điểm này. Hãy kiểm tra lại."
    sent = dossier.steps.filter(step="forward").order_by("-pk").first()
    received = data["received_on"]
    too_early = sent is not None and received < timezone.localdate(sent.at)
    if too_early or received > timezone.localdate():
        raise Refused("Ngày nhận kết quả phải từ ngày chuyển Bộ đến hôm nay.", field="received_on")
    note = f"{data['paper']}: {data['total']} điểm"
    advance(dossier, "record_central", by=by, note=note, facts={"central_figures": fact})
    CentralResult.objects.filter(dossier=dossier).delete()
    return CentralResult.objects.create(dossier=dossier, **data)


@transaction.atomic
def decide_on_central(dossier: Dossier, signed: Signed, *, by: User) -> Decision:
    """Write down the minister's 5-star decision, or recognise 3-4 stars on the central result."""
    not_in_future(signed.signed_on)
    central = CentralResult.objects.filter(dossier=dossier).first()
    if central is None:
        raise Refused("Chưa ghi kết quả của Trung ương.")
    five = central.stars == 5
    kind = Decision.Kind.MINISTRY if five else Decision.Kind.RECOGNISE
    sent = dossier.steps.filter(step="forward").order_by("-pk").first()
    if sent is not None and signed.signed_on < timezone.localdate(sent.at):
        raise Refused("Ngày ký không thể trước ngày chuyển Bộ.", field="dated")
    decision = new_decision(kind, signed, dossier.product)
    low = "Kết quả Trung ương không ở hạng 3 hoặc 4 sao."
    facts = {
        "decision_number": None if decision.number else "Hãy ghi số quyết định.",
        "central_five": None if five else "Kết quả Trung ương không ở hạng 5 sao.",
        "central_three_or_four": None if central.stars in (3, 4) else low,
    }
    step = "recognise_central" if five else "recognise_on_central"
    advance(dossier, step, by=by, paper=signed.paper(), facts=facts)
    item = DecisionItem.objects.create(
        decision=decision, dossier=dossier, stars=central.stars, total=str(central.total)
    )
    recognition = recognise(decision, dossier, item)
    if not five:
        tasks.print_decision.enqueue(decision.pk)
    if five:
        months = rulebook(dossier.criteria_set.rulebook).validity_months
        recognition.expires_on = add_months(signed.signed_on, months)
        recognition.expiry_basis = Recognition.Basis.COMPUTED
        recognition.published_on = timezone.localdate()
        recognition.save()
    return decision
