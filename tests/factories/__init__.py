"""Records for tests, without surprises."""

import factory
from django.utils import timezone

from saola.criteria import in_force
from saola.criteria.forms import topics
from saola.lifecycle.dossier import State
from saola.server.accounts.models import Grant, User
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product
from saola.vietnamese.folding import fold


class PlaceFactory(factory.django.DjangoModelFactory):
    """A commune in force."""

    class Meta:
        model = Place
        django_get_or_create = ("code", "valid_to")

    level = "commune"
    code = "03868"
    name = "Xã Tà Xùa"
    folded = factory.LazyAttribute(lambda o: fold(o.name))
    province_code = "14"
    valid_to = None


class UserFactory(factory.django.DjangoModelFactory):
    """An account; `role` and `scope` grant one role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi{n}")
    full_name = factory.Sequence(lambda n: f"Người Thử {n}")
    password = "!"

    @factory.post_generation
    def role(self: User, create: bool, extracted: str | None, scope: str = "place:14") -> None:
        if extracted:
            Grant.objects.create(user=self, role=extracted, scope=scope)


class ProducerFactory(factory.django.DjangoModelFactory):
    """A cooperative of the commune."""

    class Meta:
        model = Producer

    name = factory.Sequence(lambda n: f"HTX Thử {n}")
    kind = Producer.Kind.COOPERATIVE
    representative = "Người Đại Diện"
    place = factory.SubFactory(PlaceFactory)


class ProductFactory(factory.django.DjangoModelFactory):
    """A tea."""

    class Meta:
        model = Product

    producer = factory.SubFactory(ProducerFactory)
    place = factory.SelfAttribute("producer.place")
    name = factory.Sequence(lambda n: f"Chè thử {n}")
    group_number = 11
    description = "Chè xanh hái tay"


class DossierFactory(factory.django.DjangoModelFactory):
    """A first dossier on the sheet in force; `state` puts it anywhere on the path."""

    class Meta:
        model = Dossier
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory)
    kind = "first"
    state = State.DRAFT
    place = factory.SelfAttribute("product.place")
    year = 2026
    created_by = factory.SubFactory(UserFactory)
    sheet_id = factory.LazyAttribute(
        lambda o: in_force(o.product.group_number, on=timezone.localdate()).id
    )
    fingerprint = factory.LazyAttribute(
        lambda o: in_force(o.product.group_number, on=timezone.localdate()).fingerprint
    )

    @factory.post_generation
    def assessed(self: Dossier, create: bool, extracted: dict | None) -> None:
        SelfAssessment.objects.create(
            dossier=self,
            choices=extracted or {},
            plan="Mở rộng",
            results="Đã làm",
            updates={t.id: "không thay đổi" for t in topics(self.criteria_set.rulebook, self.kind)},
        )
