"""A whole session of nine: three without a network for all of it, one on paper, one recused; two
products talked over again; papers signed, verified, opened by their QR; the package checked."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp

from saola.cli import main
from saola.criteria import load
from saola.ledger import pack
from saola.server.demo.marks import choices_for
from saola.server.papers.signing.making import sign
from tests.browser.conftest import People, Site, until
from tests.browser.council import Meeting, meeting, own_server
from tests.browser.test_main_job import act, go
from tests.browser.test_tablets import kept, ready, seal
from tests.factories.authority import PASSWORD, Authority, make_authority, write_trust
from tests.server.conftest import PDF
from tests.server.test_package import PLANTED

pytestmark = [pytest.mark.slow, pytest.mark.journey]

TEA = load("26-2026-che-tuoi-che-che-bien")
FIRST, SECOND = "Chè lệch điểm (minh họa)", "Chè sát ngưỡng (minh họa)"
OFFLINE, ONLINE = ("hd2", "hd3", "hd5"), ("hd1", "hd4", "hd6", "hd7", "hd9")
PAPER, RECUSED, FAR, WAVERING = "hd8", "hd4", "hd6", "hd7"
SIGNER = "Người ký (minh họa)"
TOTALS = {
    FIRST: {"hd1": 80, "hd2": 82, "hd3": 81, "hd5": 83, "hd6": 62, "hd7": 79, "hd8": 80, "hd9": 84},
    SECOND: {
        "hd1": 71, "hd2": 70, "hd3": 72, "hd4": 68, "hd5": 73, "hd6": 71, "hd7": 66, "hd8": 70,
        "hd9": 72,
    },
}  # fmt: skip


def fill(page: Any, total: int) -> None:
    """Choose options that make the total, each by a click."""
    options = list(choices_for(TEA, total, stars=4).values())
    page.wait_for_selector("fieldset[data-criterion]")
    until(page, "document.querySelector('[data-photo-box]')?.hidden === false")  # the script runs
    page.evaluate(
        '(ids) => ids.forEach((id) => document.querySelector(`input[value="${id}"]`).click())',
        options,
    )
    until(page, f"document.querySelector('[data-total]').textContent === '{total}'")
    kept(page)


def scores(page: Any, people: People, session: Meeting, product: str, total: int) -> None:
    page.goto(people.site.address + session.sheet(product))
    fill(page, total)
    seal(page)


def handed_in(page: Any) -> None:
    """Until nothing waits on the device any more."""
    page.wait_for_selector("[data-tablet-bar][data-state=empty]", state="attached", timeout=30_000)


def on_paper(people: People, session: Meeting, product: str, tmp_path: Path) -> None:
    """The secretary enters what is on the signed sheet, the agency holds it against the scan."""
    secretary = people("hd9")
    go(people, secretary, f"/can-bo/phien/{session.pk}/phieu-giay/")
    secretary.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    secretary.click(f"details:has-text('{product}') a:has-text('Thành viên Hội đồng 8')")
    options = choices_for(TEA, TOTALS[product][PAPER], stars=4)
    for option in options.values():
        secretary.check(f"input[value='{option}']")
    scan = tmp_path / "phiếu.pdf"
    scan.write_bytes(PDF)
    secretary.set_input_files("#scan", scan)
    people.look(secretary)
    # by the keyboard, as below: the picture beside it takes clicks that come before it has settled
    secretary.focus("main button:has-text('chờ người khác đối chiếu')")
    secretary.keyboard.press("Enter")
    secretary.wait_for_selector("text=Đã nhập phiếu giấy")
    agency = people("tinh.ocop")
    go(people, agency, f"/can-bo/phien/{session.pk}/phieu-giay/")
    agency.click(f"tr:has-text('{product}') a:has-text('Đối chiếu')")
    people.look(agency)
    agency.focus("button[name=agree]")
    agency.keyboard.press("Enter")
    agency.wait_for_selector("text=Đã đối chiếu")


def talks_over(people: People, session: Meeting, product: str, who: str, total: int) -> None:
    """The chair closes, opens a second sheet for one member with the reason, notes what was said,
    closes again and concludes."""
    chair, number = people("hd1"), who[-1]
    go(people, chair, f"/hoi-dong/muc/{session.items[product]}/ket-qua/")
    chair.click("button[name=close]")
    chair.wait_for_selector("h2:has-text('Điểm thảo luận')")
    people.look(chair)
    chair.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for box in chair.locator("input[name=member][type=checkbox]").all():
        box.uncheck()
    chair.check(f"label:has-text('Thành viên Hội đồng {number}') input[type=checkbox]")
    chair.fill("#reason-again", "Xem lại minh chứng phần B (minh họa)")
    chair.click("button[name=again]")
    chair.wait_for_selector("text=Đã mở phiếu mới")
    scores(people(who), people, session, product, total)
    until(people(who), "document.querySelector('[data-sealed-text]').textContent.includes('nhận')")
    chair.reload()
    chair.click("button[name=close]")
    chair.wait_for_selector("button[name=conclude]")
    while chair.locator("textarea[name=text]").count():
        chair.locator("textarea[name=text]").first.fill("Hội đồng đã thảo luận (minh họa)")
        chair.locator("button[name=note]").first.click()
        chair.wait_for_selector("text=Đã ghi ý kiến")
    chair.click("button[name=conclude]")
    chair.wait_for_selector("text=Đã kết luận")
    people.look(chair)


def signs(
    people: People, path: str, ours: Authority, folder: Path, *, minutes: bool = False
) -> None:
    """The paper is fetched, signed on another machine, and filed; its page says that it holds."""
    page = people("hd9" if minutes else "lanhdao.tinh")
    go(people, page, path)
    paper = page.request.get(f"{people.site.address}{path}de-ky.pdf").body()
    p12 = ours.p12["chair" if minutes else "person"]
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's loop runs in this thread
        made = elsewhere.submit(
            sign, paper, p12, PASSWORD, field="ChuKy1", timestamper=ours.tsa
        ).result()
    file = folder / "đã ký.pdf"
    file.write_bytes(made)
    page.set_input_files("#id_file", file)
    page.click("main button:has-text('Kiểm tra và lưu')")
    page.wait_for_selector("text=Chuỗi chứng thư số được tin cậy")
    people.look(page)
    assert "Văn bản không thay đổi từ khi ký" in page.inner_text("main")


def recognised(people: People, ours: Authority, tmp_path: Path, desks: dict[str, str]) -> None:
    """Submission, one decision for both, certificates; decision and certificates signed."""
    for number, desk in enumerate(desks.values(), 1):
        act(people, "tinh.ocop", desk, "Trình UBND tỉnh", number=f"9{number}/TTr")
    leader = people("lanhdao.tinh")
    go(people, leader, "/can-bo/quyet-dinh/moi/recognise/")
    for name in desks:
        leader.check(f"label:has-text('{name}') input")
    leader.fill("#id_number", "77/QĐ (minh họa)")
    leader.fill("#id_signer", SIGNER)
    leader.click("main form button")
    leader.wait_for_selector("h1:has-text('77/QĐ')")
    for _ in range(60):
        if leader.locator("a:has-text('Ký số')").count():
            break
        leader.wait_for_timeout(300)
        leader.reload()
    path = str(leader.locator("a:has-text('Ký số')").first.get_attribute("href"))
    signs(people, path, ours, tmp_path)
    for desk in desks.values():
        act(people, "lanhdao.tinh", desk, "Cấp giấy chứng nhận")
        act(people, "lanhdao.tinh", desk, "Công bố kết quả")


def opens_by_qr(people: People, ours: Authority, tmp_path: Path, desk: str, name: str) -> None:
    officer = people("lanhdao.tinh")
    go(people, officer, desk)
    link = officer.locator("main a[href*='/ky/giay-chung-nhan/']").first
    path = str(link.get_attribute("href"))
    for _ in range(60):
        officer.goto(people.site.address + path)
        if officer.locator("#id_file").count():
            break
        officer.wait_for_timeout(300)
    signs(people, path, ours, tmp_path)
    buyer = people("")
    go(people, officer, desk)
    officer.click("main a:has-text('GCN-OCOP')")
    pdf = buyer.request.get(officer.url + "giay.pdf").body()
    assert pdf == (tmp_path / "đã ký.pdf").read_bytes()
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(image)
    go(people, buyer, urlsplit(code.text).path)  # printed by the worker of either server
    said = buyer.inner_text("main")
    assert said.upper().startswith("CÒN HIỆU LỰC ĐẾN")
    assert name in said
    assert SIGNER in said


def checks_the_package(people: People, session: Meeting, tmp_path: Path) -> None:
    """The head on the minutes is the package's; each of ten planted changes is found, in packages
    whose chain was made anew, so that only what the package says can tell."""
    page = people("hd9")
    minutes = page.request.get(f"{people.site.address}{session.path}bien-ban.pdf").body()
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(minutes))
    answer = page.request.get(f"{people.site.address}{session.path}goi-kiem-chung.json")
    data = json.loads(answer.body())
    for told in ("không tham gia chấm", "chấm lại: 62 → 79", "Phiếu giấy của Thành viên"):
        assert told in " ".join(text.split())
    assert data["head"] in "".join(text.split())
    file = tmp_path / "phiên.json"

    def verdict(package: dict[str, Any], *head: str) -> int:
        file.write_text(json.dumps(package))
        return main(["verify-session", str(file), *head])

    assert verdict(data, "--head", data["head"]) == 0
    found = 0
    for plant in PLANTED:
        contents = [entry["content"] for entry in json.loads(json.dumps(data["entries"]))]
        plant(contents)
        found += verdict(pack(contents))
    assert found == len(PLANTED) == 10


def test_a_whole_session(site: Site, chromium: Any, tmp_path: Path) -> None:
    ours = make_authority()
    trust = write_trust(ours, tmp_path / "tin-cậy")
    with own_server(site, chromium, 1280, SAOLA_TRUST=str(trust)) as (_server, people):
        session = meeting(people.site, "Phiên chín người (minh họa)", FIRST, SECOND)
        away = {who: ready(people, who, session) for who in OFFLINE}
        for page in away.values():
            page.context.set_offline(True)
        declares = people(RECUSED)
        go(people, declares, session.sheet(FIRST))
        declares.evaluate("document.querySelector('main > details').open = true")
        declares.fill("#recuse-reason", "Em ruột của chủ thể (minh họa)")
        declares.click("button:has-text('Khai và không tham gia chấm')")
        declares.wait_for_selector("text=không tham gia chấm sản phẩm này")

        for product, totals in TOTALS.items():
            for who in (*OFFLINE, *ONLINE):
                if who in totals:
                    scores(people(who), people, session, product, totals[who])
            on_paper(people, session, product, tmp_path)
        board = people("hd9")
        go(people, board, f"{session.path}bang-tong-hop/")
        for page in away.values():
            page.context.set_offline(False)
            page.evaluate("window.dispatchEvent(new Event('online'))")
            page.goto(people.site.address + session.path)
            handed_in(page)
        until(board, "document.querySelectorAll('[data-board] abbr[title=\"đã khóa\"], "
                     "[data-board] td.num a').length >= 17")  # fmt: skip

        talks_over(people, session, FIRST, FAR, 79)
        talks_over(people, session, SECOND, WAVERING, 69)
        chair = people("hd1")
        go(people, chair, f"{session.path}nguoi-cham/")
        go(people, chair, session.path)
        chair.click("button[name=close]")
        chair.wait_for_selector("text=Đã bế mạc")
        signs(people, f"/can-bo/ky/bien-ban/{session.pk}/", ours, tmp_path, minutes=True)
        checks_the_package(people, session, tmp_path)

        desks = {}
        agency = people("tinh.ocop")
        for name in (FIRST, SECOND):
            go(people, agency, "/can-bo/?tat-ca=1")
            desks[name] = str(agency.locator(f"a:has-text('{name}')").first.get_attribute("href"))
        recognised(people, ours, tmp_path, desks)
        for name, desk in desks.items():
            opens_by_qr(people, ours, tmp_path, desk, name)
