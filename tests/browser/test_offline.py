"""A producer on a hill without network: pages open again, words and photos wait and go out once."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import People
from tests.browser.test_uploads import camera_photo

pytestmark = pytest.mark.slow


def new_dossier(people: People, name: str) -> tuple[Any, str]:
    page = people("chuthe")
    page.goto(f"{people.site.address}/chu-the/ho-so/moi/")
    page.fill("#id_name", name)
    page.select_option("#id_group", "11")
    page.click("main button:has-text('Bắt đầu hồ sơ')")
    return page, page.url


def waits_for_cache(page: Any, path: str) -> None:
    """Until the device has kept the page."""
    kept = "async (path) => Boolean(await (await caches.open('saola-pages')).match(path))"
    for _ in range(100):
        if page.evaluate(kept, path):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{path} was not kept")


def test_words_and_photos_wait_for_the_network(people: People, tmp_path: Path) -> None:
    page, dossier = new_dossier(people, f"Chè đồi cao {people.width} (minh họa)")
    plan, evidence = f"{dossier}phan/ke-hoach/", f"{dossier}minh-chung/"
    for address in (plan, evidence):
        page.goto(address)
        waits_for_cache(page, address.removeprefix(people.site.address))
    photo = camera_photo(tmp_path / "giấy.jpg")
    context = page.context

    context.set_offline(True)
    page.goto(plan)
    page.fill("#id_plan", "Viết khi không có mạng (minh họa)")
    page.wait_for_selector("text=đã giữ trong máy")
    page.goto(evidence)
    page.set_input_files("#id_file", photo)
    page.fill("#id_title", f"Ảnh ngoại tuyến {people.width} (minh họa)")
    page.select_option("#id_kind", "dang-ky-kinh-doanh")
    page.check("input[name=criteria][value='3.1']")
    page.click("main button:has-text('Thêm minh chứng')")
    page.wait_for_selector("[data-progress]:has-text('mạng')")
    page.close()
    page = people.pages["chuthe"] = context.new_page()
    page.goto(plan)
    page.wait_for_selector("[data-outbox]:has-text('2 phần đang giữ trong máy')")
    restored = page.input_value("#id_plan")
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-outbox]", state="hidden", timeout=60_000)

    assert restored == "Viết khi không có mạng (minh họa)"
    page.goto(plan)
    assert page.input_value("#id_plan") == "Viết khi không có mạng (minh họa)"
    page.goto(evidence)
    people.look(page)
    assert page.inner_text("main").count(f"Ảnh ngoại tuyến {people.width}") == 1


FAST_HAND = """(() => {
  new MutationObserver((_, watch) => {
    const field = document.querySelector("#id_plan");
    if (!field) return;
    watch.disconnect();
    field.value = "Viết trước khi trang tải xong (minh họa)";
  }).observe(document, { childList: true, subtree: true });
})()"""


def test_words_typed_while_the_page_still_loads_are_saved(people: People) -> None:
    """A slow phone: the words are there before the file that saves them."""
    page, dossier = new_dossier(people, f"Chè máy chậm {people.width} (minh họa)")
    hand = page.context.new_page()
    hand.add_init_script(FAST_HAND)
    hand.goto(f"{dossier}phan/ke-hoach/")
    hand.wait_for_selector("[data-saved]:has-text('Đã lưu')")
    hand.close()
    page.goto(f"{dossier}phan/ke-hoach/")
    assert page.input_value("#id_plan") == "Viết trước khi trang tải xong (minh họa)"


def test_a_replayed_photo_is_kept_once(people: People) -> None:
    page, dossier = new_dossier(people, f"Chè gửi lại {people.width} (minh họa)")
    page.goto(f"{dossier}minh-chung/")

    answers = page.evaluate(
        """async () => {
          const bar = document.querySelector("[data-outbox]");
          const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
          const id = crypto.randomUUID(), client = crypto.randomUUID();
          const { sendFile } = await import(document.querySelector("script[src*=upload]").src
            .replace("upload", "tus").replace(/\\.[0-9a-f]{12}\\./, "."));
          const file = new File([new Uint8Array([79, 103, 103, 83, ...Array(99).fill(0)])], "lời.ogg");
          await sendFile(bar.dataset.upload, file, id, () => token, () => {}, bar.dataset);
          const statuses = [];
          for (let times = 0; times < 3; times += 1) {
            const body = new FormData();
            for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, uploads: id,
              client_id: client, title: "Lời kể " + innerWidth, kind: "cau-chuyen", criteria: "5.1" }))
              body.append(name, value);
            const answer = await fetch(location.href, { method: "POST", body,
              headers: { "X-Autosave": "1" } });
            statuses.push(answer.status);
          }
          return statuses;
        }"""
    )

    page.reload()
    assert answers == [200, 200, 200]
    assert page.locator(f"a:has-text('Lời kể {people.width}')").count() == 1
