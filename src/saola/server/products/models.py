"""Producers (chủ thể) and products."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.places.office import code_of
from saola.server.products.naming import found_by, place_names
from saola.vietnamese.folding import fold


class Producer(models.Model):
    """Who registers products: cooperative, group, enterprise, farm or household."""

    class Kind(models.TextChoices):
        COOPERATIVE = "cooperative", _("hợp tác xã")
        GROUP = "cooperative_group", _("tổ hợp tác")
        ENTERPRISE = "enterprise", _("doanh nghiệp nhỏ và vừa")
        FARM = "farm", _("trang trại")
        HOUSEHOLD = "household", _("hộ kinh doanh")
        ASSOCIATION = "association", _("hội, hiệp hội")
        UNKNOWN = "unknown", _("chưa rõ (nguồn không nêu)")

    name = models.CharField("tên chủ thể", max_length=200)
    folded = models.CharField(max_length=200, db_index=True)
    kind = models.CharField("loại hình", max_length=20, choices=Kind)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True)
    address_as_printed = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    # for Mẫu 01 and 02; a person's sex, ethnic origin and home address are written by hand on the
    # printed form and never kept
    representative = models.CharField("người đại diện", max_length=120, blank=True)
    representative_position = models.CharField("chức vụ", max_length=120, blank=True)
    phone = models.CharField("điện thoại", max_length=30, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    tax_code = models.CharField("mã số thuế", max_length=14, blank=True)
    registration_number = models.CharField("số đăng ký kinh doanh", max_length=60, blank=True)
    illustrative = models.BooleanField(default=False)

    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "place"], name="producer_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "cooperative",
                        "cooperative_group",
                        "enterprise",
                        "farm",
                        "household",
                        "association",
                        "unknown",
                    ]
                ),
                name="producer_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.public_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the folded name beside the name; the register chooses by the kind."""
        self.folded = fold(self.name)
        told = kwargs.get("update_fields")
        if self.pk and (told is None or "kind" in told):
            Edition.renew()
        super().save(*args, **kwargs)

    @property
    def public_name(self) -> str:
        """The name for public pages: a household business is a person's name, so its kind."""
        return "Hộ kinh doanh" if self.kind == self.Kind.HOUSEHOLD else self.name

    def scopes(self) -> set[str]:
        """Its own, its commune's, its province's."""
        own = {f"producer:{self.pk}", COUNTRY}
        if self.place:
            own |= self.place.scopes()
        return own


LANGUAGES = [
    ("vi", _("tiếng Việt")),
    ("thai", _("tiếng Thái")),
    ("hmong", _("tiếng Mông")),
    ("en", _("tiếng Anh")),
    ("zh", _("tiếng Trung")),
]


class Consent(models.Model):
    """A producer's word that an officer may file in its name, with the proof of it."""

    class Proof(models.TextChoices):
        PAPER = "paper", _("giấy đồng ý có chữ ký (ảnh chụp)")
        VOICE = "voice", _("ghi âm lời đồng ý")

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="consents")
    helper = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField("hình thức", max_length=10, choices=Proof)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField("ngày đồng ý")
    recorded_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["producer", "helper"],
                condition=Q(ended_at=None),
                name="one_consent_in_force",
            )
        ]


class Edition(models.Model):
    """One row whose token changes with everything that products are found by, so that every process
    knows when to read them anew. A token, not a number: what is rolled back takes it along."""

    token = models.BigIntegerField()

    @classmethod
    def current(cls) -> int:
        """The token; 0 before the first product."""
        return cls.objects.filter(pk=1).values_list("token", flat=True).first() or 0

    @classmethod
    def renew(cls) -> None:
        """Something changed, in the open transaction."""
        cls.objects.update_or_create(pk=1, defaults={"token": secrets.randbits(62)})


class ProductQuerySet(models.QuerySet["Product"]):
    """Everyday reads."""

    def visible_to(
        self, user: Any, permission: Permission = Permission.DOSSIER_VIEW
    ) -> "ProductQuerySet":
        """Products of the producers and places where the person has the permission."""
        scopes = user.scopes_for(permission)
        if COUNTRY in scopes:
            return self
        codes = ids_in(scopes, "place")
        return self.filter(
            Q(producer__in=[int(i) for i in ids_in(scopes, "producer")])
            | Q(place__in=Place.objects.seen_by(codes))
            | Q(place__province_code__in=codes)
            | (Q(place=None) if code_of(None) in codes else Q())
        )


class Product(models.Model):
    """One product of one producer. `group_number` is the set of Phụ lục I, when it is known."""

    producer = models.ForeignKey(
        Producer, on_delete=models.PROTECT, null=True, blank=True, related_name="products"
    )
    name = models.CharField("tên sản phẩm", max_length=200)
    name_known = models.BooleanField(default=True)  # a source may tell of a product unnamed
    folded = models.CharField(max_length=200, db_index=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True)
    place_as_printed = models.CharField(max_length=200, blank=True)
    group_number = models.PositiveSmallIntegerField(null=True, blank=True)
    line = models.CharField(max_length=30, blank=True)  # guessed line, for filters only
    code = models.CharField("mã sản phẩm", max_length=40, blank=True)
    description = models.TextField("mô tả sản phẩm", blank=True)
    packing = models.CharField("quy cách đóng gói", max_length=300, blank=True)
    yearly_output = models.CharField("sản lượng một năm", max_length=120, blank=True)
    # others who make it too, and for a gift box the products inside
    partners = models.ManyToManyField(Producer, related_name="shared_products", blank=True)
    contents = models.ManyToManyField("self", symmetrical=False, related_name="boxes", blank=True)
    source_key = models.CharField(max_length=20, blank=True)
    source_url = models.URLField(max_length=400, blank=True)
    source_note = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)

    photo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    # as `naming` makes them: what it is found by, folded and as spelled; its place in order
    searched = models.CharField(max_length=600, blank=True)
    spelled = models.CharField(max_length=600, blank=True)
    sort_text = models.CharField(max_length=200, blank=True, db_index=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="product_code_once"
            ),
            models.UniqueConstraint(
                fields=["source_key"], condition=~Q(source_key=""), name="product_source_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what it is found by beside the name."""
        if kwargs.get("update_fields") is None:
            self.folded = fold(self.name)
            told = self.producer.public_name if self.producer else ""
            vars(self).update(found_by(self.name, told, place_names(self.place)))
            Edition.renew()
        elif "group_number" in kwargs["update_fields"]:
            Edition.renew()
        super().save(*args, **kwargs)

    def scopes(self) -> set[str]:
        """Those of its producer and of its place."""
        own = self.producer.scopes() if self.producer else {COUNTRY}
        return own | (self.place.scopes() if self.place else {f"place:{code_of(None)}"})

    @property
    def makers(self) -> str:
        """The producer, and who makes it too: "HTX A; HTX B"."""
        names = [self.producer.name] if self.producer else []
        return "; ".join([*names, *(p.name for p in self.partners.order_by("folded"))])


class Story(models.Model):
    """The product's story in one language, to read, to hear, or both."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="stories")
    language = models.CharField("ngôn ngữ", max_length=8, choices=LANGUAGES)
    text = models.TextField("câu chuyện", blank=True)
    audio = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "language"], name="story_once_a_language")
        ]

    def scopes(self) -> set[str]:
        """Its product's."""
        return self.product.scopes()

    @property
    def tag(self) -> str:
        """The language as HTML names it (BCP 47)."""
        return {"thai": "blt-Latn", "hmong": "hmn"}.get(self.language, self.language)
