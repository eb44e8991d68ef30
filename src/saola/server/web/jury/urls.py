"""Addresses of the council."""

from django.urls import path

from saola.server.web.common import offline
from saola.server.web.jury import results, scorers, sessions, sheets, signing, tablet

app_name = "jury"
urlpatterns = [
    path("", sessions.sessions, name="sessions"),
    path("phien/<int:pk>/", sessions.session, name="session"),
    path("phien/<int:pk>/bang-tong-hop/", results.matrix_page, name="matrix"),
    path("phien/<int:pk>/nguoi-cham/", scorers.scorers, name="scorers"),
    path("phien/<int:pk>/bien-ban.pdf", results.minutes_file, name="minutes"),
    path("phien/<int:pk>/goi-kiem-chung.json", results.package_file, name="package"),
    path("phien/<int:pk>/diem.<str:kind>", results.export, name="export"),
    path("muc/<int:pk>/phieu/", sheets.sheet, name="sheet"),
    path("phieu-muon/<int:pk>/", results.late, name="late"),
    path("anh/<uuid:uuid>/", results.photo_file, name="photo-file"),
    path("muc/<int:pk>/khong-cham/", sheets.recuse, name="recuse"),
    path("muc/<int:pk>/khoa/", sheets.seal, name="seal"),
    path("muc/<int:pk>/ho-so/", sheets.dossier, name="dossier"),
    path("muc/<int:pk>/ca-ho-so.<str:kind>", sheets.whole, name="whole"),
    path("muc/<int:pk>/tep/<int:evidence_pk>/", sheets.evidence_file, name="evidence-file"),
    path("muc/<int:pk>/doc/<int:evidence_pk>/", sheets.evidence, name="evidence"),
    path(
        "muc/<int:pk>/doc/<int:evidence_pk>/<int:number>.jpg",
        sheets.evidence_page,
        name="evidence-page",
    ),
    path("muc/<int:pk>/ket-qua/", results.result, name="result"),
    path("phien/<int:pk>/goi.json", tablet.pack, name="pack"),
    path("muc/<int:pk>/tin/", tablet.message, name="message"),
    path("muc/<int:pk>/anh/", tablet.photo, name="photo"),
    path("ngoai-tuyen.js", offline.worker, name="worker"),
    path("ung-dung.webmanifest", offline.installed, name="installed"),
    path("phieu/<uuid:uuid>.pdf", sheets.sheet_file, name="sheet-file"),
    path("phieu/<uuid:uuid>.docx", sheets.sheet_word, name="sheet-word"),
    path("phieu/<uuid:uuid>/ky/", signing.sign_sheet, name="sign-sheet"),
    path("phieu/<uuid:uuid>/de-ky.pdf", signing.prepared_sheet, name="prepared-sheet"),
]
