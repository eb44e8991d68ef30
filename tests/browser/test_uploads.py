"""A phone's photos on a poor network: made smaller before they leave, sent on after each cut."""

import random
from pathlib import Path

from PIL import Image

from tests.browser.conftest import People
from tests.browser.network import break_network

LARGEST_PAPER = 800_000


def camera_photo(path: Path) -> Path:
    """12 megapixels with enough noise that it is as large as a camera's."""
    noise = random.Random(7).randbytes(1000 * 750 * 3)
    picture = Image.frombytes("RGB", (1000, 750), noise).resize((4000, 3000))
    picture.save(path, quality=92)
    assert path.stat().st_size > 3_000_000
    return path


def test_photos_go_up_through_a_network_that_breaks(people: People, tmp_path: Path) -> None:
    page = people("chuthe")
    page.goto(f"{people.site.address}/chu-the/")
    page.click("text=Lập hồ sơ mới")
    page.fill("#id_name", f"Mật ong {people.width} (minh họa)")
    page.select_option("#id_group", "11")
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    network = break_network(page, 3)
    page.goto(f"{page.url}minh-chung/")
    page.set_input_files(
        "#id_file",
        [camera_photo(tmp_path / "trang 1.jpg"), camera_photo(tmp_path / "trang 2.jpg")],
    )
    page.fill("#id_title", f"Giấy nhiều trang {people.width} (minh họa)")
    page.select_option("#id_kind", "dang-ky-kinh-doanh")
    page.check("input[name=criteria][value='3.1']")
    page.click("main button:has-text('Thêm minh chứng')")

    page.wait_for_selector("text=Đã thêm minh chứng", timeout=60_000)
    people.look(page)
    assert f"Giấy nhiều trang {people.width}" in page.inner_text("main")
    assert "2 trang" in page.inner_text("main")
    assert network.cuts < 0  # the network did break
    assert sum(network.sent[3:]) <= 2 * LARGEST_PAPER
