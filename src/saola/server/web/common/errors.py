"""Pages for what went wrong: each says what happened and what to do."""

import errno
import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Engine


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, also for records the person may not know of."""
    return render(request, "common/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403 with the reason when there is one."""
    return render(request, "common/forbidden.html", {"reason": str(exception or "")}, status=403)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400: too many fields, a malformed address."""
    return render(request, "common/bad_request.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault; says so without asking the database. 503 where the database is away, 507
    where a disk is full; what was typed can be sent once more."""
    fault = sys.exc_info()[1]
    if getattr(fault, "errno", None) == errno.ENOSPC or "disk is full" in str(fault):
        return _again(request, "Máy chủ hết chỗ ghi", FULL, 507)
    if isinstance(fault, OperationalError | InterfaceError):
        return _again(request, "Hệ thống đang chuyển máy chủ", UNSURE, 503)
    return HttpResponse(
        "<!doctype html><html lang=vi><meta charset=utf-8><title>Lỗi hệ thống</title>"
        "<h1>Hệ thống gặp lỗi</h1><p>Việc vừa làm chưa được ghi. Hãy thử lại sau ít phút; "
        "nếu còn lỗi, báo quản trị hệ thống kèm giờ xảy ra.</p>",
        status=500,
    )


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or came from elsewhere."""
    text = "Trang đã mở quá lâu hoặc trình duyệt chặn cookie. Hãy tải lại trang rồi làm lại."
    return render(request, "common/forbidden.html", {"reason": text}, status=403)


WAIT = 5  # seconds
UNSURE = (
    "Chưa rõ việc vừa làm đã được ghi chưa. Chữ đã điền còn ở trang này: đợi nửa phút, mở trang "
    "đó ở thẻ khác xem đã có chưa, rồi mới bấm “Gửi lại”."
)
FULL = (
    "Việc vừa làm chưa được ghi. Hãy báo quản trị máy chủ; chữ đã điền còn ở trang này, dọn chỗ "
    "xong thì bấm “Gửi lại”."
)
AWAY = Engine(autoescape=True).from_string(
    """<!doctype html><html lang=vi><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
{% if not posted %}<meta http-equiv=refresh content={{ wait }}>{% endif %}
<h1>{{ title }}</h1>
{% if posted %}<p>{{ text }} {% if files %}Tệp đính kèm phải chọn lại.{% endif %}</p>
<form method=post>{% for name, value in posted %}<input type=hidden name="{{ name }}"
value="{{ value }}">{% endfor %}<button>Gửi lại</button></form>
{% else %}<p>Trang tự thử lại sau {{ wait }} giây. Thường xong trong nửa phút.</p>{% endif %}"""
)


def _again(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    # passwords and codes are never written into a page
    secret = "password" in request.POST or request.path_info.startswith(("/dang-nhap/", "/khoa/"))
    rows = [] if secret else request.POST.lists()
    posted = [(name, value) for name, values in rows for value in values]
    told = {"posted": posted, "files": bool(request.FILES), "wait": WAIT}
    told |= {"title": title, "text": text}
    answer = HttpResponse(AWAY.render(Context(told)), status=status)
    answer["Retry-After"] = str(WAIT)
    answer["Cache-Control"] = "no-store"
    return answer
