"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

TEXT_SIZES = {"100": _("thường"), "125": _("lớn"), "150": _("rất lớn")}
GROUNDS = {"": _("theo máy"), "light": _("sáng"), "dark": _("tối")}


def site(request: HttpRequest) -> dict[str, Any]:
    """Province and mode; `illustrative` comes from the page's own records."""
    text, ground = request.COOKIES.get("co-chu", ""), request.COOKIES.get("nen", "")
    return {
        "PROVINCE": settings.OCOP["province_name"],
        "SHARED_PICTURE": f"{settings.BASE_URL}{static('saola/share.png')}",
        "DEMO": settings.DEMO,
        "TEXT_SIZE": text if text in TEXT_SIZES else "100",
        "GROUND": ground if ground in GROUNDS else "",
        "TEXT_SIZES": TEXT_SIZES,
        "GROUNDS": GROUNDS,
    }
