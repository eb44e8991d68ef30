"""The root of all addresses: one include for each audience."""

from django.urls import include, path, re_path

from saola.server.web.resolver import fronts
from saola.server.web.resolver.passport import passport
from saola.server.web.resolver.places import place

urlpatterns = [
    path("", include("saola.server.web.public.urls")),
    path("", include("saola.server.web.account.urls")),
    path("", include("saola.server.web.account.doors")),
    path("ho-chieu/<path:link>", passport, name="passport"),
    path("phat-hanh/", fronts.changes, name="front-changes"),
    path("phat-hanh/luot-quet/<str:name>/", fronts.counted, name="front-counted"),
    path("phat-hanh/da-xem/<int:roll>/<int:place>/", fronts.checked, name="front-checked"),
    re_path(r"^noi/(?P<kind>[vc])(?P<pk>[0-9]{1,15})$", place, name="place"),
    path("chu-the/", include("saola.server.web.portal.urls")),
    path("can-bo/", include("saola.server.web.desk.urls")),
    path("hoi-dong/", include("saola.server.web.jury.urls")),
]

handler403 = "saola.server.web.common.errors.forbidden"
handler404 = "saola.server.web.common.errors.not_found"
handler500 = "saola.server.web.common.errors.broken"
handler400 = "saola.server.web.common.errors.bad_request"
