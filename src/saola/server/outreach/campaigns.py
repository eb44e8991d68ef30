"""A campaign of the province: its plan, its materials, its tasks handed down to communes."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import store
from saola.server.journal.record import record
from saola.server.notices.actions import tell
from saola.server.outreach.models import Campaign, Material, Task
from saola.server.places.models import Place


@transaction.atomic
def plan_campaign(facts: Mapping[str, Any], province: str, *, by: User) -> Campaign:
    """Keep a campaign of the province."""
    campaign = Campaign(province_code=province, made_by=by, **facts)
    require(by, Permission.OUTREACH_LEAD, campaign)
    if campaign.ends_on < campaign.starts_on:
        raise Refused("Ngày cuối không thể trước ngày đầu.", field="ends_on")
    if Campaign.objects.filter(
        title=campaign.title, starts_on=campaign.starts_on, province_code=province
    ).exists():
        raise Refused("Chiến dịch này đã có.")
    campaign.save()
    record("plan_campaign", f"campaign:{campaign.pk}", {"title": campaign.title}, by=by)
    return campaign


@transaction.atomic
def add_material(
    campaign: Campaign,
    facts: Mapping[str, Any],
    *,
    by: User,
    upload: Any = None,
    replaces: Material | None = None,
) -> Material:
    """Keep a text, script, poster, film or recording; a newer version stands for the older."""
    require(by, Permission.OUTREACH_LEAD, campaign)
    if not (facts.get("text") or facts.get("url") or upload):
        raise Refused("Hãy nhập nội dung, đường dẫn, hoặc chọn tệp.", field="text")
    version = 1
    if replaces is not None:
        replaces = Material.objects.select_for_update(of=("self",)).get(pk=replaces.pk)
        if replaces.campaign_id != campaign.pk:
            raise Refused("Tài liệu này thuộc chiến dịch khác.")
        if Material.objects.filter(replaces=replaces).exists():
            raise Refused("Tài liệu này đã có bản mới hơn. Hãy tải lại trang.")
        version = replaces.version + 1
    material = Material.objects.create(
        campaign=campaign,
        file=store(upload, by=by.username) if upload else None,
        version=version,
        replaces=replaces,
        by=by,
        **facts,
    )
    record("add_material", f"material:{material.pk}", {"version": version}, by=by)
    return material


@transaction.atomic
def hand_down(
    campaign: Campaign, places: Collection[Place], what: str, due_on: date, *, by: User
) -> int:
    """Give communes their task; those that have it are left alone. How many are new."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    require(by, Permission.OUTREACH_LEAD, campaign)
    if not campaign.starts_on <= due_on <= campaign.ends_on:
        raise Refused("Hạn cần nằm trong thời gian của chiến dịch.", field="due_on")
    there = set(campaign.tasks.filter(village="").values_list("place", flat=True))
    fresh = [place for place in places if place.pk not in there]
    for place in fresh:
        task = Task.objects.create(campaign=campaign, place=place, what=what, due_on=due_on)
        tell(
            f"task:{task.pk}",
            User.objects.who_in(Permission.OUTREACH_DO, place.own_scopes()),
            f"Việc truyền thông: {campaign.title}",
            f"{what}. Hạn {due_on:%d/%m/%Y}. Vào mục Truyền thông để giao cho các bản, tiểu khu và "
            "gửi minh chứng.",
            about=f"task:{task.pk}",
            path=f"/can-bo/truyen-thong/viec/{task.pk}/",
        )
    record("hand_down", f"campaign:{campaign.pk}", {"communes": len(fresh)}, by=by)
    return len(fresh)
