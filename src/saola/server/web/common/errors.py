"""Pages for what went wrong: each says what happened and what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


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
    """500: our fault; says so without asking the database."""
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
