"""What a level of a criterion takes, as the province says; steps that a producer has done."""

from django.db import models
from django.db.models import F, Q

from saola.server.accounts.models import User
from saola.server.places.owned import OfProvince
from saola.server.products.models import Product


class EffortRow(OfProvince):
    """The province's own figures for one criterion, by its name in all sheets: money (million
    đồng) and months for each point gained, how often it succeeds."""

    folded = models.CharField(max_length=300)  # of the criterion's name
    label = models.CharField("tiêu chí", max_length=300)
    cost_from = models.PositiveIntegerField("kinh phí từ (triệu đồng)")
    cost_to = models.PositiveIntegerField("đến")
    months_from = models.PositiveSmallIntegerField("thời gian từ (tháng)")
    months_to = models.PositiveSmallIntegerField("đến (tháng)")
    chance = models.PositiveSmallIntegerField("khả năng thành công (%)")
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["province_code", "folded"], name="effort_once"),
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
