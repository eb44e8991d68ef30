"""Signing in and out, the way to one's own work, the language."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.socialaccount.providers.openid_connect.views import login as to_provider
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from requests import RequestException

from saola.server.accounts import acting, sessions
from saola.server.accounts.actions import set_email
from saola.server.accounts.doors import turned_away
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import can
from saola.server.accounts.roles import ALL
from saola.server.notices.actions import mark_read
from saola.server.web.common.context import GROUNDS, TEXT_SIZES
from saola.server.web.common.forms import Form, whole_number
from saola.server.web.common.rights import person

MOST_MESSAGES = 100


class SignInForm(Form):
    """Name and password; the browser may fill both in."""

    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _safe_next(request: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else ""


@login_not_required
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; after five failures the account waits a quarter of an hour."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    wanted = _safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            told = Login(user=user, redirect_url=wanted or None)
            answer: HttpResponse = perform_password_login(request, form.cleaned_data, told)
            return answer
        if getattr(request, "axes_locked_out", False):
            return locked_out(request)
        form.add_error(
            "password",
            "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra phím Caps Lock và bộ gõ.",
        )
    context: dict[str, Any] = {"form": form, "next": wanted}
    if settings.DEMO:
        users = User.objects.filter(is_demo=True).prefetch_related("grants").order_by("pk")
        context["accounts"] = [{"user": user, "roles": _role_names(user)} for user in users]
    status = 400 if form.is_bound else 200
    return render(request, "account/sign_in.html", context, status=status)


def _role_names(user: User) -> list[str]:
    return [str(ALL[key].name) for key in dict.fromkeys(g.role for g in user.grants.all())]


def locked_out(
    request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """429: too many failures."""
    return render(request, "account/locked_out.html", status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; whoever acts for another goes back to being themselves."""
    hand = getattr(request.user, "acted_by", None)
    if hand is not None:
        acting.end(request.session, hand)
        return redirect("account:home")
    logout(request)
    return redirect("public:home")


@login_not_required
def through_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider of identity; where it does not answer, a page that says so."""
    try:
        answer: HttpResponse = to_provider(request, provider_id)
    except RequestException:
        return turned_away(request, gettext("Nơi cấp tài khoản không trả lời. Hãy thử lại sau."))
    return answer


# pages, and the permissions of which one leads to them
AREAS: tuple[tuple[str, Any, tuple[Permission, ...]], ...] = (
    ("portal:home", _("Hồ sơ của chủ thể"), (Permission.DOSSIER_EDIT,)),
    ("desk:queue", _("Bàn làm việc: hồ sơ chờ xử lý"), (Permission.DESK_USE,)),
    ("desk:ending", _("Giấy chứng nhận hết hạn trong 12 tháng"), (Permission.DESK_USE,)),
    ("desk:gaps", _("Sản phẩm còn thiếu gì cho hạng trên"), (Permission.DESK_USE,)),
    ("desk:inspections", _("Kiểm tra, giám sát"), (Permission.DESK_USE,)),
    (
        "desk:ideas",
        _("Ý tưởng sản phẩm"),
        (Permission.COMMUNE_RECEIVE, Permission.ADVISE),
    ),
    ("desk:promises", _("Chỉ tiêu và tình hình"), (Permission.DESK_USE,)),
    ("desk:scenarios", _("Phương án đầu tư nâng hạng"), (Permission.PLAN,)),
    ("desk:my-plan-items", _("Việc nâng hạng được giao cho tôi"), (Permission.DESK_USE,)),
    ("desk:efforts", _("Chi phí nâng điểm"), (Permission.PLAN,)),
    ("desk:market", _("Thị trường: kết quả, nhu cầu, hỗ trợ"), (Permission.TRADE_OVERSEE,)),
    ("desk:events", _("Hội chợ, tuần hàng"), (Permission.TRADE_OVERSEE,)),
    ("desk:campaigns", _("Truyền thông: chiến dịch"), (Permission.OUTREACH_LEAD,)),
    ("desk:posts", _("Tin, hướng dẫn, lớp tập huấn"), (Permission.OUTREACH_LEAD,)),
    ("desk:questions", _("Hỏi đáp của người dân"), (Permission.OUTREACH_LEAD,)),
    ("desk:mailings", _("Gửi tin cho nhiều người"), (Permission.OUTREACH_LEAD,)),
    ("desk:outreach-tasks", _("Truyền thông: việc của xã, bản"), (Permission.OUTREACH_DO,)),
    ("desk:grievances", _("Kiến nghị, khiếu nại, phản ánh"), (Permission.SUPERVISE,)),
    (
        "desk:removals",
        _("Thu hồi giấy chứng nhận, quyết định công nhận"),
        (Permission.SUPERVISE, Permission.PROVINCE_DECIDE),
    ),
    ("jury:sessions", _("Hội đồng: các phiên họp"), (Permission.SESSION_VIEW,)),
    ("desk:lists", _("Nhập danh sách sản phẩm"), (Permission.REGISTER_IMPORT,)),
    ("desk:running", _("Máy chủ"), (Permission.ACCOUNTS_MANAGE,)),
    ("desk:journal", _("Nhật ký"), (Permission.JOURNAL_VIEW,)),
    ("desk:people", _("Người dùng và vai trò"), (Permission.ACCOUNTS_MANAGE,)),
)


def home(request: HttpRequest) -> HttpResponse:
    """Lead to the pages of the person's role; several roles see a choice."""
    areas = [
        (page, text)
        for page, text, permissions in AREAS
        if any(can(request.user, permission) for permission in permissions)
    ]
    if len(areas) == 1:
        return redirect(areas[0][0])
    return render(request, "account/home.html", {"areas": areas})


def signed_in(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in; one or all others can be ended."""
    user = person(request)
    rows = sessions.open_ones(user)
    here = request.session.session_key
    if request.method == "POST":
        others = [row.pk for row in rows if row.session_key != here]
        chosen = whole_number(request.POST.get("place", ""))
        ended = sessions.end(user, others if "all" in request.POST else [chosen])
        messages.success(request, _("Đã đăng xuất %(n)s nơi.") % {"n": ended})
        return redirect("account:signed-in")
    context = {"rows": [(row, row.session_key == here) for row in rows]}
    return render(request, "account/signed_in.html", context)


class EmailForm(Form):
    """Where messages go."""

    email = forms.EmailField(
        label=_("Thư điện tử nhận thông báo"),
        required=False,
        max_length=254,
        help_text=_("Để trống nếu chỉ đọc ở trang này. Không hiện cho người khác."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def inbox(request: HttpRequest) -> HttpResponse:
    """Messages to this person, and the address they go to; opening it marks them read."""
    user = person(request)
    posted = request.POST if request.method == "POST" else None
    form = EmailForm(posted, initial={"email": user.email})
    if form.is_valid():
        set_email(user, form.cleaned_data["email"])
        messages.success(request, _("Đã lưu địa chỉ thư điện tử."))
        return redirect("account:inbox")
    rows = list(user.messages.all()[:MOST_MESSAGES])
    if request.method == "GET":
        mark_read(user)
    context = {"rows": rows, "form": form}
    return render(request, "account/inbox.html", context, status=400 if form.errors else 200)


@login_not_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Size of letters and ground, kept in cookies."""
    response = redirect(_safe_next(request, request.POST.get("next", "")) or "public:home")
    for name, known in (("co-chu", TEXT_SIZES), ("nen", GROUNDS)):
        wanted = request.POST.get(name)
        if wanted in known:
            response.set_cookie(name, wanted, max_age=365 * 24 * 3600, samesite="Lax")
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch between Vietnamese and English; kept in a cookie."""
    response = redirect(_safe_next(request, request.POST.get("next", "")) or "public:home")
    wanted = request.POST.get("language", "")
    if check_for_language(wanted) and wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 24 * 3600, samesite="Lax"
        )
    return response
