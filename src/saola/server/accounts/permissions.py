"""Every permission of the office; rights are asked by these names only."""

from enum import StrEnum


class Permission(StrEnum):
    """What somebody may do on a record within the scope of a grant."""

    PRODUCT_EDIT = "product_edit"
    DESK_USE = "desk_use"
    DOSSIER_VIEW = "dossier_view"
    DOSSIER_EDIT = "dossier_edit"
    DOSSIER_FILE = "dossier_file"
    COMMUNE_RECEIVE = "commune_receive"
    COMMUNE_SIGN = "commune_sign"
    AGENCY_RECEIVE = "agency_receive"
    AGENCY_SUBMIT = "agency_submit"
    AGENCY_NOTIFY = "agency_notify"
    ADVISE = "advise"
    COUNCIL_APPOINT = "council_appoint"
    SESSION_VIEW = "session_view"
    SESSION_PREPARE = "session_prepare"
    SESSION_CONDUCT = "session_conduct"
    SHEET_SCORE = "sheet_score"
    SHEET_HAND_IN = "sheet_hand_in"
    SHEETS_OVERSEE = "sheets_oversee"
    REGISTER_IMPORT = "register_import"
    PROVINCE_DECIDE = "province_decide"
    PROVINCE_PUBLISH = "province_publish"
    SUPERVISE = "supervise"
    TRACE_LOG = "trace_log"
    TRACE_OVERSEE = "trace_oversee"
    TRADE_KEEP = "trade_keep"
    TRADE_OVERSEE = "trade_oversee"
    OUTREACH_LEAD = "outreach_lead"
    OUTREACH_DO = "outreach_do"
    PLAN = "plan"
    JOURNAL_VIEW = "journal_view"
    ACCOUNTS_MANAGE = "accounts_manage"


# what binds a person by name: nobody does it in another's place
PERSONAL = frozenset(
    {
        Permission.DOSSIER_FILE,
        Permission.COMMUNE_SIGN,
        Permission.AGENCY_SUBMIT,
        Permission.COUNCIL_APPOINT,
        Permission.SESSION_VIEW,
        Permission.SESSION_CONDUCT,
        Permission.SHEET_SCORE,
        Permission.SHEET_HAND_IN,
        Permission.SHEETS_OVERSEE,
        Permission.PROVINCE_DECIDE,
        Permission.PROVINCE_PUBLISH,
        Permission.ACCOUNTS_MANAGE,
    }
)
