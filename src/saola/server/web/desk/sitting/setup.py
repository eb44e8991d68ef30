"""A council by its decision: its Quy chế as settings, and its seats."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.scoring.words import BREAKS, EFFECTS, MODES, PLACES, QUORUM, SETTINGS, in_words
from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.councils import seats
from saola.server.councils.models import Council, CouncilMember
from saola.server.web.common.forms import DateField, Form
from saola.server.web.common.rights import needs, person, province_of
from saola.server.web.desk.people import grants_in


def _said(words: dict[Any, str]) -> list[tuple[Any, Any]]:
    """Values with their words in the language of the page."""
    return [(value, _(text)) for value, text in words.items()]


def _choice(key: str) -> forms.ChoiceField:
    """One point of the Quy chế with its values in words."""
    setting = SETTINGS[key]
    return forms.ChoiceField(
        label=_(setting.name), choices=_said(setting.values), widget=forms.RadioSelect
    )


class CouncilForm(Form):
    """Decision and Quy chế; each rule the law leaves open is a field."""

    name = forms.CharField(label=_("Tên Hội đồng"), max_length=200)
    decision_number = forms.CharField(label=_("Số quyết định thành lập"), max_length=60)
    decided_on = DateField(label=_("Ngày quyết định"))
    regulation_number = forms.CharField(label=_("Số Quy chế"), max_length=60)
    regulation_dated = DateField(label=_("Ngày Quy chế"))
    quorum = forms.ChoiceField(
        label=_(QUORUM), choices=[(f, f) for f in ("3/4", "2/3", "1/2", "1")]
    )
    with_chair = forms.BooleanField(label=_("Phải có Chủ tịch Hội đồng"), required=False)
    deputy_presides = forms.BooleanField(
        label=_("Phó Chủ tịch được chủ trì khi Chủ tịch vắng mặt"), required=False
    )
    spread = forms.IntegerField(
        label=_("Chênh lệch tối đa giữa các thành viên (điểm)"), min_value=0, max_value=100
    )
    breaks = forms.ChoiceField(label=_("Vượt mức chênh lệch là"), choices=_said(BREAKS))
    effect = forms.ChoiceField(label=_("Khi vượt mức chênh lệch"), choices=_said(EFFECTS))
    minimum_test = _choice("minimum_test")
    missed_three_star = _choice("missed_three_star")
    zero_stops = _choice("zero_stops")
    capped_from_90 = _choice("capped_from_90")
    missing = _choice("missing")
    sheet26_markers = forms.BooleanField(
        label=_("Xét dấu sao ở bộ 26 (du lịch) như yêu cầu tối thiểu"), required=False
    )
    borderline = forms.BooleanField(
        label=_("Thảo luận lại khi tổng điểm sát ngưỡng hạng (1,96 sai số chuẩn)"), required=False
    )
    one_voice = forms.BooleanField(
        label=_("Thảo luận lại khi một thành viên quyết định hạng"), required=False
    )
    near_minimum = forms.DecimalField(
        label=_("Thảo luận lại khi thiếu yêu cầu tối thiểu không quá (điểm; bỏ trống: không)"),
        min_value=0,
        max_value=5,
        decimal_places=2,
        required=False,
        localize=True,
    )
    tourism_on_site = forms.BooleanField(
        label=_("Dịch vụ du lịch phải chấm tại chỗ"), required=False
    )
    rounds = forms.BooleanField(
        label=_("Làm tròn trước khi so với khung điểm (mặc định: không)"), required=False
    )
    decimals = forms.IntegerField(
        label=_("Số lẻ khi làm tròn"), min_value=0, max_value=6, required=False
    )
    mode = forms.ChoiceField(label=_("Cách làm tròn"), choices=_said(MODES), required=False)
    place = forms.ChoiceField(label=_("Làm tròn ở"), choices=_said(PLACES), required=False)

    def clean(self) -> dict[str, Any]:
        """A rounding needs its number of decimals."""
        data = super().clean() or {}
        if data.get("rounds") and data.get("decimals") is None and "decimals" not in self.errors:
            self.add_error("decimals", _("Hãy ghi số lẻ, từ 0 đến 6."))
        return data

    def council(self, province: str) -> dict[str, Any]:
        """Fields of a province's council with its whole Quy chế."""
        data = self.cleaned_data
        plain = ("name", "decision_number", "decided_on", "regulation_number", "regulation_dated")
        rounding = {"decimals": data["decimals"], "mode": data["mode"], "place": data["place"]}
        return {name: data[name] for name in plain} | {
            "province_code": province,
            "deputy_presides": data["deputy_presides"],
            "illustrative": settings.DEMO,
            "practice": {
                "borderline": data["borderline"],
                "one_voice": data["one_voice"],
                "near_minimum": None if data["near_minimum"] is None else str(data["near_minimum"]),
                "tourism_on_site": data["tourism_on_site"],
            },
            "regulation": {
                **{key: data[key] for key in SETTINGS},
                "spread_limit": {
                    "points": str(data["spread"]),
                    "breaks": data["breaks"],
                    "effect": data["effect"],
                },
                "quorum": {"fraction": data["quorum"], "chair": data["with_chair"]},
                "rounding": rounding if data["rounds"] else None,
            },
        }


INITIAL = {
    "spread": 10,
    "with_chair": True,
    "sheet26_markers": True,
    "decimals": 2,
    "borderline": True,
    "one_voice": True,
    "near_minimum": Decimal("0.5"),
    "tourism_on_site": True,
    **{key: next(iter(setting.values)) for key, setting in SETTINGS.items()},
}


@needs(Permission.COUNCIL_APPOINT)
def establish(request: HttpRequest) -> HttpResponse:
    """Write a new council down."""
    form = CouncilForm(request.POST if request.method == "POST" else None, initial=INITIAL)
    if form.is_valid():
        made = form.carry_out(
            lambda: seats.establish(
                form.council(province_of(request, Permission.COUNCIL_APPOINT)), by=person(request)
            )
        )
        if made:
            return redirect("desk:council", made.pk)
    return render(
        request, "desk/council_new.html", {"form": form}, status=409 if form.errors else 200
    )


class OfCouncil(Form):
    """About a seat of a council."""

    def __init__(self, council: Council, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.council = council


class HandOnForm(OfCouncil):
    """Who takes the seat, and on what ground."""

    username = forms.CharField(label=_("Tên đăng nhập của người thay"), max_length=60)
    reason = forms.CharField(
        label=_("Lý do và số văn bản cử người thay"), max_length=500, widget=forms.Textarea
    )

    def clean_username(self) -> User:
        """The account of that name."""
        return _account(self.cleaned_data["username"], self.council)


def _account(username: str, council: Council) -> User:
    """Somebody of the council's province, or who has no part in any yet: whoever has one elsewhere
    only is not told of here."""
    user = User.objects.filter(username=username).first()
    grants = Grant.objects.filter(user=user)
    if user is None or (
        grants.exists() and not grants.filter(grants_in([council.province_code])).exists()
    ):
        raise forms.ValidationError("Chưa có tài khoản tên này.")
    return user


class SeatForm(OfCouncil):
    """Who gets which seat."""

    username = forms.CharField(label=_("Tên đăng nhập"), max_length=60)
    kind = forms.ChoiceField(label=_("Ghế"), choices=CouncilMember.Seat.choices, initial="member")
    secretary = forms.BooleanField(label=_("Kiêm Thư ký Hội đồng"), required=False)
    agency = forms.CharField(label=_("Cơ quan"), max_length=200, required=False)

    def clean_username(self) -> User:
        """The account of that name."""
        return _account(self.cleaned_data["username"], self.council)


@needs(Permission.COUNCIL_APPOINT)
def council(request: HttpRequest, pk: int) -> HttpResponse:
    """One council with its seats; a form for one more."""
    found = get_object_or_404(Council, pk=pk)
    if not can(request.user, Permission.COUNCIL_APPOINT, found):
        return render(request, "common/not_found.html", status=404)
    form = SeatForm(found, request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        made = form.carry_out(
            lambda: seats.seat(
                found,
                data["username"],
                by=person(request),
                kind=data["kind"],
                secretary=data["secretary"],
                agency=data["agency"],
            )
        )
        if made:
            messages.success(request, "Đã ghi thành viên Hội đồng.")
            return redirect("desk:council", pk)
    context = {
        "council": found,
        "members": found.members.select_related("user", "replaced_by__user"),
        "rules": in_words(found.rules(), gettext),
        "form": form,
        "illustrative": found.illustrative,
    }
    return render(request, "desk/council.html", context, status=409 if form.errors else 200)


@needs(Permission.COUNCIL_APPOINT)
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a member's seat to another person, also half-way through a session."""
    member = get_object_or_404(CouncilMember.objects.select_related("council", "user"), pk=pk)
    if not can(request.user, Permission.COUNCIL_APPOINT, member.council):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = HandOnForm(member.council, posted)
    if form.is_valid():
        data = form.cleaned_data
        if form.carry_out(
            lambda: seats.hand_on(member, data["username"], data["reason"], by=person(request))
        ):
            messages.success(request, _("Đã thay người của ghế này."))
            return redirect("desk:council", member.council_id)
    context = {"member": member, "form": form, "illustrative": member.council.illustrative}
    return render(request, "desk/hand_on.html", context, status=409 if form.errors else 200)
