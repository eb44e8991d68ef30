"""A buyer finds a tea, asks, the producer makes a contract and evidence of it; a campaign goes from
the province to a village and its report is printed."""

import io
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone

from tests.browser.conftest import People

pytestmark = [pytest.mark.slow, pytest.mark.journey]


def opens(page: Any, heading: str) -> Any:
    """Unfold what stands under this line; the fold."""
    fold = page.locator("details", has=page.locator(f"summary:has-text('{heading}')")).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    return fold


def with_open_dossier(people: People, page: Any, product: str) -> None:
    """To raise its class; the one that an earlier walk began serves as well."""
    page.goto(f"{people.site.address}/chu-the/")
    if page.locator(f"a:has-text('{product} – ')", has_text="nâng hạng").count():
        return
    page.goto(f"{people.site.address}/chu-the/ho-so/moi/")
    page.select_option("#id_product", label=product)
    page.select_option("#id_kind", "upgrade")
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    page.wait_for_url("**/ho-so/*/")


def test_from_the_search_to_evidence(people: People) -> None:
    buyer = people("")
    address = people.site.address
    buyer.goto(f"{address}/so-dang-ky/")
    buyer.locator("#tim").press_sequentially("che xanh sat 90", delay=20)
    buyer.wait_for_selector("#ket-qua a:has-text('minh họa')")
    people.look(buyer)
    buyer.goto(f"{address}/ban-do/")
    buyer.wait_for_selector("#ban-do[data-ready] path")
    assert buyer.locator("#ban-do path").count() == 75
    people.look(buyer)
    buyer.go_back()
    buyer.wait_for_selector("#ket-qua a")
    link = buyer.locator("#ket-qua a", has_text="minh họa").first
    product = str(link.text_content())
    link.click()
    buyer.wait_for_selector("a:has-text('Hỏi mua')")
    people.look(buyer)
    buyer.click("a:has-text('Hỏi mua')")
    organisation = f"Siêu thị {people.width} (minh họa)"
    buyer.fill("#id_name", "Chị Hoa")
    buyer.fill("#id_organisation", organisation)
    buyer.fill("#id_contact", "mua@example.vn")
    buyer.fill("#id_text", "Cần 200 hộp mỗi tháng, giao tại Hà Nội.")
    people.look(buyer)
    buyer.click("button:has-text('Gửi tới chủ thể')")
    buyer.wait_for_selector("text=Đã gửi tới chủ thể")

    seller = people("chuthe")
    with_open_dossier(people, seller, product)
    seller.goto(f"{address}/chu-the/ban-hang/")
    seller.click(f"a:has-text('{product}')")
    seller.wait_for_selector(f"text={organisation}")
    people.look(seller)
    fold = opens(seller, "Thêm hợp đồng")
    fold.locator("#contract-enquiry").select_option(index=1)
    number = f"{people.width}/HĐ (minh họa)"
    for name, value in (
        ("partner", organisation),
        ("number", number),
        ("signed_on", timezone.localdate().isoformat()),
        ("value", "120000000"),
    ):
        fold.locator(f"#contract-{name}").fill(value)
    fold.locator("button").click()
    seller.wait_for_selector("text=đã ký hợp đồng")
    people.look(seller)
    row = seller.locator("#contract li", has_text=number).first
    row.locator("a:has-text('Dùng làm minh chứng')").click()
    seller.wait_for_selector("h1:has-text('Dùng làm minh chứng')")
    assert seller.locator("input[name=criteria]:checked").count() >= 1
    people.look(seller)
    seller.click("button:has-text('Thêm vào hồ sơ')")
    seller.wait_for_selector("text=Đã thêm vào minh chứng")
    assert seller.locator(f"text={number}").count() >= 1


def test_a_campaign_reaches_a_village(people: People) -> None:
    address, today = people.site.address, timezone.localdate()
    lead = people("tinh.ocop")
    title = f"Mua chè quê mình {people.width} (minh họa)"
    lead.goto(f"{address}/can-bo/truyen-thong/")
    for name, value in (
        ("title", title),
        ("aim", "Mỗi hộ biết ba sản phẩm của xã"),
        ("audience", "hộ dân"),
        ("starts_on", today.isoformat()),
        ("ends_on", (today + timedelta(20)).isoformat()),
        ("goal", "500"),
    ):
        lead.fill(f"#id_{name}", value)
    lead.click("button:has-text('Ghi chiến dịch')")
    lead.wait_for_selector(f"h1:has-text('{title}')")
    fold = opens(lead, "Thêm tài liệu")
    fold.locator("#material-kind").select_option("broadcast")
    fold.locator("#material-title").fill("Bài phát thanh")
    fold.locator("#material-text").fill("Bà con ơi, chè xã ta đã có sao.")
    fold.locator("button").click()
    lead.wait_for_selector("summary:has-text('Bài phát thanh')")
    fold = opens(lead, "Giao việc cho xã, phường")
    fold.locator("#hand-what").fill("Phát loa năm lần")
    fold.locator("#hand-due_on").fill((today + timedelta(5)).isoformat())
    fold.locator("label:has-text('Xã Tà Xùa') input").check()
    fold.locator("button").click()
    lead.wait_for_selector("a:has-text('Xã Tà Xùa')")
    people.look(lead)

    officer = people("canbo.xa")
    officer.goto(f"{address}/can-bo/truyen-thong/viec/")
    officer.click(f"a:has-text('{title}')")
    fold = opens(officer, "Giao cho các bản")
    fold.locator("textarea").fill("Bản Trò A\nBản Mống Vàng")
    fold.locator("button").click()
    officer.wait_for_selector("a:has-text('Bản Trò A')")
    people.look(officer)
    village = str(officer.locator("li:has-text('Bản Trò A') code").text_content())

    head = people("")
    head.goto(village)
    head.fill("#id_people", "120")
    head.fill("#id_times", "5")
    head.fill("#id_note", "phát loa sáng và chiều")
    people.look(head)
    head.click("button:has-text('Gửi')")
    head.wait_for_selector("text=Cảm ơn bạn")

    lead.reload()
    row = lead.locator("tr:has-text('Xã Tà Xùa')")
    assert "120" in str(row.text_content())
    people.look(lead)
    pdf = lead.context.request.get(f"{address}/can-bo/truyen-thong/bao-cao.pdf")
    text = pypdfium2.PdfDocument(io.BytesIO(pdf.body()))[0].get_textpage().get_text_range()
    assert "MINH HỌA" in text
    assert "120" in text
