"""Addresses for every citizen."""

from django.urls import path

from saola.server.web.public import certificates, chain, criteria, register, reports

app_name = "public"
urlpatterns = [
    path("", register.home, name="home"),
    path("so-dang-ky/", register.register_list, name="register"),
    path("so-dang-ky.<str:kind>", register.register_file, name="register-file"),
    path("dot/<slug:batch>/", register.batch, name="batch"),
    path("san-pham/<int:pk>/", register.product, name="product"),
    path("san-pham/<int:pk>/phan-anh/", reports.report, name="report"),
    path("gcn/<uuid:token>/", certificates.certificate, name="certificate"),
    path("gcn/<uuid:token>/giay.pdf", certificates.certificate_file, name="certificate-file"),
    path("gcn/<uuid:token>.json", certificates.certificate_json, name="certificate-json"),
    path("gcn/khoa.json", certificates.keys, name="register-keys"),
    path("anh/<int:pk>/<slug:of>.jpg", certificates.photo, name="photo"),
    path("su-kien/chuoi.json", chain.seals, name="chain"),
    path("bo-tieu-chi/", criteria.criteria_list, name="criteria"),
    path("bo-tieu-chi/<slug:sheet_id>/", criteria.criteria_set, name="criteria-set"),
]
