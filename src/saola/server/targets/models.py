"""What a level takes, as the province says; steps done, words on the way; scenarios and the work
that an adopted one has become."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import User
from saola.server.places.models import Place
from saola.server.places.owned import OfProvince
from saola.server.products.models import Product


class EffortRow(OfProvince):
    """The province's own figures for one criterion, by its name in all sheets: money (million
    đồng) for each point gained, or for one level as a whole; months, how often it succeeds."""

    folded = models.CharField(max_length=300)  # of the criterion's name
    label = models.CharField("tiêu chí", max_length=300)
    points = models.PositiveSmallIntegerField("riêng cho mức (điểm)", default=0)  # 0: each point
    cost_from = models.PositiveIntegerField("kinh phí từ (triệu đồng)")
    cost_to = models.PositiveIntegerField("đến")
    months_from = models.PositiveSmallIntegerField("thời gian từ (tháng)")
    months_to = models.PositiveSmallIntegerField("đến (tháng)")
    chance = models.PositiveSmallIntegerField("khả năng thành công (%)")
    support = models.CharField("ai có thể hỗ trợ", max_length=200, blank=True)
    # a criterion, by its name, that has to stand at so many points before
    first_folded = models.CharField(max_length=300, blank=True)
    first_label = models.CharField("tiêu chí phải làm trước", max_length=300, blank=True)
    first_points = models.PositiveSmallIntegerField("ít nhất (điểm)", default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(
                fields=["province_code", "folded", "points"], name="effort_once"
            ),
            models.CheckConstraint(
                condition=Q(cost_to__gte=F("cost_from"), months_to__gte=F("months_from"))
                & Q(chance__gt=0, chance__lte=100),
                name="effort_in_order",
            ),
        ]


class StepDone(models.Model):
    """A producer ticked off a step: the criterion stands at so many points now, by its own word."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="steps_done")
    sheet_id = models.CharField(max_length=80)
    criterion = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "sheet_id", "criterion", "points"], name="step_done_once"
            )
        ]


class PathComment(models.Model):
    """What the advisory team says about a product's way."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="path_comments")
    text = models.TextField("ý kiến")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]


YEARS = 5


class Scenario(OfProvince):
    """What may be spent in five years and what is to be reached; with it what was found. Money in
    million đồng; a list of five has a number for each year, an empty one no limit."""

    class State(models.TextChoices):
        NEW = "new", _("chưa tính")
        SOLVING = "solving", _("đang tính")
        SOLVED = "solved", _("đã tính")
        IMPOSSIBLE = "impossible", _("không có cách nào")
        FAILED = "failed", _("không tính được")

    class First(models.TextChoices):
        UPGRADED = "upgraded", _("nâng từ 3 sao lên trước")
        FIVE_STAR = "five_star", _("5 sao trước")

    name = models.CharField("tên phương án", max_length=120)
    first_year = models.PositiveSmallIntegerField("năm đầu")
    budgets = models.JSONField(default=list)
    days = models.JSONField(default=list)  # of advisers
    rounds = models.JSONField(default=list)  # products that can be finished
    days_per_step = models.PositiveSmallIntegerField(default=3)
    targets = models.JSONField(default=dict)  # indicator → how many more by the last year
    due_year = models.PositiveSmallIntegerField("đạt chỉ tiêu vào cuối năm", default=2030)
    first = models.CharField(max_length=10, choices=First, default=First.UPGRADED)
    each_commune = models.BooleanField(default=False)
    area = models.ManyToManyField(Place, related_name="+", blank=True)
    area_least = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    solved_revision = models.PositiveIntegerField(null=True)
    result = models.JSONField(null=True)
    adopted_on = models.DateField(null=True)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["province_code", "name"], name="scenario_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> range:
        """The calendar years it is about."""
        return range(self.first_year, self.first_year + YEARS)

    @property
    def due_at(self) -> int:
        """The place among its years of the one by which targets are to be met."""
        return max(0, min(YEARS - 1, self.due_year - self.first_year))

    @property
    def fresh(self) -> bool:
        """Whether the result is that of what is asked now."""
        return self.solved_revision == self.revision


class PlanItem(models.Model):
    """One product of an adopted scenario as work: who, by when, from which budget line; then what
    was spent and what came of it."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("đang làm")
        DONE = "done", _("đạt hạng")
        MISSED = "missed", _("không đạt")
        DROPPED = "dropped", _("thôi không làm")

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField()  # in which it is to be done
    planned = models.JSONField(default=dict)  # year → million đồng
    steps = models.JSONField(default=list)  # [criterion, points, million đồng, year]
    sheet_id = models.CharField(max_length=80, blank=True)  # whose criteria they are
    keeper = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="plan_items")
    owner = models.CharField("người phụ trách", max_length=120, blank=True)  # without an account
    due_on = models.DateField("hạn", null=True, blank=True)
    budget_line = models.CharField("nguồn kinh phí", max_length=120, blank=True)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome, default=Outcome.OPEN)
    note = models.TextField("ghi chú", blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "product"], name="plan_item_once")
        ]

    def scopes(self) -> set[str]:
        """Those of its scenario."""
        return self.scenario.scopes()

    @property
    def money(self) -> int:
        """Planned in all years, million đồng."""
        return sum(self.planned.values())

    @property
    def spent(self) -> int:
        """In all, million đồng."""
        return sum(row.amount for row in self.spendings.all())


class Spending(models.Model):
    """Money that went out for one product's work."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="spendings")
    token = models.UUIDField(unique=True)  # made with the form: one sent twice is kept once
    on = models.DateField("ngày chi")
    amount = models.PositiveIntegerField("số tiền (triệu đồng)")
    what = models.CharField("chi cho việc gì", max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
