"""Addresses of signing in and out."""

from django.urls import path

from saola.server.web.account import views

app_name = "account"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign-in"),
    path("dang-xuat/", views.sign_out, name="sign-out"),
    path("viec-cua-toi/", views.home, name="home"),
    path("dang-nhap-o-dau/", views.signed_in, name="signed-in"),
    path("thong-bao/", views.inbox, name="inbox"),
    path("hien-thi/", views.appearance, name="appearance"),
    path("ngon-ngu/", views.language, name="language"),
]
