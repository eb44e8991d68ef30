"""Roles people are given, and duties that come with a seat in a council."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.permissions import Permission as P


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions; `scope` says what kind of scope a grant of it has."""

    key: str
    name: str | Promise
    scope: str  # "producer", "commune", "province", "council", "country"
    permissions: frozenset[P]


def _role(key: str, name: str | Promise, scope: str, *permissions: P) -> Role:
    return Role(key, name, scope, frozenset(permissions))


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role(
            "producer",
            _("Chủ thể"),
            "producer",
            P.PRODUCT_EDIT,
            P.DOSSIER_VIEW,
            P.DOSSIER_EDIT,
            P.DOSSIER_FILE,
            P.TRACE_LOG,
            P.TRADE_KEEP,
        ),
        _role(
            "commune_officer",
            _("Cán bộ xã (soạn thảo)"),
            "commune",
            P.DESK_USE,
            P.DOSSIER_VIEW,
            P.COMMUNE_RECEIVE,
            P.TRACE_OVERSEE,
            P.TRADE_OVERSEE,
            P.OUTREACH_DO,
        ),
        _role(
            "commune_leader",
            _("Lãnh đạo UBND xã (ký)"),
            "commune",
            P.DESK_USE,
            P.DOSSIER_VIEW,
            P.COMMUNE_SIGN,
        ),
        _role(
            "ocop_agency",
            _("Cơ quan tham mưu OCOP cấp tỉnh"),
            "province",
            P.DESK_USE,
            P.DOSSIER_VIEW,
            P.COUNCIL_APPOINT,
            P.AGENCY_RECEIVE,
            P.AGENCY_SUBMIT,
            P.AGENCY_NOTIFY,
            P.SUPERVISE,
            P.REGISTER_IMPORT,
            P.SESSION_VIEW,
            P.SESSION_PREPARE,
            P.JOURNAL_VIEW,
            P.TRACE_OVERSEE,
            P.TRADE_OVERSEE,
            P.OUTREACH_LEAD,
            P.OUTREACH_DO,
            P.PLAN,
        ),
        _role("advisory_team", _("Tổ tư vấn"), "province", P.DESK_USE, P.DOSSIER_VIEW, P.ADVISE),
        _role("council_member", _("Thành viên Hội đồng"), "council", P.SESSION_VIEW, P.SHEET_SCORE),
        _role(
            "province_leader",
            _("Lãnh đạo UBND tỉnh"),
            "province",
            P.DESK_USE,
            P.DOSSIER_VIEW,
            P.SESSION_VIEW,
            P.PROVINCE_DECIDE,
            P.PROVINCE_PUBLISH,
        ),
        _role(
            "ministry_viewer",
            _("Cán bộ Bộ (chỉ xem)"),
            "country",
            P.DESK_USE,
            P.DOSSIER_VIEW,
            P.SESSION_VIEW,
        ),
        _role(
            "administrator",
            _("Quản trị hệ thống"),
            "province",
            P.ACCOUNTS_MANAGE,
            P.JOURNAL_VIEW,
        ),
    )
}

HELPER = "helper"  # acts in a producer's name, whose consent is kept

# Given with a seat by `councils.actions`, with a consent by `products.consent`; never by hand.
DUTIES: dict[str, Role] = {
    duty.key: duty
    for duty in (
        _role(
            "chair",
            _("Chủ tịch Hội đồng"),
            "council",
            P.SESSION_VIEW,
            P.SESSION_CONDUCT,
            P.SHEETS_OVERSEE,
        ),
        _role(
            "deputy_chair",
            _("Phó Chủ tịch Hội đồng"),
            "council",
            P.SESSION_VIEW,
            P.SESSION_CONDUCT,  # while the chair is away and the Quy chế says so
        ),
        _role(
            "secretary",
            _("Thư ký Hội đồng"),
            "council",
            P.SESSION_VIEW,
            P.SESSION_PREPARE,
            P.SHEETS_OVERSEE,
        ),
        _role(
            "former_member",
            _("Người đã rời ghế Hội đồng"),
            "council",
            P.SHEET_HAND_IN,  # what was scored on a device before the seat went to another
        ),
        _role(
            HELPER,
            _("Người lập hồ sơ giúp chủ thể"),
            "producer",
            P.PRODUCT_EDIT,
            P.DOSSIER_VIEW,
            P.DOSSIER_EDIT,
            P.DOSSIER_FILE,
            P.TRACE_LOG,
            P.TRADE_KEEP,
        ),
    )
}

ALL: dict[str, Role] = ROLES | DUTIES
