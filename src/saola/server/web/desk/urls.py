"""Addresses of the offices."""

from django.urls import path

from saola.server.web.desk import (
    council_setup,
    councils,
    decisions,
    dossiers,
    ending,
    helping,
    lists,
    office,
    reports,
    steps,
)

app_name = "desk"
urlpatterns = [
    path("", dossiers.queue, name="queue"),
    path("ho-so.<str:kind>", dossiers.queue_file, name="queue-file"),
    path("ptnt-ocop.<str:kind>", ending.ministry_table, name="ministry-table"),
    path("ho-so/<int:pk>/", dossiers.dossier, name="dossier"),
    path("ho-so/<int:pk>/ban-nop/<int:number>/", dossiers.version, name="version"),
    path("ho-so/<int:pk>/tiep-nhan/<slug:step>.pdf", dossiers.receipt_file, name="receipt"),
    path("ho-so/<int:pk>/mau-<str:number>.<str:kind>", dossiers.form_file, name="form-file"),
    path("ho-so/<int:pk>/ca-ho-so.<str:kind>", dossiers.whole, name="whole"),
    path("ho-so/<int:pk>/buoc/<slug:step>/", steps.step, name="step"),
    path("ho-so/<int:pk>/mau-03/", reports.commune_report, name="commune-report"),
    path("ho-so/<int:pk>/mau/", reports.samples, name="samples"),
    path("ho-so/<int:pk>/tep/<int:evidence_pk>/", dossiers.evidence_file, name="evidence-file"),
    path("ho-so/<int:pk>/cap-giay/", decisions.certify, name="certify"),
    path("ho-so/<int:pk>/thong-bao/", decisions.notify, name="notify"),
    path("ho-so/<int:pk>/trung-uong/", decisions.central, name="central"),
    path("ho-so/<int:pk>/theo-trung-uong/", decisions.decide_central, name="decide-central"),
    path("quyet-dinh/", decisions.decisions, name="decisions"),
    path("quyet-dinh/moi/<slug:kind>/", decisions.decide, name="decide"),
    path("quyet-dinh/<int:pk>/", decisions.decision, name="decision"),
    path("quyet-dinh/<int:pk>/van-ban.pdf", decisions.decision_file, name="decision-file"),
    path("thong-bao/<int:pk>/van-ban.pdf", decisions.notice_file, name="notice-file"),
    path("cong-nhan/<int:pk>/thu-hoi/", decisions.revoke, name="revoke"),
    path("hoi-dong/moi/", council_setup.establish, name="establish"),
    path("hoi-dong/<int:pk>/", council_setup.council, name="council"),
    path("phien/moi/<int:council_pk>/", councils.call_session, name="call-session"),
    path("phien/<int:pk>/", councils.prepare, name="prepare"),
    path("giup-chu-the/", helping.helping, name="helping"),
    path("giup-chu-the/<int:pk>/thoi/", helping.stop_helping, name="stop-helping"),
    path("giup-chu-the/<int:pk>/tep/", helping.consent_file, name="consent-file"),
    path("sap-het-han/", ending.ending, name="ending"),
    path("danh-sach/", lists.lists, name="lists"),
    path("danh-sach/<int:pk>/", lists.list_page, name="list"),
    path("nhat-ky/", office.journal, name="journal"),
    path("nguoi-dung/", office.people, name="people"),
]
