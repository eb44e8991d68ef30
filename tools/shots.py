"""Takes the pictures of README and guides from a fresh demonstration province: `make shots`."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, wait_for  # noqa: E402
from tools.with_postgres import free_port  # noqa: E402

PICTURES = ROOT / "docs/pictures"
# picture, who, address, width, height
SHOTS = (
    ("so-dang-ky", "", "/so-dang-ky/?tim=che", 1280, 800),
    ("phieu-cham", "hd4", "/hoi-dong/muc/1/phieu/", 1280, 800),
    ("ket-qua", "hd1", "/hoi-dong/muc/4/ket-qua/", 1280, 800),
    ("bang-tong-hop", "hd1", "/hoi-dong/phien/1/bang-tong-hop/", 1280, 720),
    ("viec-can-lam", "chuthe", "/chu-the/", 360, 740),
    ("cac-phan", "chuthe", "/chu-the/ho-so/12/", 360, 740),
    ("tu-danh-gia", "chuthe", "/chu-the/ho-so/12/tu-danh-gia/2/", 360, 740),
    ("minh-chung", "chuthe", "/chu-the/ho-so/12/minh-chung/", 360, 740),
    ("ban-lam-viec", "tinh.ocop", "/can-bo/?tat-ca", 1280, 720),
    ("ho-so", "canbo.xa", "/can-bo/ho-so/10/", 1280, 720),
    ("con-thieu", "tinh.ocop", "/can-bo/con-thieu/", 1280, 720),
    ("sap-het-han", "canbo.xa", "/can-bo/sap-het-han/", 1280, 720),
    ("chuong-trinh", "hd9", "/can-bo/phien/1/", 1280, 720),
    ("nguoi-cham", "hd1", "/hoi-dong/phien/1/nguoi-cham/", 1280, 900),
    ("mau-tren-ban", "hd9", "/can-bo/phien/1/mau/", 1280, 720),
    ("van-ban", "tinh.ocop", "/can-bo/van-ban/ho-so/4/", 1280, 720),
    ("ky-so", "lanhdao.tinh", "/can-bo/ky/quyet-dinh/1/", 1280, 720),
    ("quyet-dinh", "lanhdao.tinh", "/can-bo/quyet-dinh/1/", 1280, 720),
    ("nhat-ky", "quantri", "/can-bo/nhat-ky/", 1280, 720),
    ("giay-chung-nhan", "", "certificate", 360, 740),
    ("so-ghi", "chuthe", "/chu-the/so-ghi/", 360, 740),
    ("lo", "chuthe", "/chu-the/lo/3/", 360, 740),
    ("lo-hang", "tinh.ocop", "/can-bo/truy-xuat/?tim=minh+hoa", 1280, 720),
    ("ban-do", "", "/ban-do/", 1280, 900),
    ("san-pham", "", "/san-pham/86/", 360, 740),
    ("ban-hang", "chuthe", "/chu-the/ban-hang/86/", 360, 740),
    ("hoi-mua", "", "/san-pham/86/hoi-mua/", 360, 740),
    ("thi-truong", "tinh.ocop", "/can-bo/thi-truong/?nam=2025", 1280, 720),
    ("nhu-cau", "tinh.ocop", "/can-bo/thi-truong/nhu-cau/1/", 1280, 720),
    ("tuan-hang", "tinh.ocop", "/can-bo/su-kien-ban-hang/1/", 1280, 720),
    ("chien-dich", "tinh.ocop", "/can-bo/truyen-thong/1/", 1280, 1500),
    ("viec-xa", "canbo.xa", "/can-bo/truyen-thong/viec/1/", 360, 900),
    ("tinh-hinh", "lanhdao.tinh", "/can-bo/chi-tieu/", 1280, 1900),
    ("duong-len-hang", "chuthe", "/chu-the/ban-hang/86/len-hang/", 360, 740),
    ("trang-tem", "chuthe", "label", 360, 740),
    ("khoa-dang-nhap", "tuvan", "/khoa/", 360, 740),
    ("nguoi-dung", "quantri", "/can-bo/nguoi-dung/", 1280, 720),
    ("phuong-an", "tinh.ocop", "/can-bo/phuong-an/1/", 1280, 1100),
)


@contextmanager
def demonstration() -> Iterator[str]:
    """The address of a fresh demonstration province, served as long as it is needed."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "SAOLA_DATA": folder,
            "SAOLA_MODE": "demo",
            "SAOLA_BASE_URL": address,
        }
        server = str(Path(sys.executable).parent / "saola-server")
        command = [server, "demo", "--port", str(port)]
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(address)
            yield address
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)


def main() -> None:
    """Start, walk, save, end."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in SHOTS:
            take(browser, address, shot)


def take(browser, address: str, shot: tuple[str, str, str, int, int]) -> None:
    """One picture of the first screen."""
    name, who, path, width, height = shot
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    page = context.new_page()
    if who:
        page.goto(f"{address}/dang-nhap/")
        page.fill("#id_username", who)
        page.fill("#id_password", PASSWORD)
        page.click("main button")
    if path == "certificate":
        page.goto(f"{address}/so-dang-ky/?tim=sat+90")
        page.click("main th a")
        page.click("main td a")
    elif path == "label":
        page.goto(f"{address}/chu-the/lo/3/")
        page.click("main dd a")
    else:
        page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
