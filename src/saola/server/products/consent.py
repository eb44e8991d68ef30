"""An officer files for a producer who has said so: the consent, kept with its proof, gives the
right, and its end takes it away."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant, take_back
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.accounts.roles import HELPER
from saola.server.files.store import store
from saola.server.journal.record import record
from saola.server.places.models import Place
from saola.server.products.models import Consent, Producer
from saola.vietnamese.folding import fold


@transaction.atomic
def add_producer(name: str, kind: str, place: Place, *, by: User) -> Producer:
    """A producer of the officer's own commune; one of the same name there is refused."""
    made = Producer(name=name, kind=kind, place=place)
    require(by, Permission.COMMUNE_RECEIVE, made)
    if Producer.objects.filter(place=place, folded=fold(name)).exists():
        raise Refused("Xã đã có chủ thể tên này. Hãy chọn trong danh sách.", field="name")
    made.save()
    record("add_producer", f"producer:{made.pk}", {"place": place.code}, by=by)
    return made


@transaction.atomic
def consent(producer: Producer, upload: Any, *, proof: str, given_on: date, by: User) -> Consent:
    """Keep the producer's word with its proof; from now on the officer may act in its name."""
    require(by, Permission.COMMUNE_RECEIVE, producer)
    if given_on > timezone.localdate():
        raise Refused("Ngày đồng ý không thể sau hôm nay.", field="given_on")
    if Consent.objects.filter(producer=producer, helper=by, ended_at=None).exists():
        raise Refused("Chủ thể này đã đồng ý cho bạn lập hồ sơ giúp.", field="producer")
    kept = store(upload, by=by.username)
    if (proof == Consent.Proof.VOICE) != kept.kind.startswith("audio/"):
        raise Refused("Tệp không hợp với hình thức đồng ý đã chọn.", field="file")
    made = Consent.objects.create(
        producer=producer, helper=by, proof=proof, file=kept, given_on=given_on
    )
    grant(by, HELPER, f"producer:{producer.pk}", by=by)
    record("consent", f"producer:{producer.pk}", {"proof": kept.sha256}, by=by)
    return made


@transaction.atomic
def end_consent(given: Consent, *, by: User) -> None:
    """The helper lays it down, or the producer takes it back; a second time changes nothing."""
    given = Consent.objects.select_for_update(of=("self",)).get(pk=given.pk)
    if by.pk != given.helper_id:
        require(by, Permission.DOSSIER_FILE, given.producer)
    if given.ended_at is None:
        given.ended_at = timezone.now()
        given.save(update_fields=["ended_at"])
        take_back(given.helper, HELPER, f"producer:{given.producer_id}", by=by)
        record("end_consent", f"producer:{given.producer_id}", {"helper": given.helper_id}, by=by)
