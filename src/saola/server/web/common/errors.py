"""Pages for what went wrong: each says what happened and what to do."""

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
    """500: our fault; says so without asking the database. 503 where the database is away."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return away(request)
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
AWAY = Engine(autoescape=True).from_string(
    """<!doctype html><html lang=vi><meta charset=utf-8>
<meta name=viewport content="width=device-width, initial-scale=1">
<title>Đang nối lại</title>
{% if not posted %}<meta http-equiv=refresh content={{ wait }}>{% endif %}
<h1>Hệ thống đang chuyển máy chủ</h1>
{% if posted %}<p>Chưa rõ việc vừa làm đã được ghi chưa. Chữ đã điền còn ở trang này: đợi nửa phút
rồi bấm “Gửi lại”; gửi hai lần không ghi hai lần.
{% if files %}Tệp đính kèm phải chọn lại.{% endif %}</p>
<form method=post>{% for name, value in posted %}<input type=hidden name="{{ name }}"
value="{{ value }}">{% endfor %}<button>Gửi lại</button></form>
{% else %}<p>Trang tự thử lại sau {{ wait }} giây. Thường xong trong nửa phút.</p>{% endif %}"""
)


def away(request: HttpRequest) -> HttpResponse:
    """503: the database changes its leader or is down; what was typed can be sent once more."""
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    told = {"posted": posted, "files": bool(request.FILES), "wait": WAIT}
    answer = HttpResponse(AWAY.render(Context(told)), status=503)
    answer["Retry-After"] = str(WAIT)
    return answer
