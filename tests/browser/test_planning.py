"""A vice-chairman looks where the province stands; a producer sees three ways up; the agency finds
the best portfolio, makes it work and compares."""

import re
from typing import Any

import pytest

from tests.browser.conftest import People

pytestmark = [pytest.mark.slow, pytest.mark.journey]


def solved(page: Any) -> None:
    """The page opens itself again until the scenario is solved."""
    page.wait_for_selector("h2:has-text('Sản phẩm được chọn')", timeout=60_000)


def test_where_the_province_stands(people: People) -> None:
    page, address = people("lanhdao.tinh"), people.site.address
    page.goto(f"{address}/can-bo/chi-tieu/")
    page.wait_for_selector("#ban-do[data-ready] path")
    page.wait_for_selector("figure.chart[data-ready] svg")
    assert page.locator("#ban-do path").count() == 75
    assert page.locator("figure.chart[data-ready]").count() == 3
    people.look(page)
    page.click(".card a >> nth=0")
    page.wait_for_selector("text=Tính đến")
    people.look(page)
    page.goto(f"{address}/can-bo/chi-tieu/du-bao/")
    page.wait_for_selector("figure.chart[data-ready] svg")
    people.look(page)
    page.locator("figure.chart summary").first.click()
    assert page.locator("figure.chart table").first.is_visible()
    people.look(page)


def test_three_ways_up(people: People) -> None:
    page, address = people("chuthe"), people.site.address
    page.goto(f"{address}/chu-the/ban-hang/")
    page.locator("main a", has_text="sát 90").first.click()
    page.click("a:has-text('lên')")
    page.wait_for_selector("h2:has-text('Chắc chắn nhất')")
    for name in ("Ít tiền nhất", "Nhanh nhất", "Chắc chắn nhất"):
        assert page.locator(f"h2:has-text('{name}')").count() == 1
    people.look(page)


def test_a_portfolio_becomes_work(people: People) -> None:
    page, address = people("tinh.ocop"), people.site.address
    for name, budget in (("nhỏ", "20"), ("lớn", "1000")):
        page.goto(f"{address}/can-bo/phuong-an/")
        people.look(page)
        page.fill("#id_name", f"Phương án {name} {people.width}")
        page.fill("#id_budgets", budget)
        page.fill("#id_upgraded", "1")
        page.fill("#id_five_star", "2")
        page.fill("#id_products", "4")
        page.click("button:has-text('Ghi và tính')")
        solved(page)
    page.wait_for_selector("figure.chart[data-ready] svg")
    people.look(page)
    page.locator("tbody a").first.click()
    page.wait_for_selector("h1:has-text('Đường lên hạng trên')")
    people.look(page)
    page.go_back()
    solved(page)
    page.click("button:has-text('Chọn phương án này')")
    page.wait_for_selector("h1:has-text('Việc của phương án')")
    people.look(page)
    dear = page.locator(".tasks li", has_text=re.compile(r", [1-9]\d* triệu đồng"))
    dear.locator("a").first.click()
    assert page.locator("h2:has-text('Các bước đã chọn') + ol li").count() >= 1
    page.fill("#id_owner", "Tổ tư vấn")
    page.fill("#id_amount", "5")
    people.look(page)
    page.click("button:text-is('Ghi')")
    page.wait_for_selector("text=Đã ghi")
    page.fill("#id_amount", "5")
    page.click("button:has-text('Ghi khoản chi')")
    page.wait_for_selector("text=5 triệu đồng")
    people.look(page)
    page.goto(f"{address}/can-bo/phuong-an/")
    for box in page.locator("input[name=pa]").all()[:2]:
        box.check()
    page.click("button:has-text('So sánh')")
    page.wait_for_selector("th:has-text('Cần chi')")
    people.look(page)
