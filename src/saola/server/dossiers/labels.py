"""Vietnamese names of states, kinds and steps."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.dossier import Kind, State

KINDS: dict[str, str | Promise] = {
    Kind.FIRST: _("lần đầu"),
    Kind.UPGRADE: _("nâng hạng"),
    Kind.RENEWAL: _("đánh giá, phân hạng lại"),
}

STATES: dict[str, str | Promise] = {
    State.DRAFT: _("đang soạn"),
    State.FILED: _("đã nộp, chờ xã tiếp nhận"),
    State.COMMUNE_RECEIVED: _("xã đã tiếp nhận, đang xem xét"),
    State.COMMUNE_ASKED: _("xã yêu cầu bổ sung"),
    State.REPORTED: _("xã đã có báo cáo, chờ đề nghị"),
    State.PROPOSED: _("xã đã đề nghị, chờ tỉnh tiếp nhận"),
    State.AGENCY_RECEIVED: _("tỉnh đã tiếp nhận, đang thẩm tra"),
    State.AGENCY_ASKED: _("tỉnh yêu cầu bổ sung"),
    State.ACCEPTED: _("hồ sơ được chấp nhận, chờ thẩm định"),
    State.ADVISED: _("đã có báo cáo của Tổ tư vấn"),
    State.AGENCY_REPORTED: _("đã có báo cáo của cơ quan tham mưu"),
    State.SCHEDULED: _("đã vào chương trình họp"),
    State.SCORED: _("đã chấm điểm, chờ kết luận"),
    State.CONCLUDED: _("Hội đồng đã kết luận"),
    State.SUBMITTED: _("đã trình UBND tỉnh"),
    State.RECOGNISED: _("đã có quyết định công nhận"),
    State.CERTIFIED: _("đã cấp giấy chứng nhận"),
    State.PUBLISHED: _("đã công bố"),
    State.NOTIFIED: _("đã thông báo kết quả"),
    State.APPROVED: _("tỉnh đã phê duyệt kết quả từ 90 điểm"),
    State.FORWARDED: _("đã chuyển Bộ đề nghị 5 sao"),
    State.CENTRAL_RESULT: _("đã có kết quả của Trung ương"),
    State.RECOGNISED_CENTRAL: _("Bộ đã công nhận 5 sao"),
    State.WITHDRAWN: _("chủ thể đã rút hồ sơ"),
    State.RETURNED: _("đã trả hồ sơ"),
    State.DISQUALIFIED: _("bị loại hoặc dừng đánh giá"),
}

# the deed as a button says it
STEPS: dict[str, str | Promise] = {
    "file": _("Nộp hồ sơ"),
    "receive_commune": _("Tiếp nhận, cấp số"),
    "ask_commune": _("Yêu cầu bổ sung"),
    "complete_commune": _("Nộp bổ sung"),
    "report": _("Ký báo cáo Mẫu 03"),
    "propose": _("Đề nghị tỉnh đánh giá"),
    "return_commune": _("Trả hồ sơ"),
    "receive_agency": _("Tiếp nhận, cấp số của tỉnh"),
    "ask_agency": _("Yêu cầu bổ sung"),
    "complete_agency": _("Nộp bổ sung"),
    "accept": _("Chấp nhận hồ sơ"),
    "return_agency": _("Trả hồ sơ"),
    "advise": _("Ghi báo cáo thẩm định của Tổ tư vấn"),
    "report_agency": _("Ghi báo cáo thẩm định của cơ quan tham mưu"),
    "schedule": _("Đưa vào chương trình họp"),
    "unschedule": _("Rút khỏi chương trình họp"),
    "postpone": _("Chuyển sang phiên khác"),
    "score": _("Chốt điểm"),
    "rescore": _("Thảo luận và chấm lại"),
    "conclude": _("Kết luận"),
    "disqualify": _("Loại hoặc dừng đánh giá"),
    "submit": _("Trình UBND tỉnh"),
    "recognise": _("Quyết định công nhận"),
    "certify": _("Cấp giấy chứng nhận"),
    "publish": _("Công bố kết quả"),
    "notify": _("Thông báo kết quả"),
    "notify_unrecognised": _("Thông báo kết quả"),
    "notify_excluded": _("Thông báo kết quả"),
    "approve_result": _("Phê duyệt kết quả từ 90 điểm"),
    "forward": _("Chuyển Bộ đề nghị 5 sao"),
    "notify_forwarded": _("Thông báo kết quả"),
    "record_central": _("Ghi kết quả của Trung ương"),
    "recognise_central": _("Ghi quyết định công nhận của Bộ"),
    "notify_central": _("Thông báo kết quả"),
    "recognise_on_central": _("Công nhận theo kết quả Trung ương"),
    "reassess": _("Đánh giá lại tại tỉnh"),
    "withdraw": _("Rút hồ sơ"),
}

# chip colour by whose move it is; the words always stand beside it
TONES: dict[str, str] = {
    State.DRAFT: "draft",
    State.COMMUNE_ASKED: "expiring",
    State.AGENCY_ASKED: "expiring",
    State.PUBLISHED: "in-force",
    State.NOTIFIED: "in-force",
    State.CERTIFIED: "in-force",
    State.RECOGNISED: "in-force",
    State.RECOGNISED_CENTRAL: "in-force",
    State.WITHDRAWN: "draft",
    State.RETURNED: "expired",
    State.DISQUALIFIED: "revoked",
}
