"""Addresses of the producer."""

from django.urls import path

from saola.server.web.common import offline
from saola.server.web.portal import (
    answering,
    assessment,
    comparing,
    dossiers,
    evidence,
    grievances,
    parts,
    preparing,
    uploads,
)
from saola.server.web.portal.trace import entries, goods, labels, log, lots, registrations
from saola.server.web.portal.trade import citing, raising, selling, stands, stories

app_name = "portal"
urlpatterns = [
    path("", dossiers.home, name="home"),
    path("giup/<int:pk>/thoi/", dossiers.end_help, name="end-help"),
    path("y-tuong/", preparing.ideas, name="ideas"),
    path("y-tuong/<int:pk>/", preparing.idea, name="idea"),
    path("san-pham/<int:pk>/", preparing.product, name="product"),
    path("san-pham/<int:pk>/phuong-an/<int:year>/", preparing.plan, name="plan"),
    path("tu-van/<int:pk>/xong/", preparing.done, name="advice-done"),
    path("cai-tien/<int:pk>/<slug:side>/", preparing.improvement_file, name="improvement-file"),
    path("don-thu/", grievances.grievances, name="grievances"),
    path("don-thu/<int:pk>/rut/", grievances.withdraw, name="grievance-withdraw"),
    path("bo-sung/<int:pk>/", answering.answer, name="answer-item"),
    path("so-ghi/", log.log, name="log"),
    path("so-ghi/<uuid:uid>/", entries.entry, name="entry"),
    path("so-ghi/<uuid:uid>/anh/", entries.photo, name="entry-photo"),
    path("ban-hang/", selling.overview, name="trade-home"),
    path("ban-hang/<int:pk>/", selling.product, name="trade"),
    path("ban-hang/<int:pk>/len-hang/", raising.raising, name="raising"),
    path("ban-hang/<int:pk>/cau-chuyen/", stories.stories, name="stories"),
    path("ban-hang/bo/<slug:kind>/<int:pk>/", selling.take_out, name="take-out"),
    path("ban-hang/nhu-cau/<int:pk>/", selling.offer_to, name="demand-reply"),
    path("ban-hang/kenh/<int:pk>/dung/", selling.end_channel, name="channel-end"),
    path("ban-hang/gian-hang/<int:pk>/", stands.stand, name="stand"),
    path("ban-hang/<int:pk>/minh-chung/<slug:kind>/", citing.cite, name="cite-sales"),
    path(
        "ban-hang/<int:pk>/minh-chung/<slug:kind>/<int:record_pk>/", citing.cite, name="cite-record"
    ),
    path("hang-hoa/<int:pk>/", goods.goods, name="goods"),
    path("vung-trong/<int:pk>/", goods.area, name="area"),
    path("hang/<int:pk>/", goods.item, name="item"),
    path("lo/<int:pk>/", lots.lot, name="lot"),
    path("lo/<int:pk>/xuat/<slug:port>/", lots.export, name="lot-export"),
    path("dang-ky/<int:pk>/", registrations.registrations, name="registrations"),
    path("dang-ky/tep/<int:pk>/", registrations.registration_file, name="registration-file"),
    path("lo/<int:pk>/ma.pdf", labels.lot_code, name="lot-code"),
    path("tem/cua/<int:pk>/", labels.orders, name="labels"),
    path("tem/<int:pk>/", labels.roll, name="roll"),
    path("tem/<int:pk>/huy/", labels.void, name="roll-void"),
    path("tem/<int:pk>/danh-sach.csv", labels.roll_list, name="roll-list"),
    path("tem/<int:pk>/tep/<int:print_pk>/", labels.print_file, name="print-file"),
    path("ngoai-tuyen.js", offline.worker, name="worker"),
    path("tai-len/", uploads.create, name="upload-create"),
    path("tai-len/<uuid:pk>/", uploads.upload, name="upload"),
    path("ho-so/moi/", dossiers.start, name="start"),
    path("ho-so/<int:pk>/", dossiers.dossier, name="dossier"),
    path("ho-so/<int:pk>/ban-nop/<int:number>/", dossiers.version, name="version"),
    path("ho-so/<int:pk>/tiep-nhan/<slug:step>.pdf", dossiers.receipt_file, name="receipt"),
    path("ho-so/<int:pk>/mau-<str:number>.<str:kind>", dossiers.form_file, name="form-file"),
    path("ho-so/<int:pk>/ca-ho-so.<str:kind>", dossiers.whole, name="whole"),
    path("ho-so/<int:pk>/phan/<slug:name>/", parts.part, name="part"),
    path("ho-so/<int:pk>/tu-danh-gia/", assessment.self_assessment, name="assessment"),
    path(
        "ho-so/<int:pk>/tu-danh-gia/<str:group>/",
        assessment.self_assessment,
        name="assessment-group",
    ),
    path("ho-so/<int:pk>/minh-chung/", evidence.evidence, name="evidence"),
    path("ho-so/<int:pk>/minh-chung/<int:evidence_pk>/", evidence.citations, name="citations"),
    path(
        "ho-so/<int:pk>/minh-chung/<int:evidence_pk>/doi-chieu/", comparing.compare, name="compare"
    ),
    path(
        "ho-so/<int:pk>/minh-chung/<int:evidence_pk>/trang/<int:number>.jpg",
        comparing.page,
        name="evidence-page",
    ),
    path("ho-so/<int:pk>/tep/<int:evidence_pk>/", evidence.evidence_file, name="evidence-file"),
    path("ho-so/<int:pk>/nop/", dossiers.file_dossier, name="file"),
    path(
        "ho-so/<int:pk>/thong-bao/<int:notice_pk>/van-ban.pdf",
        dossiers.notice_file,
        name="notice-file",
    ),
    path("ho-so/<int:pk>/giay.pdf", dossiers.certificate_file, name="certificate-file"),
    path("ho-so/<int:pk>/qr.svg", dossiers.label_qr, name="label-qr"),
    path("ho-so/<int:pk>/rut/", dossiers.withdraw, name="withdraw"),
]
