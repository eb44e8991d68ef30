"""A passkey on a phone: made, used in place of the password, taken off; codes by time as one sees
them."""

from typing import Any

from tests.browser.conftest import PASSWORD, People

# what a phone with a lock on its screen is to the browser
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_replaces_the_password(people: People) -> None:
    page = people("")
    site = people.site.address.replace("127.0.0.1", "localhost")  # keys belong to names
    phone = page.context.new_cdp_session(page)
    phone.send("WebAuthn.enable")
    added = phone.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    page.goto(f"{site}/dang-nhap/")
    people.look(page)
    page.fill("#id_username", "bo")
    page.fill("#id_password", PASSWORD)
    page.click("main button:has-text('Đăng nhập')")

    page.goto(f"{site}/khoa/")
    people.look(page)
    page.click("text=Thêm khóa của thiết bị này")
    page.fill("#id_password", PASSWORD)
    people.look(page)
    page.click("main button:has-text('Tiếp tục')")
    page.fill("#id_name", f"Điện thoại {people.width}")
    people.look(page)
    page.click("main button:has-text('Thêm khóa')")
    page.wait_for_selector("text=Mỗi mã dùng được một lần")
    people.look(page)
    page.goto(f"{site}/khoa/")
    assert f"Điện thoại {people.width}" in page.inner_text("main")
    page.click("text=Đặt mã theo giờ")
    people.look(page)
    page.goto(f"{site}/thong-bao/")
    assert "khóa không cần mật khẩu" in page.inner_text("main")
    page.context.clear_cookies()
    used(people, page, site)

    # a device that cannot show the key says so, and the page stays
    phone.send("WebAuthn.setUserVerified", {**added, "isUserVerified": False})
    page.context.clear_cookies()
    page.goto(f"{site}/dang-nhap/")
    page.click("main button:has-text('Dùng khóa trên thiết bị')")
    page.wait_for_selector("text=chưa đưa ra khóa")

    phone.send("WebAuthn.setUserVerified", {**added, "isUserVerified": True})
    page.click("main button:has-text('Dùng khóa trên thiết bị')")
    page.wait_for_selector("body[data-user='bo']", state="attached")
    page.goto(f"{site}/khoa/")
    page.click("text=Bỏ")
    page.fill("#id_password", PASSWORD)
    page.click("main button:has-text('Tiếp tục')")
    page.click("main button:has-text('Bỏ khóa')")
    assert f"Điện thoại {people.width}" not in page.inner_text("main")


def used(people: People, page: Any, site: str) -> None:
    """In place of the password, and behind it."""
    page.goto(f"{site}/dang-nhap/")
    page.click("main button:has-text('Dùng khóa trên thiết bị')")
    page.wait_for_selector("body[data-user='bo']", state="attached")

    page.context.clear_cookies()
    page.goto(f"{site}/dang-nhap/")
    page.fill("#id_username", "bo")
    page.fill("#id_password", PASSWORD)
    page.click("main button:has-text('Đăng nhập')")
    assert "Bước thứ hai" in page.inner_text("main")  # the password alone no longer does
    people.look(page)
    page.click("main button:has-text('Dùng khóa trên thiết bị')")
    page.wait_for_selector("body[data-user='bo']", state="attached")
