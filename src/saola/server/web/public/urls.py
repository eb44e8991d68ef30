"""Addresses for every citizen."""

from django.urls import path

from saola.server.web.public import (
    asking,
    certificates,
    criteria,
    maps,
    news,
    products,
    register,
    reports,
    villages,
)
from saola.server.web.public.machines import chain, opendata, sales

app_name = "public"
urlpatterns = [
    path("", register.home, name="home"),
    path("so-dang-ky/", register.register_list, name="register"),
    path("so-dang-ky.<str:kind>", opendata.register_file, name="register-file"),
    path("dot/<slug:batch>/", register.batch, name="batch"),
    path("san-pham/<int:pk>/", products.product, name="product"),
    path("san-pham/<int:pk>/hoi-mua/", asking.enquiry, name="enquiry"),
    path("san-pham/<int:pk>/<slug:what>.pdf", products.printed, name="printed"),
    path("cau-chuyen/<int:pk>/", products.story, name="story"),
    path("nhu-cau/", asking.demands, name="demands"),
    path("ban-do/", maps.products_map, name="map"),
    path("ban-do.geojson", maps.map_data, name="map-data"),
    path("du-lieu-mo/", opendata.overview, name="open-data"),
    path("du-lieu-mo/dcat.jsonld", opendata.catalogue, name="catalogue"),
    path("du-lieu-mo/openapi.json", opendata.description, name="openapi"),
    path("du-lieu-mo/v1/san-pham", opendata.products, name="open-products"),
    path("du-lieu-mo/v1/san-pham/<int:pk>", opendata.one_product, name="open-product"),
    path("api/doanh-so", sales.sale, name="api-sale"),
    path("robots.txt", opendata.robots, name="robots"),
    path("sitemap.xml", opendata.sitemap, name="sitemap"),
    path("moi.rss", opendata.feed, name="feed"),
    path("tin/", news.posts, name="posts"),
    path("tin/<int:pk>/", news.post, name="post"),
    path("tin/<int:pk>/anh.jpg", news.post_picture, name="post-picture"),
    path("lop/<int:pk>/", news.training, name="training"),
    path("hoi-dap/", news.questions, name="questions"),
    path("thoi-nhan/<str:token>/", news.no_more, name="refuse"),
    path("viec/<uuid:token>/", villages.task, name="village-task"),
    path("tai-lieu/<int:pk>/", villages.material, name="material"),
    path("bao-dung-sai-nhan/", reports.misuse, name="misuse"),
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
