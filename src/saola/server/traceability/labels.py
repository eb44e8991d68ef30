"""Vietnamese names of what a producer writes down."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "harvest": _("Thu hoạch"),
    "buy": _("Mua vào"),
    "process": _("Chế biến"),
    "pack": _("Đóng gói"),
    "ship": _("Xuất hàng"),
}
