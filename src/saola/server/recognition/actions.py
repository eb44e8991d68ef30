"""From the council's result to decision, certificate, publication, notice; and revocation."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from saola.criteria.rulebook import rulebook
from saola.lifecycle.dossier import Kind, State
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.councils.models import Result
from saola.server.dossiers.actions import Paper, advance, start
from saola.server.dossiers.models import Dossier
from saola.server.dossiers.queries import locked
from saola.server.journal.record import record
from saola.server.places.models import NumberSeries
from saola.server.places.office import code_of, office_of
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
from saola.vietnamese.folding import fold

NINETY = 90


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed paper: number, day, and who signs it as what for which body ("": the people's
    committee of the province in which the product lies)."""

    number: str
    signed_on: date
    signer: str
    position: str
    capacity: str
    authority: str = ""

    def paper(self) -> Paper:
        """As the log of steps keeps it."""
        return Paper(self.number.strip(), self.signed_on, self.capacity)


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
    if current.revoked_on is not None or current.withdrawn_on is not None:
        raise Refused("Giấy chứng nhận đã bị thu hồi nên không đánh giá lại; hãy nộp lần đầu.")
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
def decide(kind: str, dossiers: list[Dossier], signed: Signed, *, by: User) -> Decision:
    """One decision over several products: recognition, or approval of results from 90 points."""
    if not dossiers:
        raise Refused("Hãy chọn ít nhất một sản phẩm.", field="dossiers")
    if len({dossier.illustrative for dossier in dossiers}) > 1:
        raise Refused("Không gộp hồ sơ minh họa với hồ sơ thật trong một quyết định.")
    if len({dossier.place.province_code for dossier in dossiers}) > 1:
        raise Refused("Một quyết định chỉ gồm sản phẩm của một tỉnh.", field="dossiers")
    results = [result_of(dossier) for dossier in dossiers]
    _days_in_order(signed.signed_on, results)
    _after_submission(signed.signed_on, dossiers)
    decision = new_decision(kind, signed, dossiers[0].product)
    step = "approve_result" if kind == Decision.Kind.APPROVE else "recognise"
    for dossier, result in zip(dossiers, results, strict=True):
        _decide_one(decision, dossier, result, step, by)
    facts = {"number": decision.number, "dossiers": [d.pk for d in dossiers]}
    record(f"decision_{kind}", f"decision:{decision.pk}", facts, by=by)
    tasks.print_decision.enqueue(decision.pk)
    return decision


def number_key(number: str) -> str:
    """One key for a number however it is typed: "10/QĐ-UBND", "10/qđ - ubnd"."""
    return fold(number).replace(" ", "")


def not_in_future(day: date, *, field: str = "dated") -> None:
    """Papers are signed, and certificates issued, today or before."""
    if day > timezone.localdate():
        raise Refused("Ngày ký, ngày cấp không thể sau hôm nay.", field=field)


def _days_in_order(signed_on: date, results: list[Result]) -> None:
    not_in_future(signed_on)
    for result in results:
        concluded = timezone.localdate(result.concluded_at)
        if signed_on < concluded:
            raise Refused(
                f"Ngày ký không thể trước ngày Hội đồng kết luận ({concluded:%d/%m/%Y}).",
                field="dated",
            )


def _after_submission(signed_on: date, dossiers: list[Dossier]) -> None:
    for dossier in dossiers:
        last = dossier.steps.filter(step="submit").order_by("-pk").first()
        if last and last.paper_date and signed_on < last.paper_date:
            raise Refused(
                f"Ngày ký không thể trước ngày tờ trình ({last.paper_date:%d/%m/%Y}).",
                field="dated",
            )


def new_decision(kind: str, signed: Signed, product: Product) -> Decision:
    """Keep a signed decision; its number is used once by a body."""
    try:
        with transaction.atomic():
            return Decision.objects.create(
                kind=kind,
                number=signed.number.strip(),
                number_key=number_key(signed.number),
                signed_on=signed.signed_on,
                year=signed.signed_on.year,
                authority=signed.authority or office_of(product.place).committee,
                signer=signed.signer,
                signer_position=signed.position,
                capacity=signed.capacity,
                province_code=code_of(product.place),
                illustrative=product.illustrative,
            )
    except IntegrityError:
        raise Refused(
            f"Số quyết định {signed.number} đã dùng. Hãy kiểm tra lại số.", field="number"
        ) from None


def _decide_one(decision: Decision, dossier: Dossier, result: Result, step: str, by: User) -> None:
    from_ninety = result.forwarded
    five = from_ninety or result.stars == 5  # also where a rounding alone led to 5 stars
    facts = {
        "decision_number": None if decision.number else "Hãy ghi số quyết định.",
        "under_ninety": "Kết quả từ 90 điểm: tỉnh phê duyệt và chuyển Bộ, không công nhận 5 sao."
        if five
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
        recognise(decision, dossier, item)


def recognise(decision: Decision, dossier: Dossier, item: DecisionItem) -> Recognition:
    """The product's class by that decision; no day of expiry before the certificate."""
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
    not_in_future(issued_on, field="issued_on")
    rows = Recognition.objects.select_for_update(of=("self",))
    recognition = rows.filter(dossier=dossier, certificate=None, revoked_on=None).first()
    if recognition is None:
        raise Refused("Chưa có quyết định công nhận, hoặc giấy chứng nhận đã được cấp.")
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
def certify_all(decision: Decision, issued_on: date, *, by: User) -> int:
    """Issue the certificate of every product of a decision that has none; all or none. Returns how
    many."""
    waiting = [
        item.dossier
        for item in decision.items.select_related("dossier")
        if item.dossier.state == State.RECOGNISED
    ]
    for dossier in waiting:
        certify(dossier, issued_on, by=by)
    return len(waiting)


@transaction.atomic
def publish(dossier: Dossier, *, by: User) -> None:
    """Make the result known: from now on the register shows it."""
    advance(dossier, "publish", by=by)
    rows = Recognition.objects.filter(dossier=dossier, published_on=None)
    rows.update(published_on=timezone.localdate())
    Recognition.objects.mark_newest([dossier.product_id])


NOTIFY_STEP = {
    State.PUBLISHED: "notify",
    State.CONCLUDED: "notify_unrecognised",
    State.DISQUALIFIED: "notify_excluded",
    State.FORWARDED: "notify_forwarded",
    State.RECOGNISED_CENTRAL: "notify_central",
    State.CENTRAL_RESULT: "notify_central",
}


def _outcome_known_on(dossier: Dossier, result: Result) -> date:
    """The day of the newest act that the notice tells of."""
    days = [timezone.localdate(result.concluded_at)]
    for row in dossier.recognitions.select_related("certificate"):
        days += [row.recognised_on] if row.recognised_on else []
        days += [row.certificate.issued_on] if hasattr(row, "certificate") else []
    return max(days)


def _notice_facts(dossier: Dossier, result: Result) -> dict[str, str | None]:
    """A good result is first recognised, then told."""
    low = (result.stars or 0) < 3 and not result.forwarded
    answer = CentralResult.objects.filter(dossier=dossier).first()
    good = answer is not None and answer.stars >= 3
    return {
        "under_three_stars": None if low else "Kết quả từ 3 sao: trình công nhận trước.",
        "central_under_three": "Kết quả Trung ương từ 3 sao: ghi quyết định công nhận trước."
        if good
        else None,
    }


@transaction.atomic
def notify(dossier: Dossier, signed: Signed, *, by: User) -> Notice:
    """Send the written result to commune and producer."""
    not_in_future(signed.signed_on)
    dossier = locked(dossier)
    result = result_of(dossier)
    step = NOTIFY_STEP.get(State(dossier.state))
    if step is None:
        raise Refused("Chưa đến bước thông báo kết quả.")
    known_since = _outcome_known_on(dossier, result)
    if signed.signed_on < known_since:
        raise Refused(
            f"Ngày thông báo không thể trước ngày có kết quả ({known_since:%d/%m/%Y}).",
            field="dated",
        )
    advance(dossier, step, by=by, paper=signed.paper(), facts=_notice_facts(dossier, result))
    occasion = dossier.steps.filter(step="forward").count()
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                dossier=dossier,
                province_code=dossier.place.province_code,
                number=signed.number.strip(),
                number_key=number_key(signed.number),
                dated=signed.signed_on,
                year=signed.signed_on.year,
                step=step,
                occasion=occasion,
                signer=signed.signer,
                signer_position=signed.position,
                capacity=signed.capacity,
            )
    except IntegrityError:
        raise Refused(
            f"Số thông báo {signed.number} đã dùng, hoặc hồ sơ đã có thông báo.", field="number"
        ) from None
    tasks.print_notice.enqueue(notice.pk)
    return notice


@transaction.atomic
def forward(dossier: Dossier, paper: Paper, *, by: User, samples_on: date | None = None) -> Dossier:
    """Propose the product to the ministry, with five sample units again (none for tourism)."""
    return advance(dossier, "forward", by=by, paper=paper, samples_on=samples_on)
