"""The whole way on a cheap phone: a tea dossier with the network cut twice, a star, and its renewal
three years later on the same records; and the province's own list brought in."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from saola.vietnamese.dates import TIMEZONE, add_months
from tests.browser.conftest import People, Site, until, wait_for
from tests.browser.network import break_network
from tests.browser.test_main_job import (
    choose_all,
    commune_and_agency,
    consolidates,
    decides,
    go,
    prepares_session,
    scores,
)
from tests.browser.test_uploads import camera_photo
from tests.server.conftest import PDF
from tools.with_postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.journey]

# every Python process of the second office begins with this
CLOCK = """
import os, datetime, time_machine
there = datetime.datetime.now(datetime.UTC) + datetime.timedelta(int(os.environ["SAOLA_TEST_DAYS"]))
time_machine.travel(there, tick=True).start()
"""
LIST = Path(__file__).parents[3] / "shared/data/son_la_products.csv"
NAME = "Chè Shan đi cả đường (minh họa)"
PAPERS = [
    ("dang-ky-kinh-doanh", "Giấy đăng ký kinh doanh (minh họa)", "3.1"),
    ("nguon-goc-lien-ket", "Hợp đồng liên kết (minh họa)", "1.5"),
    ("kiem-nghiem", "Phiếu kiểm nghiệm (minh họa)", "8"),
]


@pytest.fixture
def phone(site: Site, chromium: Any) -> Iterator[People]:
    made = People(site, chromium, 360)
    yield made
    for page in made.pages.values():
        page.context.close()
    assert made.faults == {}


@contextmanager
def later(site: Site, chromium: Any, days: int, folder: Path) -> Iterator[People]:
    """The same office, its clock moved: a second server on the same records."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = site.environment | {
        "SAOLA_BASE_URL": address,
        "PYTHONPATH": str(folder),
        "SAOLA_TEST_DAYS": str(days),
    }
    (folder / "sitecustomize.py").write_text(CLOCK)
    server = str(Path(sys.executable).parent / "saola-server")
    log = Path(site.environment["SAOLA_DATA"]) / "log-later"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [server, "demo", "--port", str(port)], env=environment, stdout=out, stderr=out
        )
        people = People(replace(site, address=address, environment=environment), chromium, 360)
        try:
            wait_for(address)
            yield people
        finally:
            for page in people.pages.values():
                page.context.close()
            running.send_signal(signal.SIGTERM)
            running.wait(30)
    assert people.faults == {}
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


def writes_without_network(page: Any, address: str, field: str, text: str) -> None:
    """A text is written while the network is away; it goes out when it is back."""
    page.goto(address)
    until(page, "navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.fill(f"#id_{field}", text)
    page.wait_for_selector("[data-saved]:has-text('đã giữ trong máy')")
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-outbox]", state="hidden")
    page.reload()
    assert page.input_value(f"#id_{field}") == text


def adds_papers(people: People, page: Any, path: str, tmp_path: Path) -> None:
    """A photo whose upload the network cuts, and two PDFs."""
    network = break_network(page, 1)
    paper = tmp_path / "giấy.pdf"
    paper.write_bytes(PDF)
    for kind, title, criterion in PAPERS:
        go(people, page, f"{path}minh-chung/")
        page.evaluate("document.querySelector('details').open = true")
        first = kind == "dang-ky-kinh-doanh"
        page.set_input_files("#id_file", camera_photo(tmp_path / "giấy.jpg") if first else paper)
        page.fill("#id_title", title)
        page.select_option("#id_kind", kind)
        page.check(f"input[name=criteria][value='{criterion}']")
        page.click("main button:has-text('Thêm minh chứng')")
        page.wait_for_selector("text=Đã thêm minh chứng", timeout=60_000)
    assert network.cuts < 0  # the network did break


def files_part_by_part(people: People, tmp_path: Path) -> str:
    """Every part on its own page, the self-assessment group by group."""
    page = people("chuthe")
    go(people, page, "/chu-the/ho-so/moi/")
    page.fill("#id_name", NAME)
    page.select_option("#id_group", "11")
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    path = page.url.removeprefix(people.site.address)
    people.look(page)
    assert "/9" in page.inner_text("h2 .chip")
    page.click("ol.tasks a >> nth=0")
    page.select_option("#id_target_stars", "4")
    page.click("main form button:not([type=button])")
    for part, field, text in (
        ("chu-the", "representative", "Người đại diện (minh họa)"),
        ("san-pham", "description", "Chè Shan tuyết (minh họa)"),
        ("ket-qua", "results", "Đã làm (minh họa)"),
    ):
        go(people, page, f"{path}phan/{part}/")
        page.fill(f"#id_{field}", text)
        page.click("main form button:not([type=button])")
    plan = f"{people.site.address}{path}phan/ke-hoach/"
    writes_without_network(page, plan, "plan", "Trồng thêm 2 ha (minh họa)")
    go(people, page, f"{path}tu-danh-gia/1/")
    while "/tu-danh-gia/" in page.url:
        choose_all(page)
        with page.expect_navigation():
            page.click("button[name=save]")
    adds_papers(people, page, path, tmp_path)
    go(people, page, path)
    assert "8/9" in page.inner_text("h2 .chip")
    go(people, page, f"{path}nop/")
    page.click("main button:has-text('Nộp hồ sơ')")
    people.look(page)
    assert "SHA-256" in page.inner_text("main")
    return path.replace("/chu-the/", "/can-bo/")


def renews(people: People) -> str:
    """The window is open: what was said before stands there, and only what changed is asked."""
    page = people("chuthe")
    go(people, page, "/chu-the/")
    banner = page.locator(f".banner:has-text('{NAME}')")
    assert "Đến thời gian nộp hồ sơ đánh giá lại" in banner.inner_text()
    banner.locator("a").click()
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    path = page.url.removeprefix(people.site.address)
    people.look(page)
    assert "Đã điền sẵn" in page.inner_text("main")
    for part, words in (("ket-qua", "Đã trồng"), ("ke-hoach", "Xuất khẩu")):
        go(people, page, f"{path}phan/{part}/")
        page.fill("main textarea", f"{words} (minh họa)")
        page.click("main form button:not([type=button])")
    go(people, page, f"{path}phan/thay-doi/")
    for box in page.locator("main textarea").all():
        box.fill("không thay đổi (minh họa)")
    page.click("main form button:not([type=button])")
    go(people, page, f"{path}nop/")
    assert page.locator("main li:has-text('Phiếu kiểm nghiệm')").count() == 1
    page.click("main button:has-text('Nộp hồ sơ')")
    assert "Giấy biên nhận" in page.inner_text("main")
    return path.replace("/chu-the/", "/can-bo/")


def to_a_written_session(people: People, desk: str, today: date) -> None:
    """Commune and agency as before, the agency's own report, and the agenda of written opinions."""
    commune_and_agency(people, desk, again=True)
    page = people("hd3")
    go(people, page, f"/can-bo/phien/moi/{people.site.council}/")
    page.fill("#id_title", "Ý kiến đánh giá lại (minh họa)")
    page.select_option("#id_mode", "written")
    page.fill("#id_opinions_by", (today + timedelta(7)).isoformat())
    page.click("main form button")
    page.click(f"li:has-text('{NAME}') button[name=schedule]")
    people.look(page)
    assert NAME in page.inner_text("main ol")


def test_a_tea_goes_the_whole_way_and_is_renewed(
    phone: People, chromium: Any, tmp_path: Path
) -> None:
    desk = files_part_by_part(phone, tmp_path)
    commune_and_agency(phone, desk)
    session = prepares_session(phone, NAME)
    for who in ("hd1", "hd2", "hd3"):
        scores(phone, who, session, f"Nhận xét của {who} (minh họa)")
    consolidates(phone, session, NAME)
    decides(phone, desk, NAME)
    today = datetime.now(TIMEZONE).date()
    ends = add_months(today, 36)
    days = (ends - timedelta(170) - today).days
    with later(phone.site, chromium, days, tmp_path) as people:
        watch = [str(Path(sys.executable).parent / "saola-server"), "watch"]
        subprocess.run(watch, env=people.site.environment, check=True, capture_output=True)
        renewal = renews(people)
        to_a_written_session(people, renewal, today + timedelta(days))
        page = people("chuthe")
        go(people, page, "/thong-bao/")
        assert f"Đến thời gian nộp hồ sơ đánh giá lại: {NAME}" in page.inner_text("main")


@pytest.mark.skipif(not LIST.exists(), reason="chỉ chạy khi có ../shared")
def test_the_provinces_list_comes_in(phone: People) -> None:
    page = phone("tinh.ocop")
    go(phone, page, "/can-bo/danh-sach/")
    page.set_input_files("#id_file", LIST)
    page.click("main form button >> nth=0")
    page.wait_for_selector("button:has-text('sản phẩm vào sổ đăng ký')", timeout=60_000)
    phone.look(page)
    said = page.inner_text("main")
    page.click("button:has-text('sản phẩm vào sổ đăng ký')")
    page.wait_for_selector("text=đã ghi vào sổ", timeout=60_000)
    assert re.search(r"\d+ sản phẩm", said)
    go(phone, page, "/so-dang-ky/?tim=che")
    assert page.locator("main li, main tr").count() > 3
