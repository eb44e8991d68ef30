"""A member in a hall without network: the server is really stopped, tabs are closed and opened,
two tabs write, the clock is wrong, storage is full; nothing scored is lost."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import People, Site, until
from tests.browser.council import Meeting, Server, meeting, on_server, own_server
from tests.browser.test_main_job import choose_all
from tests.browser.test_uploads import camera_photo

pytestmark = [pytest.mark.slow, pytest.mark.journey]

SHEETS = """
import django, json, sys; django.setup()
from saola.server.councils.models import LateSheet, ScoreSheet, SheetPhoto
told = json.loads(sys.argv[1])
rows = ScoreSheet.objects.filter(item__session=told["session"], member__user__username=told["who"])
print(json.dumps({
    "sheets": [[s.item_id, s.total, s.sealed_at is not None, s.remark] for s in rows],
    "photos": SheetPhoto.objects.filter(item__session=told["session"]).count(),
    "late": LateSheet.objects.filter(item__session=told["session"]).count(),
}))
"""


def stored(site: Site, session: Meeting, who: str) -> Any:
    return on_server(site, SHEETS, {"session": session.pk, "who": who})


def ready(people: People, who: str, session: Meeting) -> Any:
    """Open the session with a network until the device has everything."""
    page = people(who)
    page.goto(people.site.address + session.path)
    page.wait_for_selector("[data-pack][data-state=ready]", timeout=60_000)
    people.look(page)
    return page


def opened(people: People, who: str, path: str) -> Any:
    """A new tab in the same browser, the old one closed."""
    old = people.pages[who]
    page = people.pages[who] = old.context.new_page()
    page.set_default_timeout(15_000)
    old.close()
    page.goto(people.site.address + path)
    return page


def seal(page: Any) -> None:
    page.click("button[name=seal]")
    page.click("[data-seal-yes]")
    page.wait_for_selector("[data-sealed-banner]")


def kept(page: Any) -> None:
    """Until the device holds what the page shows."""
    until(page, HELD)


HELD = """
async () => {
  const db = await new Promise((done) => {
    const open = indexedDB.open("saola-council");
    open.onsuccess = () => done(open.result);
  });
  const rows = await new Promise((done) => {
    const all = db.transaction("sheets").objectStore("sheets").getAll();
    all.onsuccess = () => done(all.result);
  });
  db.close();
  const entry = rows.find(({ path }) => path === location.pathname);
  const own = ["csrfmiddlewaretoken", "uuid", "revision", "photo"];
  const shown = [...new FormData(document.querySelector("form[data-tablet]"))];
  return Boolean(entry) && shown.every(
    ([name, value]) => own.includes(name) || (entry.fields[name] ?? "") === value,
  );
}
"""


@pytest.fixture
def hall(site: Site, chromium: Any, request: Any) -> Any:
    with own_server(site, chromium, 1280) as made:
        yield made


def test_a_whole_session_without_the_server(hall: tuple[Server, People], tmp_path: Path) -> None:
    server, people = hall
    names = ("Chè xa mạng một (minh họa)", "Chè xa mạng hai (minh họa)")
    session = meeting(people.site, "Phiên không mạng (minh họa)", *names)
    page = ready(people, "hd2", session)
    server.stop()

    page = opened(people, "hd2", session.path)
    page.click(f"tr:has-text('{names[0]}') a[role=button]")
    choose_all(page)
    page.fill("#remark", "Viết khi máy chủ tắt (minh họa)")
    page.set_input_files("#photo", camera_photo(tmp_path / "ảnh.jpg"))
    page.wait_for_selector("[data-saved]:has-text('ảnh')")
    people.look(page)
    paper = page.frame_locator("iframe").locator("img").first
    until_shown = "(picture) => picture.decode().then(() => picture.naturalWidth)"
    assert paper.evaluate(until_shown) == 1240
    page = opened(people, "hd2", session.sheet(names[0]))
    until(page, "document.querySelector('[data-total]').textContent === '100'")
    assert page.input_value("#remark") == "Viết khi máy chủ tắt (minh họa)"
    seal(page)
    page = opened(people, "hd2", session.sheet(names[1]))
    choose_all(page, last=False)
    kept(page)
    assert stored(people.site, session, "hd2") == {"sheets": [], "photos": 0, "late": 0}

    server.start()
    page = opened(people, "hd2", session.path)
    page.wait_for_selector("[data-tablet-bar][data-state=empty]", state="attached", timeout=30_000)
    found = stored(people.site, session, "hd2")
    sheets = {row[0]: row[1:] for row in found["sheets"]}
    assert sheets[session.items[names[0]]] == [100, True, "Viết khi máy chủ tắt (minh họa)"]
    assert sheets[session.items[names[1]]][1] is False
    assert (found["photos"], found["late"]) == (1, 0)
    page.reload()
    assert "đã khóa – 100" in page.inner_text(f"tr:has-text('{names[0]}')")


def test_two_tabs_and_a_wrong_clock_are_one_sheet(hall: tuple[Server, People]) -> None:
    server, people = hall
    name = "Chè hai thẻ (minh họa)"
    session = meeting(people.site, "Phiên hai thẻ (minh họa)", name)
    first = ready(people, "hd3", session)
    first.context.clock.set_system_time("2026-11-22T08:00:00")
    server.stop()
    first.goto(people.site.address + session.sheet(name))
    second = first.context.new_page()
    second.goto(people.site.address + session.sheet(name))

    choose_all(first)
    kept(first)
    until(second, "document.querySelector('[data-total]').textContent === '100'")
    second.fill("#remark", "từ thẻ hai (minh họa)")
    kept(second)
    first.check("input[name='c-1.5'][value='1.5#1']")
    kept(first)
    until(first, "document.querySelector('#remark').value === 'từ thẻ hai (minh họa)'")
    server.start()
    first.evaluate("window.dispatchEvent(new Event('online'))")
    second.evaluate("window.dispatchEvent(new Event('online'))")
    until(first, "document.querySelector('[data-saved]').textContent.includes('đã nhận')")

    (sheet,) = stored(people.site, session, "hd3")["sheets"]
    assert sheet[1:] == [int(first.inner_text("[data-total]")), False, "từ thẻ hai (minh họa)"]


CLOSE = """
import django, json, sys; django.setup()
from saola.server.councils import actions, sheets
from saola.server.councils.models import AgendaItem, Attendance, CouncilMember, Session
from saola.server.demo.marks import choices_for
from saola.server.demo.sample import person
told = json.loads(sys.argv[1])
item = AgendaItem.objects.get(pk=told["item"])
choices = choices_for(item.dossier.criteria_set, 80, stars=4)
data = {"choices": choices, "unfit": {}, "comments": {}, "events": [], "remark": ""}
for member in item.session.council.members.select_related("user"):
    if member.user.username != told["but"]:
        sheets.receive(item, data, by=member.user, revision=0, seal=True)
Attendance.objects.filter(session=item.session, member__user__username=told["but"]).update(present=False)
actions.close_scores(AgendaItem.objects.get(pk=item.pk), by=person("hd1"))
print(json.dumps({}))
"""


def test_scores_closed_meanwhile_are_kept_for_the_secretary(hall: tuple[Server, People]) -> None:
    server, people = hall
    name = "Chè đến muộn (minh họa)"
    session = meeting(people.site, "Phiên đến muộn (minh họa)", name)
    page = ready(people, "hd5", session)
    server.stop()
    page = opened(people, "hd5", session.sheet(name))
    choose_all(page)
    kept(page)
    seal(page)
    on_server(people.site, CLOSE, {"item": session.items[name], "but": "hd5"})

    server.start()
    page = opened(people, "hd5", session.path)
    page.wait_for_selector("[data-tablet-bar] li:has-text('đã chốt điểm')", timeout=30_000)

    assert stored(people.site, session, "hd5") == {"sheets": [], "photos": 0, "late": 1}
    secretary = people("hd9")
    secretary.goto(f"{people.site.address}{session.path}bang-tong-hop/")
    secretary.click("text=Thành viên Hội đồng 5 (minh họa) – Chè đến muộn")
    people.look(secretary)
    assert "100" in secretary.inner_text("main")


GONE = """
import django, json, sys; django.setup()
from saola.server.councils.models import AgendaItem
AgendaItem.objects.filter(pk=json.loads(sys.argv[1])["item"]).delete()
print("{}")
"""


def test_a_sheet_that_cannot_arrive_holds_up_no_other(hall: tuple[Server, People]) -> None:
    server, people = hall
    names = ("Chè không còn (minh họa)", "Chè còn lại (minh họa)")
    session = meeting(people.site, "Phiên một phiếu hỏng (minh họa)", *names)
    ready(people, "hd6", session)
    server.stop()
    for name in names:
        page = opened(people, "hd6", session.sheet(name))
        choose_all(page)
        kept(page)
        seal(page)
    on_server(people.site, GONE, {"item": session.items[names[0]]})

    server.start()
    page = opened(people, "hd6", session.path)
    for _ in range(30):
        found = stored(people.site, session, "hd6")["sheets"]
        if found:
            break
        page.wait_for_timeout(1000)
    assert [row[0] for row in found] == [session.items[names[1]]]
    assert page.locator("[data-tablet-bar] [data-count]").inner_text() == "1"


def test_a_sealed_sheet_changed_on_the_device_is_refused(hall: tuple[Server, People]) -> None:
    """And each message three times changes nothing."""
    _server, people = hall
    name = "Chè đã khóa (minh họa)"
    session = meeting(people.site, "Phiên đã khóa (minh họa)", name)
    page = ready(people, "hd6", session)
    page.goto(people.site.address + session.sheet(name))
    choose_all(page)
    kept(page)
    seal(page)
    until(page, "document.querySelector('[data-sealed-text]').textContent.includes('nhận')")
    # the device sends once more what it has, and then something else
    answers = page.evaluate(AGAIN, session.items[name])

    assert answers == ["kept", "kept", "kept", "refused", "refused"]
    (sheet,) = stored(people.site, session, "hd6")["sheets"]
    assert sheet[1:3] == [100, True]


AGAIN = """
async (item) => {
  const db = await new Promise((done) => {
    const open = indexedDB.open("saola-council");
    open.onsuccess = () => done(open.result);
  });
  const all = (name) => new Promise((done) => {
    db.transaction(name).objectStore(name).getAll().onsuccess = ({ target }) => done(target.result);
  });
  const [entry] = (await all("sheets")).filter(({ to }) => to.includes(`/${item}/`));
  const [{ id }] = await all("self");
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const send = async (fields, revision) => {
    const body = new FormData();
    const told = { ...entry.fields, ...fields, user: entry.user, uuid: entry.sheet, device: id,
                   revision, base: entry.base, seal: "1" };
    for (const [name, value] of Object.entries(told)) body.append(name, value);
    const headers = { "X-CSRFToken": token };
    return (await (await fetch(entry.to, { method: "POST", body, headers })).json()).state;
  };
  const same = [];
  for (let n = 0; n < 3; n += 1) same.push(await send({}, entry.revision));
  const other = { "c-1.1": "1.1#1" };
  return [...same, await send(other, entry.revision), await send(other, entry.revision + 1)];
}
"""


FULL = """
() => {
  const full = () => { throw new DOMException("", "QuotaExceededError"); };
  IDBObjectStore.prototype.put = full;
}
"""


def test_storage_that_is_full_is_told_in_red(hall: tuple[Server, People]) -> None:
    """With a network the marks go straight to the server; without one the member is told."""
    server, people = hall
    name = "Chè hết bộ nhớ (minh họa)"
    session = meeting(people.site, "Phiên hết bộ nhớ (minh họa)", name)
    page = ready(people, "hd7", session)
    page.goto(people.site.address + session.sheet(name))
    until(page, "document.querySelector('[data-photo-box]').hidden === false")
    page.evaluate(FULL)

    page.check("input[name='c-1.1'][value='1.1#3']")
    page.wait_for_selector("[data-saved]:has-text('máy chủ đã nhận')")
    (sheet,) = stored(people.site, session, "hd7")["sheets"]
    server.stop()
    page.check("input[name='c-1.2'][value='1.2#3']")
    page.wait_for_selector("[data-full]:has-text('Điểm vừa chọn chưa được giữ')")

    assert sheet[2] is False
    people.look(page)
