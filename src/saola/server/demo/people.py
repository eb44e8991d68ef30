"""Demonstration accounts, one for each role; refused outside demonstration mode."""

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.actions import grant
from saola.server.accounts.models import User

PASSWORD = "saola-minh-hoa"  # noqa: S105 - printed on the sign-in page of the demonstration
COMMUNE = "03868"
PROVINCE = "14"
# user name, what the account stands for, office, roles with scopes
PEOPLE = (
    ("canbo.xa", "Cán bộ OCOP xã (minh họa)", "UBND xã Tà Xùa", [("commune_officer", COMMUNE)]),
    ("lanhdao.xa", "Lãnh đạo UBND xã (minh họa)", "UBND xã Tà Xùa", [("commune_leader", COMMUNE)]),
    (
        "tinh.ocop",
        "Chuyên viên OCOP tỉnh (minh họa)",
        "Cơ quan tham mưu OCOP",
        [("ocop_agency", PROVINCE)],
    ),
    ("tuvan", "Tổ trưởng Tổ tư vấn (minh họa)", "Tổ tư vấn", [("advisory_team", PROVINCE)]),
    ("lanhdao.tinh", "Lãnh đạo UBND tỉnh (minh họa)", "UBND tỉnh", [("province_leader", PROVINCE)]),
    ("bo", "Cán bộ Bộ NN&MT (minh họa)", "Bộ NN&MT", [("ministry_viewer", "vn")]),
    ("quantri", "Quản trị hệ thống (minh họa)", "", [("administrator", PROVINCE)]),
)
AGENCIES = (
    "UBND tỉnh",
    "Sở Nông nghiệp và Môi trường",
    "Sở Công Thương",
    "Sở Y tế",
    "Sở Khoa học và Công nghệ",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Đơn vị chuyên ngành thuộc Sở NN&MT",
    "Đơn vị chuyên ngành thuộc Sở NN&MT",
    "Cơ quan tham mưu OCOP cấp tỉnh",
)
KIND_OF_SCOPE = {"ministry_viewer": "country"}


@transaction.atomic
def load_people() -> None:
    """Make the accounts; a second time changes nothing."""
    if not settings.DEMO and settings.MODE != "test":
        raise Refused("Tài khoản dùng thử chỉ có ở chế độ minh họa.")
    if User.objects.filter(is_demo=True).exists():
        return
    password = make_password(PASSWORD)
    for username, name, agency, roles in PEOPLE:
        user = _account(username, name, agency, password)
        for role, scope in roles:
            grant(user, role, f"{KIND_OF_SCOPE.get(role, 'place')}:{scope}")
    _account("chuthe", "Người đại diện chủ thể (minh họa)", "", password)
    for number, agency in enumerate(AGENCIES, 1):
        _account(f"hd{number}", f"Thành viên Hội đồng {number} (minh họa)", agency, password)


def _account(username: str, name: str, agency: str, password: str) -> User:
    return User.objects.create(
        username=username, full_name=name, agency=agency, password=password, is_demo=True
    )
