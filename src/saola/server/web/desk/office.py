"""The journal, read by those who may."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from saola.server.accounts.models import Grant, User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import COUNTRY, ids_in
from saola.server.dossiers.labels import STEPS
from saola.server.journal.models import Entry
from saola.server.places.office import provinces
from saola.server.web.common.forms import clean
from saola.server.web.common.rights import needs, person
from saola.server.web.desk.people import grants_in

# acts beside the steps of a dossier, as the journal's reader knows them
ACTS = {
    "grant": _("giao vai trò"),
    "act_for": _("bắt đầu làm thay"),
    "end_acting": _("thôi làm thay"),
    "add_key": _("thêm khóa đăng nhập"),
    "remove_key": _("bỏ khóa đăng nhập"),
    "reset_keys": _("bỏ mọi khóa thứ hai"),
    "add_account": _("thêm tài khoản"),
    "take_back": _("thôi giao vai trò"),
    "add_producer": _("thêm chủ thể"),
    "consent": _("ghi đồng ý cho lập hồ sơ giúp"),
    "end_consent": _("thôi lập hồ sơ giúp"),
    "add_product": _("thêm sản phẩm"),
    "place_in_group": _("ghi bộ sản phẩm"),
    "start": _("lập hồ sơ"),
    "add_evidence": _("thêm minh chứng"),
    "confirm_fields": _("xác nhận mục máy đọc trên giấy"),
    "hand_over": _("giao sản phẩm mẫu"),
    "establish": _("lập Hội đồng"),
    "call_session": _("triệu tập phiên họp"),
    "attendance": _("điểm danh"),
    "open_session": _("khai mạc phiên họp"),
    "close_session": _("bế mạc phiên họp"),
    "settle": _("ghi mức điểm thống nhất"),
    "seal": _("khóa phiếu"),
    "reopen": _("mở lại phiếu"),
    "score_result": _("tính kết quả"),
    "conclude_result": _("kết luận kết quả"),
    "exclude": _("áp dụng quy định dừng, loại"),
    "decision_recognise": _("ký quyết định công nhận"),
    "decision_approve_result": _("ký quyết định phê duyệt kết quả"),
    "issue": _("cấp giấy chứng nhận"),
    "revoke": _("thu hồi giấy chứng nhận"),
    "withdraw": _("thu hồi quyết định công nhận"),
    "open_removal": _("mở việc thu hồi"),
    "report_removal": _("ghi báo cáo xác minh"),
    "submit_removal": _("trình việc thu hồi"),
    "drop_removal": _("không thu hồi"),
    "send_grievance": _("gửi đơn thư"),
    "take_up": _("thụ lý đơn thư"),
    "answer_grievance": _("trả lời đơn thư"),
    "decline_grievance": _("không thụ lý đơn thư"),
    "withdraw_grievance": _("rút đơn thư"),
    "plan_inspection": _("lập đợt kiểm tra"),
    "note_finding": _("ghi kết luận kiểm tra"),
    "follow_up": _("ghi kết quả khắc phục"),
    "mend_report": _("sửa báo cáo Mẫu 03 theo yêu cầu"),
    "answer_item": _("trả lời mục bổ sung"),
    "samples": _("ghi việc với sản phẩm mẫu"),
    "visit": _("ghi kiểm tra thực tế"),
    "ask_test": _("yêu cầu kiểm nghiệm"),
    "test_result": _("ghi kết quả kiểm nghiệm"),
    "describe": _("sửa thông tin chủ thể, sản phẩm"),
    "set_contents": _("ghi sản phẩm trong hộp quà"),
    "set_partners": _("ghi chủ thể cùng làm"),
    "register_idea": _("đăng ký ý tưởng"),
    "reply_to_idea": _("trả lời ý tưởng"),
    "explain_idea": _("nói rõ thêm ý tưởng"),
    "save_plan": _("lưu phương án năm"),
    "improve": _("ghi cải tiến"),
    "advise_on": _("tư vấn"),
    "advice_done": _("làm xong điều được tư vấn"),
    "print": _("in văn bản"),
    "receive_list": _("nhận danh sách để nhập"),
    "write_list": _("ghi danh sách vào sổ"),
}
SUBJECTS = {
    "grievance": _("đơn thư"),
    "idea": _("ý tưởng"),
    "inspection": _("đợt kiểm tra"),
    "removal": _("việc thu hồi"),
    "user": _("người dùng"),
    "producer": _("chủ thể"),
    "product": _("sản phẩm"),
    "dossier": _("hồ sơ"),
    "evidence": _("minh chứng"),
    "council": _("Hội đồng"),
    "session": _("phiên"),
    "item": _("mục chương trình"),
    "decision": _("quyết định"),
    "certificate": _("giấy chứng nhận"),
    "recognition": _("công nhận"),
    "notice": _("thông báo"),
    "import": _("danh sách nhập"),
}


def _seen(request: HttpRequest) -> QuerySet[Entry]:
    """All acts; in a house of several provinces those of people who have a part in the reader's."""
    scopes = person(request).scopes_for(Permission.JOURNAL_VIEW)
    if COUNTRY in scopes or len(provinces()) <= 1:
        return Entry.objects.all()
    grants = Grant.objects.filter(grants_in(ids_in(scopes, "place")))
    return Entry.objects.filter(
        actor__in=User.objects.filter(pk__in=grants.values("user")).values("username")
    )


@needs(Permission.JOURNAL_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Acts, newest first; by wish of one record."""
    rows = _seen(request).order_by("-number")
    subject = clean(request.GET.get("ve", ""))[:60]
    if subject:
        rows = rows.filter(subject=subject)
    page = Paginator(rows, 50).get_page(request.GET.get("trang"))
    people = dict(
        User.objects.filter(username__in={entry.actor for entry in page}).values_list(
            "username", "full_name"
        )
    )
    context = {
        "page": page,
        "lines": [_told(entry, people) for entry in page],
        "subject": subject,
        "query": f"ve={subject}",
    }
    return render(request, "desk/journal.html", context)


def _told(entry: Entry, people: dict[str, str]) -> dict[str, Any]:
    """One act in words."""
    kind, _colon, number = entry.subject.partition(":")
    return {
        "entry": entry,
        "when": datetime.fromisoformat(entry.at),
        "who": people.get(entry.actor, entry.actor),
        "deed": ACTS.get(entry.act) or STEPS.get(entry.act) or entry.act,
        "about": f"{SUBJECTS.get(kind, kind)} {number}",
    }
