"""Messages to many: counted and confirmed first, sent in pieces, never twice to anybody."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.journal.record import record
from saola.server.notices.actions import tell, write_to
from saola.server.notices.gateways import GATEWAYS, NotSent, mobile
from saola.server.outreach.models import Delivery, Mailing, Refusal
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product
from saola.server.recognition.watch import ending

PIECE = 200  # deliveries between looks at the clock, and at whether somebody stopped it
SIGNER = Signer(salt="saola.outreach.refusal")
Recipient = tuple[str, User | None]  # address as a Delivery has it, the account where there is one


@transaction.atomic
def draft(facts: Mapping[str, Any], province: str, *, by: User) -> Mailing:
    """Keep a message that nobody gets yet."""
    mailing = Mailing(province_code=province, by=by, **facts)
    require(by, Permission.OUTREACH_LEAD, mailing)
    if mailing.way in GATEWAYS and not GATEWAYS[mailing.way].ready():
        raise Refused(
            f"Chưa khai báo cổng {mailing.get_way_display()}. Hãy chọn cách khác, hoặc nhờ người "
            "vận hành khai báo.",
            field="way",
        )
    mailing.save()
    record("draft_mailing", f"mailing:{mailing.pk}", {}, by=by)
    return mailing


def recipients(mailing: Mailing) -> dict[str, User | None]:
    """Everybody it would reach now, each once, without those who want no more."""
    found = dict(_reached(mailing))
    gone = set(Refusal.objects.values_list("address", flat=True))
    return {address: user for address, user in found.items() if address not in gone}


def _reached(mailing: Mailing) -> Iterator[Recipient]:
    if mailing.audience == Mailing.Audience.OFFICERS:
        scopes = {f"place:{place.code}" for place in _places(mailing).communes()}
        for user in User.objects.who_in(Permission.OUTREACH_DO, scopes):
            if mailing.way == Mailing.Way.INBOX:  # phones of officers are not kept
                yield f"user:{user.pk}", user
        return
    for producer in _producers(mailing):
        yield from _of_producer(mailing, producer)


def _places(mailing: Mailing) -> Any:
    rows = Place.objects.filter(province_code=mailing.province_code)
    return rows.filter(pk=mailing.place_id) if mailing.place_id else rows


def _producers(mailing: Mailing) -> Any:
    products = Product.objects.filter(recognitions__newest=True, place__in=_places(mailing))
    if mailing.audience == Mailing.Audience.ENDING:
        rows = ending(timezone.localdate(), products)
        products = Product.objects.filter(pk__in=rows.values("product"))
    return Producer.objects.filter(products__in=products).distinct().order_by("pk")


def _of_producer(mailing: Mailing, producer: Producer) -> Iterator[Recipient]:
    if mailing.way in GATEWAYS:
        phone = mobile(producer.phone)
        if phone:
            yield phone, None
        return
    people = list(User.objects.who(Permission.TRADE_KEEP, f"producer:{producer.pk}"))
    for user in people:
        yield f"user:{user.pk}", user
    if not people and producer.email:
        yield producer.email.lower(), None


@transaction.atomic
def confirm(mailing: Mailing, count: int, *, by: User) -> Mailing:
    """Begin to send to the number of people that was shown; Refused where it changed meanwhile."""
    mailing = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    require(by, Permission.OUTREACH_LEAD, mailing)
    if mailing.state != Mailing.State.DRAFT:
        raise Refused("Tin này đã gửi hoặc đã dừng.")
    people = recipients(mailing)
    if not people:
        raise Refused("Không có ai để gửi.")
    if len(people) != count:
        raise Refused(f"Số người nhận đã đổi thành {len(people)}. Hãy xem lại rồi xác nhận.")
    Delivery.objects.bulk_create(
        (Delivery(mailing=mailing, address=address, user=user) for address, user in people.items()),
        batch_size=500,
    )
    mailing.state, mailing.count = Mailing.State.SENDING, count
    mailing.confirmed_at = timezone.now()
    mailing.save()
    record("confirm_mailing", f"mailing:{mailing.pk}", {"count": count}, by=by)
    return mailing


@transaction.atomic
def stop(mailing: Mailing, *, by: User) -> Mailing:
    """Send no more of it; what went out is out."""
    mailing = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    require(by, Permission.OUTREACH_LEAD, mailing)
    if mailing.state in (Mailing.State.DRAFT, Mailing.State.SENDING):
        mailing.state = Mailing.State.STOPPED
        mailing.save(update_fields=["state"])
        record("stop_mailing", f"mailing:{mailing.pk}", {}, by=by)
    return mailing


def quiet(now: datetime) -> bool:
    """Whether nobody is to be disturbed, by the setting."""
    first, last = (time.fromisoformat(text) for text in settings.OCOP["sending_hours"])
    return not first <= timezone.localtime(now).time() < last


def deliver_due() -> int:
    """One piece of everything that is being sent, outside the quiet hours; how many were handed
    over. A run that was cut off goes on where it stood."""
    if quiet(timezone.now()):
        return 0
    rows = Mailing.objects.filter(state=Mailing.State.SENDING).order_by("pk")
    return sum(deliver(mailing) for mailing in rows)


def deliver(mailing: Mailing) -> int:
    """Hand over one piece of what is left; the last closes it."""
    waiting = Delivery.objects.filter(mailing=mailing, taken_at=None)
    piece = list(waiting.select_related("user").order_by("pk")[:PIECE])
    done = sum(_hand_over(mailing, one) for one in piece)
    if len(piece) < PIECE:
        rows = Mailing.objects.filter(pk=mailing.pk, state=Mailing.State.SENDING)
        rows.update(state=Mailing.State.SENT)
    return done


def _hand_over(mailing: Mailing, one: Delivery) -> bool:
    """Take it, then hand it over: a copy that was taken is never taken again, for a phone cannot
    tell two of the same."""
    rows = Delivery.objects.filter(pk=one.pk, taken_at=None)
    if not rows.update(taken_at=timezone.now()):
        return False  # another run has it
    if Refusal.objects.filter(address=one.address).exists():
        Delivery.objects.filter(pk=one.pk).update(fault="đã từ chối nhận")
        return False
    fault = ""
    try:
        _send(mailing, one)
    except NotSent as said:
        fault = f"cổng từ chối: {said}"[:200]
    except OSError as failed:
        fault = f"chưa rõ đã tới hay chưa: {type(failed).__name__}"[:200]
    sent = None if fault else timezone.now()
    Delivery.objects.filter(pk=one.pk).update(sent_at=sent, fault=fault)
    return not fault


def _send(mailing: Mailing, one: Delivery) -> None:
    key, about = f"mailing:{mailing.pk}", f"mailing:{mailing.pk}"
    end = f"Không muốn nhận nữa: {refusal_address(one.address)}"
    body = f"{mailing.text}\n\n{end}"
    if mailing.way in GATEWAYS:
        GATEWAYS[mailing.way].send(one.address, mailing.subject, body, f"saola-{one.pk}")
    elif one.user is not None:
        tell(key, [one.user], mailing.subject, body, about=about)
    else:
        write_to(key, one.address, mailing.subject, body, about=about)


def refusal_address(address: str) -> str:
    """The page on which this address says that it wants no more."""
    token = SIGNER.sign(address)
    return f"{settings.BASE_URL}{reverse('public:refuse', args=[token])}"


def refuse(token: str) -> str:
    """The address gets no more messages to many; a second time changes nothing. Returns it."""
    try:
        address = SIGNER.unsign(token)
    except BadSignature:
        raise Refused("Đường dẫn không đúng. Hãy mở lại từ tin đã nhận.") from None
    Refusal.objects.get_or_create(address=address)
    return address


def progress(mailing: Mailing) -> dict[str, int]:
    """How many are out, wait, went wrong."""
    rows = Delivery.objects.filter(mailing=mailing)
    return {
        "sent": rows.filter(sent_at__isnull=False).count(),
        "waiting": rows.filter(taken_at=None).count(),
        "failed": rows.filter(~Q(fault=""), taken_at__isnull=False).count(),
    }
