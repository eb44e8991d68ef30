"""From plot to pack on a phone without network; labels printed, read, opened; a recall on the page."""

import io
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from tests.browser.conftest import People
from tests.browser.test_offline import waits_for_cache

pytestmark = [pytest.mark.slow, pytest.mark.journey]


def new_goods(people: People, page: Any, path: str) -> tuple[str, str, str]:
    """Leaf, tea and pack of this run."""
    names = tuple(
        f"{name} {people.width} (minh họa)" for name in ("Búp tươi", "Chè sấy", "Chè hộp")
    )
    for name in names:
        page.goto(path)
        if not page.locator("#item-name").is_visible():
            page.click("summary:has-text('Thêm hàng')")
        page.fill("#item-name", name)
        page.select_option("#item-unit", "" if "hộp" in name else "KGM")
        if "hộp" in name:
            page.fill("#item-net_kg", "0.1")
        page.click("button:has-text('Thêm hàng')")
        page.wait_for_selector(f"text=Đã thêm {name}")
    return names


def write_down(page: Any, act: str, fields: dict[str, str], chosen: dict[str, str]) -> None:
    page.click(f".tiles a[href='#{act}']")
    for name, label in chosen.items():
        select = page.locator(f"#{act}-{name}")
        value = select.locator("option", has_text=label).first.get_attribute("value")
        select.select_option(value)
    for name, value in fields.items():
        page.fill(f"#{act}-{name}", value)
    page.click(f"#{act} button:has-text('Ghi')")


def codes(pdf: bytes) -> list[str]:
    found = []
    for leaf in pypdfium2.PdfDocument(io.BytesIO(pdf)):
        picture = leaf.render(scale=300 / 72).to_pil().convert("L")
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
    return found


def logged_offline(people: People, page: Any) -> tuple[str, str, str]:
    """Goods entered; leaf, tea and packs written down without network, sent when it is back."""
    address, context = people.site.address, page.context
    page.goto(f"{address}/chu-the/so-ghi/")
    goods = page.get_attribute("a:has-text('Hàng và vùng trồng')", "href")
    leaf, tea, pack = new_goods(people, page, f"{address}{goods}")
    people.look(page)
    page.goto(f"{address}/chu-the/so-ghi/")
    waits_for_cache(page, "/chu-the/so-ghi/")
    page.reload()  # with the new goods, through the worker
    page.wait_for_timeout(500)

    context.set_offline(True)
    page.goto(f"{address}/chu-the/so-ghi/")
    write_down(page, "harvest", {"quantity": "50"}, {"item": leaf})
    page.wait_for_selector("[data-log] li:has-text('sẽ gửi khi có mạng')")
    write_down(page, "process", {"used_1": "50", "quantity": "10"}, {"lot_1": leaf, "item": tea})
    page.wait_for_selector(f"[data-log] li:has-text('{tea}')")
    write_down(page, "pack", {"used_1": "8", "quantity": "80"}, {"lot_1": tea, "item": pack})
    page.wait_for_selector(f"[data-log] li:has-text('{pack}')")
    people.look(page)
    assert page.locator("[data-log] li").count() == 3
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.locator("[data-log] li").first.wait_for(state="detached", timeout=30_000)
    return leaf, tea, pack


def printed(people: People, page: Any, pack: str) -> list[str]:
    """A sheet of labels of the lot; what its codes say."""
    page.goto(f"{people.site.address}/chu-the/so-ghi/")
    page.click(f"main li > span > a:has-text('{pack}')")
    people.look(page)
    page.click("a:has-text('Đặt tem cho lô này')")
    page.fill("#id_count", "24")
    page.click("button:has-text('Giữ số cho tem')")
    page.select_option("#id_sheet", "a4-24")
    page.click("button:has-text('Làm tệp in')")
    file = page.get_attribute("a:has-text('Tệp in')", "href")
    people.look(page)
    return codes(page.context.request.get(f"{people.site.address}{file}").body())


def test_from_plot_to_the_buyer(people: People) -> None:
    page, buyer = people("chuthe"), people("")
    leaf, _, pack = logged_offline(people, page)
    found = printed(people, page, pack)
    assert len(set(found)) == 24

    buyer.goto(found[0])
    assert "/truy-xuat/01/" in buyer.url
    buyer.wait_for_selector("text=chưa được kích hoạt")
    page.click("button:has-text('Kích hoạt tem')")
    page.wait_for_selector("text=đã kích hoạt")
    buyer.goto(found[1])
    buyer.wait_for_selector("text=Lần kiểm tra đầu tiên")
    for words in ("Thu hoạch", "Chế biến", "Đóng gói"):
        assert buyer.locator(f".stages >> text={words}").count() == 1
    people.look(buyer)

    page.goto(f"{people.site.address}/chu-the/so-ghi/")
    page.click(f"main li > span > a:has-text('{leaf}')")
    page.check("input[name=deed][value=recalled]")
    page.fill("#id_reason", "Dư lượng vượt mức (minh họa)")
    page.click("button:has-text('Ghi việc này')")
    page.wait_for_selector(".banner-revoked")
    people.look(page)
    weight = sum(len(body) for body in bodies(buyer, found[1]))
    buyer.wait_for_selector("text=đang bị thu hồi")
    assert "Dư lượng vượt mức" in buyer.inner_text("main")
    people.look(buyer)
    assert weight < 50_000, weight


def bodies(page: Any, address: str) -> list[bytes]:
    """Everything that opening the address brings, the photo apart."""
    answers: list[Any] = []

    def heard(answer: Any) -> None:
        answers.append(answer)

    page.on("response", heard)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return [answer.body() for answer in answers if answer.ok and "/anh/" not in answer.url]


def test_the_office_sees_the_chain(people: People) -> None:
    page = people("tinh.ocop")
    page.goto(f"{people.site.address}/can-bo/truy-xuat/?tim=minh+hoa")
    page.click("main li a:has-text('Búp chè tươi')")
    people.look(page)
    assert page.locator(".tree >> text=Chè gói 100 g").count() == 1
