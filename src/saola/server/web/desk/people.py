"""People with their roles; acting for one of them; a lost second key taken off."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import CharField, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts import acting
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.accounts.roles import ALL
from saola.server.councils.models import Council
from saola.server.journal.record import digest, record
from saola.server.notices.actions import tell
from saola.server.places.models import Place
from saola.server.products.models import Producer
from saola.server.web.common.forms import Form, clean
from saola.server.web.common.rights import needs, person

A_PAGE = 50


def _scopes(kind: str, rows: QuerySet[Any], field: str = "pk") -> QuerySet[Any]:
    """The scopes of these records, as one more question inside a question."""
    told = Concat(Value(f"{kind}:"), Cast(field, CharField()), output_field=CharField())
    found: QuerySet[Any] = rows.annotate(told=told).values("told")
    return found


def grants_in(provinces: list[str]) -> Q:
    """Grants that lie in these provinces."""
    places = Place.objects.filter(province_code__in=provinces)
    return (
        Q(scope__in=[f"place:{code}" for code in provinces])
        | Q(scope__in=_scopes("place", places, "code"))
        | Q(scope__in=_scopes("producer", Producer.objects.filter(place__in=places)))
        | Q(scope__in=_scopes("council", Council.objects.filter(province_code__in=provinces)))
    )


def _there(admin: User) -> Q:
    """Grants that lie in the administrator's provinces."""
    return grants_in(ids_in(admin.scopes_for(Permission.ACCOUNTS_MANAGE), "place"))


def _of_province(admin: User) -> QuerySet[User]:
    """Everybody with a role in the administrator's provinces."""
    users = Grant.objects.filter(_there(admin)).values("user")
    return User.objects.filter(pk__in=users).order_by("username")


def _may_act_for(admin: User, user: User) -> bool:
    """Nobody acts for whoever keeps accounts, for one who is gone, or for one who has a part
    outside the administrator's provinces as well."""
    keeps = any(Permission.ACCOUNTS_MANAGE in ALL[g.role].permissions for g in user.granted)
    return user.is_active and user != admin and not keeps and not _outside(admin, user)


def _outside(admin: User, user: User) -> bool:
    """Whether the person has a role beyond the administrator's provinces as well."""
    inside = Grant.objects.filter(_there(admin), user=user).values("pk")
    return Grant.objects.filter(user=user).exclude(pk__in=inside).exists()


@needs(Permission.ACCOUNTS_MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """Accounts of the province with roles, and what each role may do."""
    wanted = clean(request.GET.get("tim", "")).strip()
    users = _of_province(person(request)).prefetch_related(_shown(person(request)))
    if wanted:
        users = users.filter(Q(username__icontains=wanted) | Q(full_name__icontains=wanted))
    page = Paginator(users, A_PAGE).get_page(request.GET.get("trang"))
    rows = [(user, _roles(user)) for user in page]
    context = {
        "rows": rows,
        "page": page,
        "wanted": wanted,
        "query": urlencode({"tim": wanted}),
        "roles": ALL.values(),
    }
    return render(request, "desk/people.html", context)


def _shown(admin: User) -> Prefetch[str]:
    """Roles that the administrator sees: those of the own provinces."""
    return Prefetch("grants", Grant.objects.filter(_there(admin)), "seen")


def _roles(user: Any) -> list[dict[str, Any]]:
    return [{"role": ALL[g.role].name, "scope": g.scope} for g in user.seen]


class Reason(Form):
    """Why; the person reads it."""

    reason = forms.CharField(
        label=_("Lý do"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Người đó nhận được thông báo với lý do này; nhật ký ghi tên cả hai."),
    )


@needs(Permission.ACCOUNTS_MANAGE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles, second keys; act for the person, or take lost keys off."""
    admin = person(request)
    user = get_object_or_404(_of_province(admin).prefetch_related(_shown(admin)), pk=pk)
    keys = Authenticator.objects.filter(user_id=user.pk)
    form = Reason(request.POST if request.method == "POST" else None)
    if form.is_valid():
        why = form.cleaned_data["reason"]
        act = _reset if "reset" in request.POST else _act_for
        if form.carry_out(lambda: act(request, admin, user, why)):
            return redirect("account:home" if act is _act_for else request.path)
    context = {
        "someone": user, "roles": _roles(user), "keys": keys.count(), "form": form,
        "may_act": _may_act_for(admin, user), "mine": user == admin,
    }  # fmt: skip
    return render(request, "desk/person.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _act_for(request: HttpRequest, admin: User, user: User, why: str) -> bool:
    if not _may_act_for(admin, user):
        raise Refused("Không làm thay được: giữ tài khoản, còn vai trò ở tỉnh khác, hoặc đã ngừng.")
    acting.begin(request.session, admin, user, why)
    at = timezone.localtime()
    body = (
        f"{admin.full_name} làm thay bạn từ {at:%H:%M %d/%m/%Y}, nhiều nhất một giờ. Lý do: {why}"
    )
    key = f"acting:{admin.pk}:{user.pk}:{at:%Y%m%d%H%M%S}"
    tell(key, [user], "Quản trị làm thay bạn", body, about=f"user:{user.pk}")
    return True


@transaction.atomic
def _reset(request: HttpRequest, admin: User, user: User, why: str) -> bool:
    if user == admin:
        raise Refused("Khóa của chính mình: bỏ ở trang “Khóa đăng nhập”.")
    if _outside(admin, user):
        raise Refused("Người này còn vai trò ở tỉnh khác: quản trị hệ thống bỏ khóa.")
    raise_if_reauthentication_required(request, app="allauth.mfa")
    keys = Authenticator.objects.filter(user_id=user.pk)
    entry = record(
        "reset_keys", f"user:{user.pk}", {"count": keys.count(), "reason": digest(why)}, by=admin
    )
    keys.delete()
    body = f"{admin.full_name} đã bỏ mọi khóa thứ hai của bạn. Lý do: {why}"
    tell(f"keys:{entry.number}", [user], "Khóa đăng nhập đã bị bỏ", body, about=f"user:{user.pk}")
    messages.success(request, _("Đã bỏ. Người đó đăng nhập bằng mật khẩu."))
    return True
