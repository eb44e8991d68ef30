"""Messages to many: counted and confirmed first, sent in pieces, never twice to anybody."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from http.client import HTTPException
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.accounts.roles import ALL
from saola.server.journal.record import record
from saola.server.notices.actions import tell, write_to
from saola.server.notices.gateways import GATEWAYS, NotSent, mobile
from saola.server.outreach.models import Delivery, Mailing, Refusal
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product
from saola.server.recognition.watch import ending

PIECE = 200  # deliveries in one turn
LONGEST = 20  # seconds of one turn
SHORT = 300  # letters of a message to a phone
UNKNOWN = "chưa rõ đã tới hay chưa"
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
    if mailing.way in GATEWAYS and len(mailing.text) > SHORT:
        raise Refused(f"Tin gửi tới điện thoại dài nhiều nhất {SHORT} chữ.", field="text")
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
    producers = list(_producers(mailing))
    people = _sellers() if mailing.way == Mailing.Way.INBOX else {}
    for producer in producers:
        yield from _of_producer(mailing, producer, people.get(producer.pk, []))


def _places(mailing: Mailing) -> Any:
    rows = Place.objects.filter(province_code=mailing.province_code)
    return rows.filter(pk=mailing.place_id) if mailing.place_id else rows


def _producers(mailing: Mailing) -> Any:
    products = Product.objects.filter(recognitions__newest=True, place__in=_places(mailing))
    if mailing.audience == Mailing.Audience.ENDING:
        rows = ending(timezone.localdate(), products)
        products = Product.objects.filter(pk__in=rows.values("product"))
    return Producer.objects.filter(products__in=products).distinct().order_by("pk")


def _sellers() -> dict[int, list[User]]:
    """Whoever keeps a producer's books, by producer, in one question."""
    roles = [key for key, role in ALL.items() if Permission.TRADE_KEEP in role.permissions]
    grants = Grant.objects.filter(role__in=roles, scope__startswith="producer:")
    found: dict[int, list[User]] = {}
    for grant in grants.filter(user__is_active=True).select_related("user").order_by("user"):
        found.setdefault(int(grant.scope.removeprefix("producer:")), []).append(grant.user)
    return found


def _of_producer(mailing: Mailing, producer: Producer, people: list[User]) -> Iterator[Recipient]:
    if mailing.way in GATEWAYS:
        phone = mobile(producer.phone)
        if phone:
            yield phone, None
        return
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
    going = Mailing.objects.filter(pk=mailing.pk, state=Mailing.State.SENDING)
    begun, done = monotonic(), 0
    for one in piece:
        if monotonic() - begun > LONGEST or quiet(timezone.now()) or not going.exists():
            return done  # a slow gateway keeps nobody else waiting
        done += _hand_over(mailing, one)
    if len(piece) < PIECE:
        going.update(state=Mailing.State.SENT)
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
    except (OSError, HTTPException, ValueError) as failed:
        fault = f"{UNKNOWN}: {type(failed).__name__}"[:200]
    sent = None if fault else timezone.now()
    Delivery.objects.filter(pk=one.pk).update(sent_at=sent, fault=fault)
    return not fault


def _send(mailing: Mailing, one: Delivery) -> None:
    key, about = f"mailing:{mailing.pk}", f"mailing:{mailing.pk}"
    body = _body(mailing, refusal_address(one))
    if mailing.way in GATEWAYS:
        GATEWAYS[mailing.way].send(one.address, mailing.subject, body, f"saola-{one.pk}")
    elif one.user is not None:
        tell(key, [one.user], mailing.subject, body, about=about)
    else:
        write_to(key, one.address, mailing.subject, body, about=about)


def _body(mailing: Mailing, refusal: str) -> str:
    return f"{mailing.text}\n\nKhông muốn nhận nữa: {refusal}"


def as_sent(mailing: Mailing) -> str:
    """The text as everybody gets it; each has an own address to say no at the end."""
    body = _body(mailing, f"{settings.BASE_URL}{reverse('public:refuse', args=['…'])}")
    return GATEWAYS[mailing.way].shown(body) if mailing.way in GATEWAYS else body


def refusal_address(one: Delivery) -> str:
    """The page on which whoever got this copy says no; the link names the copy, not the person."""
    token = SIGNER.sign(str(one.pk))
    return f"{settings.BASE_URL}{reverse('public:refuse', args=[token])}"


def refuse(token: str) -> str:
    """The address gets no more messages to many; a second time changes nothing. Returns it."""
    try:
        one = Delivery.objects.filter(pk=int(SIGNER.unsign(token))).first()
    except (BadSignature, ValueError):
        one = None
    if one is None:
        raise Refused("Đường dẫn không đúng. Hãy mở lại từ tin đã nhận.")
    address = one.address
    Refusal.objects.get_or_create(address=address)
    return address


def progress(mailing: Mailing) -> dict[str, int]:
    """How many are out, wait, went wrong."""
    rows = Delivery.objects.filter(mailing=mailing)
    return {
        "sent": rows.filter(sent_at__isnull=False).count(),
        "waiting": rows.filter(taken_at=None).count(),
        # those too during which a run was cut off: nobody knows
        "failed": rows.filter(taken_at__isnull=False, sent_at=None).count(),
    }
