"""The programme's yearly cycle before assessment: idea, plan, improvement."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.files.models import StoredFile
from saola.server.places.models import Place
from saola.server.products.models import Producer, Product


class IdeaQuerySet(models.QuerySet["Idea"]):
    """Everyday reads."""

    def visible_to(self, user: Any) -> "IdeaQuerySet":
        """Of the person's producers and places."""
        scopes = user.scopes_for(Permission.DOSSIER_VIEW)
        if COUNTRY in scopes:
            return self
        codes = ids_in(scopes, "place")
        own = [int(i) for i in ids_in(scopes, "producer")]
        return self.filter(
            Q(producer__in=own)
            | Q(producer__place__in=Place.objects.seen_by(codes))
            | Q(producer__place__province_code__in=codes)
        )


class Idea(models.Model):
    """A producer's idea of a product, and what commune and advisers say to it."""

    class State(models.TextChoices):
        REGISTERED = "registered", _("đã đăng ký, chờ xem")
        ASKED = "asked", _("cần nói rõ thêm")
        SUPPORTED = "supported", _("được ủng hộ, lập phương án")
        DECLINED = "declined", _("chưa phù hợp")

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="ideas")
    name = models.CharField("tên ý tưởng, sản phẩm", max_length=200)
    group_number = models.PositiveSmallIntegerField(null=True)
    text = models.TextField("nội dung ý tưởng")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED)
    product = models.ForeignKey(  # made of it once it is supported
        Product, on_delete=models.PROTECT, null=True, related_name="ideas"
    )
    token = models.UUIDField(unique=True)
    registered_at = models.DateTimeField(auto_now_add=True)

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["registered", "asked", "supported", "declined"]),
                name="idea_state_is_known",
            )
        ]

    def scopes(self) -> set[str]:
        """Its producer's."""
        return self.producer.scopes()


class IdeaReply(models.Model):
    """What somebody answered to an idea, and where it stood after that."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    state = models.CharField(max_length=12, choices=Idea.State)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]


class Plan(models.Model):
    """One product's production and business plan of a year, and what was done of it; fills parts
    II and IV of Mẫu 02."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField("năm")
    output = models.CharField("sản lượng", max_length=200, blank=True)
    money = models.CharField("vốn (triệu đồng) và nguồn", max_length=300, blank=True)
    equipment = models.TextField("thiết bị, nhà xưởng", blank=True)
    people = models.TextField("lao động", blank=True)
    standards = models.TextField("tiêu chuẩn hướng tới", blank=True)
    market = models.TextField("thị trường, bán hàng", blank=True)
    months = models.TextField("việc theo tháng", blank=True)
    done = models.TextField("đã làm được", blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["product", "year"], name="one_plan_a_year")]


class Improvement(models.Model):
    """One change of label, packaging, design or recipe: before and after, advice, cost, and the
    criteria that it serves."""

    class Subject(models.TextChoices):
        LABEL = "label", _("nhãn")
        PACKAGING = "packaging", _("bao bì")
        DESIGN = "design", _("mẫu mã")
        RECIPE = "recipe", _("công thức, quy trình")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="improvements")
    subject = models.CharField("cải tiến gì", max_length=10, choices=Subject)
    version = models.PositiveSmallIntegerField()
    change = models.TextField("thay đổi gì")
    criteria = models.JSONField(default=list)  # ids on the product's sheet
    cost = models.PositiveIntegerField("chi phí (nghìn đồng)", null=True)
    made_on = models.DateField("ngày")
    before = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "subject", "version"], name="improvement_version_once"
            )
        ]


class Advice(models.Model):
    """What commune or advisers recommend for a product, with who does it by when."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="advice")
    text = models.TextField("nên làm gì")
    criteria = models.JSONField(default=list)
    owner = models.CharField("ai làm", max_length=120, blank=True)
    due_on = models.DateField("xong trước hết ngày", null=True)
    done_on = models.DateField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
