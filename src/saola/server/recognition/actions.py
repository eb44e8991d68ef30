"""From the council's result to decision, certificate, publication, notice; and revocation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.criteria.rulebook import rulebook
from saola.lifecycle.dossier import Kind, State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.councils.models import Result
from saola.server.dossiers.actions import Paper, advance, locked, start
from saola.server.dossiers.models import Dossier
from saola.server.journal.record import record
from saola.server.places.models import NumberSeries
from saola.server.products.models import Product
from saola.server.recognition import tasks
from saola.server.recognition.models import (
    CentralResult,
    Certificate,
    Decision,
    DecisionItem,
    Notice,
    Recognition,
)
from saola.server.recognition.queries import current_recognition
from saola.vietnamese.dates import add_months

NINETY = 90


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs a paper, as what."""

    signer: str
    position: str
    capacity: str


def result_of(dossier: Dossier) -> Result:
    """The council's concluded result; Refused without one."""
    found = dossier.results.filter(concluded_at__isnull=False).order_by("-pk").first()
    if found is None:
        raise Refused("Hồ sơ chưa có kết quả được Hội đồng kết luận.")
    return found


def start_renewal(product: Product, *, by: User) -> Dossier:
    """A renewal dossier for the product's certificate; its window is checked on filing."""
    current = current_recognition(product, timezone.localdate())
    if current is None or current.expires_on is None:
        raise Refused("Sản phẩm chưa có giấy chứng nhận có ngày hết hạn để đánh giá lại.")
    return start(
        product,
        Kind.RENEWAL,
        by=by,
        prior_expires_on=current.expires_on,
        prior_stars=current.stars,
    )


@transaction.atomic
def submit(dossier: Dossier, paper: Paper, *, by: User) -> Dossier:
    """The agency puts the result before the province's leader."""
    result = result_of(dossier)
    enough = (result.stars or 0) >= 3 or result.forwarded
    fact = None if enough else "Kết quả dưới 3 sao không trình công nhận; hãy gửi thông báo."
    return advance(dossier, "submit", by=by, paper=paper, facts={"three_stars": fact})


@transaction.atomic
def decide(
    kind: str,
    dossiers: list[Dossier],
    *,
    number: str,
    signed_on: date,
    signature: Signature,
    authority: str,
    by: User,
) -> Decision:
    """One decision over several products: recognition, or approval of results from 90 points."""
    if not dossiers:
        raise Refused("Hãy chọn ít nhất một sản phẩm.", field="dossiers")
    if len({dossier.illustrative for dossier in dossiers}) > 1:
        raise Refused("Không gộp hồ sơ minh họa với hồ sơ thật trong một quyết định.")
    if signed_on > timezone.localdate():
        raise Refused("Ngày ký không thể sau hôm nay.", field="signed_on")
    results = [result_of(dossier) for dossier in dossiers]
    for result in results:
        concluded = timezone.localdate(result.concluded_at)
        if signed_on < concluded:
            raise Refused(
                f"Ngày ký không thể trước ngày Hội đồng kết luận ({concluded:%d/%m/%Y}).",
                field="signed_on",
            )
    decision = _new_decision(
        kind=kind,
        number=number.strip(),
        signed_on=signed_on,
        authority=authority,
        signer=signature.signer,
        signer_position=signature.position,
        capacity=signature.capacity,
        province_code=dossiers[0].place.province_code,
        illustrative=dossiers[0].illustrative,
    )
    step = "approve_result" if kind == Decision.Kind.APPROVE else "recognise"
    for dossier, result in zip(dossiers, results, strict=True):
        _decide_one(decision, dossier, result, step, by)
    record(
        f"decision_{kind}",
        f"decision:{decision.pk}",
        {"number": number, "dossiers": [d.pk for d in dossiers]},
        by=by,
    )
    tasks.print_decision.enqueue(decision.pk)
    return decision


def _new_decision(**fields: Any) -> Decision:
    try:
        with transaction.atomic():
            return Decision.objects.create(**fields)
    except IntegrityError:
        raise Refused(
            f"Số quyết định {fields['number']} đã dùng. Hãy kiểm tra lại số.", field="number"
        ) from None


def _decide_one(
    decision: Decision, dossier: Dossier, result: Result, step: str, by: User
) -> None:
    from_ninety = result.forwarded
    facts = {
        "decision_number": None if decision.number else "Hãy ghi số quyết định.",
        "under_ninety": "Kết quả từ 90 điểm: tỉnh phê duyệt và chuyển Bộ, không công nhận 5 sao."
        if from_ninety
        else None,
        "from_ninety": None
        if from_ninety
        else "Chỉ phê duyệt để chuyển Bộ những kết quả từ 90 điểm.",
    }
    paper = Paper(decision.number, decision.signed_on, decision.capacity)
    advance(dossier, step, by=by, paper=paper, facts=facts)
    item = DecisionItem.objects.create(
        decision=decision, dossier=dossier, stars=result.stars or 0, total=result.total
    )
    if step == "recognise":
        _recognise(decision, dossier, item)


def _recognise(decision: Decision, dossier: Dossier, item: DecisionItem) -> Recognition:
    return Recognition.objects.create(
        product=dossier.product,
        stars=item.stars,
        year=decision.signed_on.year,
        recognised_on=decision.signed_on,
        decision=decision,
        dossier=dossier,
        total=item.total,
    )


@transaction.atomic
def certify(dossier: Dossier, issued_on: date, *, by: User) -> Certificate:
    """Issue the certificate: own number, 36 months from the day of issue."""
    recognition = Recognition.objects.select_for_update(of=("self",)).get(
        dossier=dossier, certificate=None
    )
    signed_on = recognition.recognised_on
    if signed_on is not None and issued_on < signed_on:
        raise Refused("Ngày cấp không thể trước ngày ký quyết định.", field="issued_on")
    advance(dossier, "certify", by=by)
    months = rulebook(dossier.criteria_set.rulebook).validity_months
    office = f"place:{dossier.place.province_code}"
    number = NumberSeries.next(office, "certificate", issued_on.year)
    certificate = Certificate.objects.create(
        recognition=recognition,
        number=f"{number:04d}/{issued_on.year}/GCN-OCOP-{dossier.place.province_code}",
        issued_on=issued_on,
        expires_on=add_months(issued_on, months),
    )
    recognition.expires_on = certificate.expires_on
    recognition.expiry_basis = Recognition.Basis.PRINTED
    recognition.save(update_fields=["expires_on", "expiry_basis"])
    record(
        "issue",
        f"certificate:{certificate.pk}",
        {"number": certificate.number, "expires_on": certificate.expires_on.isoformat()},
        by=by,
    )
    tasks.print_certificate.enqueue(certificate.pk)
    return certificate


@transaction.atomic
def publish(dossier: Dossier, *, by: User) -> None:
    """Make the result known: from now on the register shows it."""
    advance(dossier, "publish", by=by)
    Recognition.objects.filter(dossier=dossier).update(published_on=timezone.localdate())


NOTIFY_STEP = {
    State.PUBLISHED: "notify",
    State.CONCLUDED: "notify_unrecognised",
    State.DISQUALIFIED: "notify_excluded",
    State.FORWARDED: "notify_forwarded",
}


@transaction.atomic
def notify(
    dossier: Dossier, *, number: str, dated: date, signature: Signature, by: User
) -> Notice:
    """Send the written result to commune and producer."""
    dossier = locked(dossier)
    result = result_of(dossier)
    step = NOTIFY_STEP.get(State(dossier.state))
    if step is None:
        raise Refused("Chưa đến bước thông báo kết quả.")
    fact = None if (result.stars or 0) < 3 else "Kết quả từ 3 sao: trình công nhận trước."
    paper = Paper(number, dated, signature.capacity)
    advance(dossier, step, by=by, paper=paper, facts={"under_three_stars": fact})
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                dossier=dossier,
                number=number,
                dated=dated,
                signer=signature.signer,
                signer_position=signature.position,
                capacity=signature.capacity,
            )
    except IntegrityError:
        raise Refused(
            f"Số thông báo {number} đã dùng, hoặc hồ sơ đã có thông báo.", field="number"
        ) from None
    tasks.print_notice.enqueue(notice.pk)
    return notice


@transaction.atomic
def forward(dossier: Dossier, paper: Paper, *, by: User) -> Dossier:
    """Propose the product to the ministry."""
    return advance(dossier, "forward", by=by, paper=paper)


@transaction.atomic
def record_central(dossier: Dossier, data: dict[str, Any], *, by: User) -> CentralResult:
    """Write down what the ministry answered."""
    in_range = 0 <= data["total"] <= 100 and 1 <= data["stars"] <= 5
    fact = None if in_range else "Điểm từ 0 đến 100, hạng từ 1 đến 5."
    advance(
        dossier,
        "record_central",
        by=by,
        note=f"{data['paper']}: {data['total']} điểm",
        facts={"central_figures": fact},
    )
    CentralResult.objects.filter(dossier=dossier).delete()  # an earlier one, after a reassessment
    return CentralResult.objects.create(dossier=dossier, **data)


@transaction.atomic
def decide_on_central(
    dossier: Dossier,
    *,
    number: str,
    signed_on: date,
    signature: Signature,
    authority: str,
    by: User,
) -> Decision:
    """Write down the minister's 5-star decision, or recognise 3-4 stars on the central result."""
    central = CentralResult.objects.get(dossier=dossier)
    five = central.stars == 5
    decision = _new_decision(
        kind=Decision.Kind.MINISTRY if five else Decision.Kind.RECOGNISE,
        number=number.strip(),
        signed_on=signed_on,
        authority=authority,
        signer=signature.signer,
        signer_position=signature.position,
        capacity=signature.capacity,
        province_code=dossier.place.province_code,
        illustrative=dossier.illustrative,
    )
    facts = {
        "decision_number": None if number.strip() else "Hãy ghi số quyết định.",
        "central_five": None,
        "central_three_or_four": None
        if central.stars in (3, 4)
        else "Kết quả Trung ương không ở hạng 3 hoặc 4 sao.",
    }
    step = "recognise_central" if five else "recognise_on_central"
    paper = Paper(decision.number, signed_on, signature.capacity)
    advance(dossier, step, by=by, paper=paper, facts=facts)
    item = DecisionItem.objects.create(
        decision=decision, dossier=dossier, stars=central.stars, total=str(central.total)
    )
    recognition = _recognise(decision, dossier, item)
    if five:
        months = rulebook(dossier.criteria_set.rulebook).validity_months
        recognition.expires_on = add_months(signed_on, months)
        recognition.expiry_basis = Recognition.Basis.COMPUTED
        recognition.published_on = timezone.localdate()
        recognition.save()
    return decision


@transaction.atomic
def revoke(
    recognition: Recognition,
    *,
    ground: str,
    number: str,
    signed_on: date,
    signature: Signature,
    authority: str,
    by: User,
) -> Recognition:
    """End a certificate on one of the six grounds; it takes effect, and is public, when signed."""
    require(by, Permission.PROVINCE_DECIDE, recognition)
    recognition = Recognition.objects.select_for_update(of=("self",)).get(pk=recognition.pk)
    if recognition.revoked_on is not None:
        raise Refused("Giấy chứng nhận đã bị thu hồi.")
    if recognition.stars == 5:
        raise Refused("Giấy chứng nhận 5 sao do Bộ trưởng thu hồi.")
    grounds = rulebook("26-2026").facts["revocation"]["grounds_vi"]
    if ground not in grounds:
        raise Refused("Hãy chọn một trong sáu căn cứ thu hồi.", field="ground")
    if recognition.recognised_on and signed_on < recognition.recognised_on:
        raise Refused("Ngày ký không thể trước ngày công nhận.", field="signed_on")
    decision = _new_decision(
        kind=Decision.Kind.REVOKE,
        number=number.strip(),
        signed_on=signed_on,
        authority=authority,
        signer=signature.signer,
        signer_position=signature.position,
        capacity=signature.capacity,
        province_code=recognition.product.place.province_code if recognition.product.place else "",
        illustrative=recognition.product.illustrative,
    )
    recognition.revoked_on, recognition.revoked_ground = signed_on, ground
    recognition.revoked_by = decision
    recognition.save()
    record("revoke", f"recognition:{recognition.pk}", {"ground": ground, "number": number}, by=by)
    return recognition
