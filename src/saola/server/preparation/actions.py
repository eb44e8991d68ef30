"""Registering ideas and answering them; plans; improvements and advice."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saola.criteria import in_force
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can, require
from saola.server.drafts.merge import OVERWRITES, Merged, Opened, merge
from saola.server.files.store import store
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.preparation.models import Advice, Idea, IdeaReply, Improvement, Plan
from saola.server.products.actions import add_product
from saola.server.products.models import Producer, Product

PLAN_FIELDS = (
    "output",
    "money",
    "equipment",
    "people",
    "standards",
    "market",
    "months",
    "done",
)
# an improvement may serve these (their numbers are the same on sheets of food; each product's own
# sheet says which it has)
SERVED = ("2.1", "2.2", "2.3", "2.4", "7", "9", "10")


@transaction.atomic
def register_idea(
    producer: Producer, name: str, text: str, token: UUID, *, by: User, group: int | None = None
) -> Idea:
    """Keep an idea and tell the commune; the same token again changes nothing."""
    require(by, Permission.PRODUCT_EDIT, producer)
    facts = {"producer": producer, "name": name, "text": text, "group_number": group}
    idea, new = Idea.objects.get_or_create(
        token=token, defaults=facts | {"year": timezone.localdate().year}
    )
    if not new:
        return idea
    record("register_idea", f"idea:{idea.pk}", {"text": digest(text)}, by=by)
    if producer.place is not None:
        place = producer.place
        tell(
            f"idea:{idea.pk}",
            User.objects.who_in(Permission.COMMUNE_RECEIVE, place.own_scopes())
            | User.objects.who(Permission.ADVISE, f"place:{place.province_code}"),
            f"Ý tưởng sản phẩm mới: {name}",
            "Chủ thể đăng ký ý tưởng, chờ ý kiến của xã và Tổ tư vấn.",
            about=f"idea:{idea.pk}",
            path=reverse("desk:idea", args=[idea.pk]),
        )
    return idea


def require_adviser(by: User, on: Any) -> None:
    """Commune or advisory team of the place."""
    allowed = (Permission.COMMUNE_RECEIVE, Permission.ADVISE, Permission.AGENCY_RECEIVE)
    answers = [can(by, permission, on) for permission in allowed]
    if not any(answers):
        raise Refused(str(answers[0].reason))


@transaction.atomic
def reply_to_idea(idea: Idea, text: str, state: str, *, by: User) -> IdeaReply:
    """Commune or advisers answer; of a supported idea a product with its plan can be made."""
    idea = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
    require_adviser(by, idea)
    if not text.strip():
        raise Refused("Hãy ghi ý kiến.", field="text")
    if idea.product_id is not None and state != Idea.State.SUPPORTED:
        raise Refused("Ý tưởng đã thành sản phẩm nên không đổi ý kiến được nữa.", field="state")
    reply = IdeaReply.objects.create(idea=idea, text=text, state=state, by=by)
    idea.state = state
    idea.save()
    record("reply_to_idea", f"idea:{idea.pk}", {"state": state, "text": digest(text)}, by=by)
    tell(
        f"idea-reply:{reply.pk}",
        User.objects.who(Permission.PRODUCT_EDIT, f"producer:{idea.producer_id}"),
        f"Ý kiến về ý tưởng “{idea.name}”: {reply.get_state_display()}",
        text,
        about=f"idea:{idea.pk}",
        path=reverse("portal:idea", args=[idea.pk]),
    )
    return reply


@transaction.atomic
def explain_idea(idea: Idea, text: str, *, by: User) -> IdeaReply:
    """The producer says more; the idea waits for an answer again."""
    idea = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
    require(by, Permission.PRODUCT_EDIT, idea)
    if idea.state == Idea.State.SUPPORTED:
        raise Refused("Ý tưởng đã được ủng hộ; hãy lập phương án.")
    idea.state = Idea.State.REGISTERED
    idea.save()
    record("explain_idea", f"idea:{idea.pk}", {"text": digest(text)}, by=by)
    return IdeaReply.objects.create(idea=idea, text=text, state=idea.state, by=by)


@transaction.atomic
def make_product(idea: Idea, group: int, *, by: User) -> Product:
    """The product of a supported idea, once."""
    idea = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
    require(by, Permission.PRODUCT_EDIT, idea)
    if idea.product is not None:
        return idea.product
    if idea.state != Idea.State.SUPPORTED:
        raise Refused("Ý tưởng chưa được xã hoặc Tổ tư vấn ủng hộ.")
    idea.product = add_product(idea.producer, idea.name, group, by=by)
    idea.save()
    return idea.product


@transaction.atomic
def save_plan(
    product: Product,
    year: int,
    posted: Mapping[str, str],
    *,
    by: User,
    opened: Opened = OVERWRITES,
) -> Merged:
    """Keep the plan of a year, merged with what others wrote meanwhile."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    require(by, Permission.PRODUCT_EDIT, product)
    plan, _ = Plan.objects.get_or_create(product=product, year=year)
    stored = {field: getattr(plan, field) for field in PLAN_FIELDS}
    wanted = {field: value.strip() for field, value in posted.items() if field in stored}
    name = f"plan:{product.pk}:{year}"
    merged = merge(name, stored, wanted, opened=opened, by=by.full_name)
    if merged.changed:
        for field in PLAN_FIELDS:
            setattr(plan, field, merged.values[field])
        plan.save()
        record("save_plan", f"product:{product.pk}", {"year": year}, by=by)
    return merged


def served_by(product: Product) -> list[tuple[str, str]]:
    """Criteria of the product's sheet in force that an improvement may serve."""
    if product.group_number is None:
        return []
    criteria_set = in_force(product.group_number, on=timezone.localdate())
    return [(c.id, f"{c.id} {c.label}") for c in criteria_set.criteria if c.id in SERVED]


@transaction.atomic
def record_improvement(
    product: Product, data: dict[str, Any], *, by: User, before: Any = None, after: Any = None
) -> Improvement:
    """A new version of label, packaging, design or recipe; the earlier ones stay."""
    product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    require(by, Permission.PRODUCT_EDIT, product)
    if data["made_on"] > timezone.localdate():
        raise Refused("Ngày cải tiến không thể sau hôm nay.", field="made_on")
    made = Improvement.objects.create(
        product=product,
        version=product.improvements.filter(subject=data["subject"]).count() + 1,
        before=store(before, by=by.username) if before else None,
        after=store(after, by=by.username) if after else None,
        by=by,
        **data,
    )
    facts = {"subject": made.subject, "version": made.version, "criteria": made.criteria}
    record("improve", f"product:{product.pk}", facts, by=by)
    return made


@transaction.atomic
def advise_on(
    product: Product,
    text: str,
    criteria: list[str],
    *,
    by: User,
    owner: str = "",
    due_on: date | None = None,
) -> Advice:
    """Recommend something for a product and tell its producer."""
    require_adviser(by, product)
    made = Advice.objects.create(
        product=product, text=text, criteria=criteria, owner=owner, due_on=due_on, by=by
    )
    record(
        "advise_on", f"product:{product.pk}", {"criteria": criteria, "text": digest(text)}, by=by
    )
    tell(
        f"advice:{made.pk}",
        User.objects.who(Permission.PRODUCT_EDIT, f"producer:{product.producer_id}"),
        f"Tư vấn cho sản phẩm {product.name}",
        text,
        about=f"product:{product.pk}",
        path=reverse("portal:product", args=[product.pk]),
    )
    return made


@transaction.atomic
def advice_done(advice: Advice, *, by: User) -> Advice:
    """The producer ticks it off."""
    advice = Advice.objects.select_for_update(of=("self",)).get(pk=advice.pk)
    require(by, Permission.PRODUCT_EDIT, advice.product)
    if advice.done_on is None:
        advice.done_on = timezone.localdate()
        advice.save(update_fields=["done_on"])
        record("advice_done", f"product:{advice.product_id}", {"advice": advice.pk}, by=by)
    return advice
