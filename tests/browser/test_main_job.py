"""The main job, end to end, as its people live it: a dossier becomes a star."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import People
from tests.server.conftest import PDF

pytestmark = pytest.mark.slow


def go(people: People, page: Any, path: str) -> None:
    """Open a page that must answer 200, and look at it."""
    response = page.goto(people.site.address + path)
    assert response.status == 200, path
    people.look(page)


def choose_all(page: Any, last: bool = True) -> None:
    """Choose the best (or first) option of every criterion on the sheet, as a click would."""
    page.wait_for_selector("fieldset[data-criterion]")
    for box in page.locator("fieldset[data-criterion]").all():
        options = box.locator("input[data-points]:not([value=khong-phu-hop])")
        options.nth(options.count() - 1 if last else 0).check()


PARTS = {
    "chu-the": {"representative": "Người đại diện (minh họa)"},
    "san-pham": {"description": "Chè xanh (minh họa)"},
    "ket-qua": {"results": "Đã làm (minh họa)"},
    "ke-hoach": {"plan": "Sẽ làm (minh họa)"},
}


def files_a_dossier(people: People, name: str, tmp_path: Path) -> str:
    page = people("chuthe")
    go(people, page, "/chu-the/")
    page.click("text=Lập hồ sơ mới")
    people.look(page)
    page.fill("#id_name", name)
    page.select_option("#id_group", "11")
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    path = page.url.removeprefix(people.site.address)
    people.look(page)
    for part, words in PARTS.items():
        go(people, page, f"{path}phan/{part}/")
        for field, text in words.items():
            page.fill(f"#id_{field}", text)
        page.click("main form button:not([type=button])")
    go(people, page, path)
    go(people, page, f"{path}tu-danh-gia/")
    choose_all(page)
    assert page.locator("[data-total]").inner_text() == "100"
    page.click("button:has-text('Lưu và về hồ sơ')")
    go(people, page, f"{path}minh-chung/")
    paper = tmp_path / "Giấy đăng ký.pdf"
    paper.write_bytes(PDF)
    page.set_input_files("#id_file", paper)
    page.fill("#id_title", "Giấy đăng ký kinh doanh (minh họa)")
    page.select_option("#id_kind", "dang-ky-kinh-doanh")
    page.check("input[name=criteria][value='3.1']")
    page.check("input[name=criteria][value='1.1']")
    page.click("main button:has-text('Thêm minh chứng')")
    page.wait_for_selector("text=Đã thêm minh chứng")
    people.look(page)
    go(people, page, f"{path}nop/")
    page.click("main button:has-text('Nộp hồ sơ')")
    people.look(page)
    assert "Giấy biên nhận" in page.inner_text("main")
    return path.replace("/chu-the/", "/can-bo/")


def act(people: People, who: str, desk: str, deed: str, **fields: str) -> None:
    """One act of an officer through its page."""
    page = people(who)
    go(people, page, desk)
    page.click(f"main a[role=button]:has-text('{deed}')")
    people.look(page)
    for name, value in fields.items():
        page.fill(f"#id_{name}", value)
    page.click("main form button >> nth=0")
    assert page.url.endswith(desk), page.inner_text("main")[:400]


def commune_and_agency(people: People, desk: str, again: bool = False) -> None:
    """Commune and agency; `again` for a renewal, on which the agency itself reports."""
    act(people, "canbo.xa", desk, "Tiếp nhận, cấp số")
    texts = dict.fromkeys(("material", "labour", "idea", "identity"), "Nhận xét (minh họa)")
    page = people("canbo.xa")
    go(people, page, f"{desk}mau-03/")
    for name, text in texts.items():
        page.fill(f"#id_{name}", text)
    page.check("#id_file_checked")
    page.click("main form button")
    act(
        people,
        "canbo.xa",
        desk,
        "Ghi giao sản phẩm mẫu",
        giver="Người giao (minh họa)",
        taker="Người nhận (minh họa)",
    )
    act(people, "lanhdao.xa", desk, "Ký báo cáo Mẫu 03", number="1/BC")
    act(people, "lanhdao.xa", desk, "Đề nghị tỉnh đánh giá", number="2/UBND")
    act(people, "tinh.ocop", desk, "Tiếp nhận, cấp số của tỉnh")
    act(people, "tinh.ocop", desk, "Chấp nhận hồ sơ")
    who = "tinh.ocop" if again else "tuvan"
    act(people, who, desk, "Ghi báo cáo thẩm định", note="Đủ điều kiện (minh họa)")


def prepares_session(people: People, name: str) -> str:
    page = people("hd3")
    go(people, page, f"/can-bo/phien/moi/{people.site.council}/")
    page.fill("#id_title", f"Phiên {people.width} (minh họa)")
    page.click("main form button")
    people.look(page)
    with page.expect_navigation():
        page.click(f"li:has-text('{name}') button[name=schedule]")
    for box in page.locator("input[name=present]").all():
        box.check()
    page.click("button[name=attendance]")
    page.wait_for_selector("text=Đã ghi điểm danh")
    people.look(page)
    number = re.search(r"/phien/(\d+)/", page.url)
    assert number
    chair = people("hd1")
    go(people, chair, f"/hoi-dong/phien/{number[1]}/")
    chair.click("button[name=open]")
    chair.wait_for_selector("button[name=close]")
    return f"/hoi-dong/phien/{number[1]}/"


def scores(people: People, who: str, session: str, comment: str) -> None:
    page = people(who)
    go(people, page, session)
    page.click("main a[role=button]:has-text('Chấm')")
    choose_all(page)
    # 89 points: just a four-star product
    page.check("input[name='c-1.5'][value='1.5#3']")
    page.check("input[name='c-4.1'][value='4.1#3']")
    page.check("input[name='c-7'][value='7#3']")
    page.check("input[name='c-11'][value='11#1']")
    page.check("input[name='c-8'][value='8#1']")
    page.check("input[name='c-10'][value='10#1']")
    page.fill("#remark", comment)
    page.click("button[name=save]")
    people.look(page)
    assert page.locator("[data-total]").inner_text() == "89"
    page.click("button[name=seal]")
    people.look(page)
    page.click("[data-seal-yes]")
    page.wait_for_selector("[data-sealed-text]:has-text('máy chủ đã nhận')")


def consolidates(people: People, session: str, name: str) -> None:
    chair = people("hd1")
    go(people, chair, f"{session}bang-tong-hop/")
    chair.click(f"th >> text={name}")
    people.look(chair)
    chair.click("button[name=close]")
    people.look(chair)
    chair.click("button[name=conclude]")
    people.look(chair)
    assert "kết quả: 4 sao" in chair.inner_text("main")
    go(people, chair, session)
    chair.click("button[name=close]")
    people.look(chair)
    minutes = chair.request.get(f"{people.site.address}{session}bien-ban.pdf")
    assert minutes.body()[:5] == b"%PDF-"


def decides(people: People, desk: str, name: str) -> None:
    act(people, "tinh.ocop", desk, "Trình UBND tỉnh", number="9/TTr")
    page = people("lanhdao.tinh")
    go(people, page, "/can-bo/quyet-dinh/moi/recognise/")
    page.check(f"label:has-text('{name}') input")
    page.fill("#id_number", f"{people.width}/QĐ (minh họa)")
    page.fill("#id_signer", "Người ký (minh họa)")
    page.click("main form button")
    people.look(page)
    act(people, "lanhdao.tinh", desk, "Cấp giấy chứng nhận")
    act(people, "lanhdao.tinh", desk, "Công bố kết quả")
    page = people("tinh.ocop")
    go(people, page, desk)
    page.click("main a[role=button]:has-text('Thông báo kết quả')")
    page.fill("#id_number", f"{people.width}/TB (minh họa)")
    page.fill("#id_signer", "Người ký (minh họa)")
    page.fill("#id_position", "Chi cục trưởng")
    page.click("main form button >> nth=0")
    assert page.url.endswith(desk)


def scans_the_qr(people: People, desk: str, tmp_path: Path) -> None:
    """A buyer with a phone: the QR printed on the certificate leads to its page."""
    import pypdfium2
    import zxingcpp

    officer = people("lanhdao.tinh")
    go(people, officer, desk)
    officer.click("main a:has-text('GCN-OCOP')")
    buyer = people("")
    go(people, buyer, officer.url.removeprefix(people.site.address))
    for _ in range(40):
        link = buyer.locator("a:has-text('Bản in')")
        if link.count():
            break
        buyer.wait_for_timeout(250)
        buyer.reload()
    pdf = buyer.request.get(people.site.address + str(link.get_attribute("href"))).body()
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    codes = zxingcpp.read_barcodes(image)
    assert [code.text for code in codes] == [buyer.url]
    text = buyer.inner_text("main")
    assert text.startswith("CÒN HIỆU LỰC ĐẾN")
    assert "4 sao" in text


def test_a_dossier_becomes_a_star(people: People, tmp_path: Path) -> None:
    if people.width == 360:
        pytest.skip("ở 360 px: test_whole_way")
    name = f"Chè thử {people.width} (minh họa)"

    desk = files_a_dossier(people, name, tmp_path)
    commune_and_agency(people, desk)
    session = prepares_session(people, name)
    for who in ("hd1", "hd2", "hd3"):
        scores(people, who, session, f"Nhận xét của {who} (minh họa)")
    consolidates(people, session, name)
    decides(people, desk, name)
    scans_the_qr(people, desk, tmp_path)
    buyer = people("")
    go(people, buyer, f"/so-dang-ky/?tim=che+thu+{people.width}")
    assert name in buyer.inner_text("main")


PAGES = {
    "": [
        "/",
        "/so-dang-ky/",
        "/bo-tieu-chi/",
        "/bo-tieu-chi/26-2026-du-lich/",
        "/dang-nhap/",
        "/khong-co/",
        "/dot/phien-2024/",
    ],
    "hd4": [
        "/hoi-dong/",
        "/hoi-dong/phien/1/",
        "/hoi-dong/muc/1/phieu/",
        "/hoi-dong/phien/1/bang-tong-hop/",
        "/hoi-dong/muc/4/ket-qua/",
        "/hoi-dong/muc/4/ho-so/",
        "/hoi-dong/muc/4/phieu/",
    ],
    "tinh.ocop": [
        "/can-bo/",
        "/can-bo/?tat-ca",
        "/can-bo/ho-so/6/",
        "/can-bo/nhat-ky/",
        "/can-bo/sap-het-han/",
        "/thong-bao/",
        "/can-bo/quyet-dinh/",
        "/can-bo/phien/1/",
        "/can-bo/hoi-dong/moi/",
        "/can-bo/hoi-dong/1/",
        "/can-bo/cong-nhan/1/thu-hoi/",
        "/can-bo/kiem-tra/",
        "/can-bo/kiem-tra/moi/",
        "/can-bo/don-thu/",
    ],
    "lanhdao.tinh": [
        "/can-bo/quyet-dinh/1/",
        "/can-bo/quyet-dinh/moi/approve_result/",
        "/can-bo/thu-hoi/",
    ],
    "quantri": ["/can-bo/nguoi-dung/", "/viec-cua-toi/"],
    "canbo.xa": ["/can-bo/giup-chu-the/", "/can-bo/sap-het-han/"],
    "chuthe": [
        "/chu-the/",
        "/chu-the/ho-so/12/",
        "/chu-the/ho-so/12/phan/dang-ky/",
        "/chu-the/ho-so/12/tu-danh-gia/2/",
        "/chu-the/ho-so/12/rut/",
        "/chu-the/don-thu/",
        "/chu-the/ho-so/6/",
        "/chu-the/ho-so/6/ban-nop/1/",
    ],
}


@pytest.mark.parametrize("who", PAGES)
def test_pages_are_accessible(people: People, who: str) -> None:
    page = people(who)
    for path in PAGES[who]:
        page.goto(people.site.address + path)
        people.look(page)


def test_the_sheet_works_without_javascript(site: Any, chromium: Any) -> None:
    people = People(site, chromium, 360)
    page = people("hd5", javascript=False)
    page.goto(f"{site.address}/hoi-dong/muc/1/phieu/")

    page.check("input[name='c-1.1'][value='1.1#3']")
    page.check("input[name='c-1.2'][value='khong-phu-hop']")
    page.click("button[name=save]")
    refused = page.inner_text("main")
    page.fill("input[name='r-1.2']", "chưa có giấy")
    page.click("button[name=save]")

    assert "Hãy ghi lý do" in refused
    assert page.is_checked("input[name='c-1.1'][value='1.1#3']")
    assert page.input_value("input[name='r-1.2']") == "chưa có giấy"
    page.context.close()
