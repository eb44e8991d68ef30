"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Province and mode; `illustrative` comes from the page's own records."""
    return {"PROVINCE": settings.OCOP["province_name"], "DEMO": settings.DEMO}
