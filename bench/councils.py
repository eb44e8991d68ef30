"""The bench's rows on councils: scorers' statistics, 1,000 tablets that come back from a hall without
a network, the board on 15 screens, 200 certificates."""

import http.client
import random
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable

SCREENS, WAIT = 15, 2.0  # seconds between two looks, as board.js does
TABLETS, CLIENTS = 1_000, 16
CUT = 0.15  # chance that a line breaks, each time a message is sent


def measure_scorers() -> None:
    """The many-facet model on 74,880 marks."""
    from saola.statistics import fit, icc
    from tests.statistics.test_rasch import simulated

    marks, _ = simulated(260, 32, 9, 1)
    fit(marks)
    start, cpu = time.perf_counter(), time.process_time()
    found = fit(marks)
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    import numpy as np

    scores = np.random.default_rng(1).normal(66, 9, (200, 9))
    floor = time.perf_counter()
    icc(scores)
    single = (time.perf_counter() - floor) * 1000
    print(
        f"| many-facet model, {len(marks.level):,} marks | {wall:.2f} s, {used:.2f} CPU-s, {found.rounds} rounds; ICC of 200 × 9 {single:.1f} ms | 1 s |"
    )


def measure_certificates() -> None:
    """200 certificates set, made ready to be signed, kept."""
    from datetime import timedelta

    from django.utils import timezone

    from saola.server.dossiers.models import Dossier
    from saola.server.recognition import prints
    from saola.server.recognition.models import Certificate, Decision, Recognition

    today = timezone.localdate()
    decision = Decision.objects.create(
        kind="recognise",
        authority="Ủy ban nhân dân tỉnh Sơn La",
        number="1/QĐ",
        number_key="1/qd",
        signed_on=today,
        year=today.year,
        signer="Người ký",
        signer_position="Chủ tịch",
        province_code="14",
        illustrative=True,
    )
    rows = []
    for number, dossier in enumerate(Dossier.objects.order_by("pk")[:200]):
        recognition = Recognition.objects.create(
            product=dossier.product,
            stars=4,
            year=today.year,
            recognised_on=today,
            expires_on=today + timedelta(1095),
            decision=decision,
            dossier=dossier,
        )
        rows.append(
            Certificate.objects.create(
                recognition=recognition,
                number=f"GCN-{number}",
                issued_on=today,
                expires_on=today + timedelta(1095),
            )
        )
    prints.certificate(rows[0].pk)
    Certificate.objects.filter(pk=rows[0].pk).update(file=None)
    start = time.perf_counter()
    for row in rows:
        prints.certificate(row.pk)
    wall = time.perf_counter() - start
    print(f"| {len(rows)} certificates as PDF/A, ready to sign, kept | {wall:.1f} s | 10 s |")


def _tablet(item: int, user: str, sheet: uuid.UUID, chance: random.Random) -> list[dict[str, str]]:
    """Four states of one sheet, the last sealed; each twice, in any order."""
    from saola.criteria import load
    from saola.server.demo.marks import choices_for

    tea, device = load("26-2026-che-tuoi-che-che-bien"), str(uuid.uuid4())
    messages = []
    for revision, total in enumerate((60, 66, 70, 70), 1):
        fields = {f"c-{c}": o for c, o in choices_for(tea, total, stars=3).items()}
        told = {
            "user": user,
            "uuid": str(sheet),
            "device": device,
            "revision": str(revision),
            "base": "0",
            "csrfmiddlewaretoken": "a" * 32,
            "path": f"/hoi-dong/muc/{item}/tin/",
        }
        messages.append(fields | told | ({"seal": "1"} if revision == 4 else {}))
    twice = messages * 2
    chance.shuffle(twice)
    return twice


def measure_tablets(port: int, cookie: Callable[[str], str], cpu: Callable[[], float]) -> None:
    """1,000 tablets of a session come back: every message twice and out of order, lines cut within
    a message and before its answer; the sum is one sealed sheet each."""
    from django.utils import timezone

    from saola.server.councils.models import AgendaItem, Attendance, Council, ScoreSheet, Session
    from saola.server.councils.sheets import first_id
    from saola.server.dossiers.models import Dossier

    council = Council.objects.get()
    session = Session.objects.create(
        council=council,
        title="Phiên máy tính bảng",
        held_on=timezone.localdate(),
        state="open",
        opened_at=timezone.now(),
        illustrative=True,
    )
    members = list(council.members.select_related("user"))
    Attendance.objects.bulk_create(
        Attendance(session=session, member=m, present=True) for m in members
    )
    dossiers = Dossier.objects.order_by("pk")[: -(-TABLETS // len(members))]
    Dossier.objects.filter(pk__in=[d.pk for d in dossiers]).update(state="scheduled")
    items = AgendaItem.objects.bulk_create(
        AgendaItem(session=session, dossier=d, order=n) for n, d in enumerate(dossiers)
    )
    chance = random.Random(26)
    sheets = [(item, member) for item in items for member in members][:TABLETS]
    waiting = [
        message
        for item, member in sheets
        for message in _tablet(item.pk, member.user.username, first_id(item, member), chance)
    ]
    # each tablet keeps its own order; the order of tablets among each other is any
    lanes: list[list[dict[str, str]]] = [waiting[n::CLIENTS] for n in range(CLIENTS)]
    cookies = {m.user.username: cookie(m.user.username) for m in members}
    states: dict[str, int] = {}

    cuts = 0

    def cut(message: dict[str, str], body: str, headers: dict[str, str], fate: float) -> None:
        """The line breaks half-way through the message, or before its answer is read."""
        nonlocal cuts
        cuts += 1
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        line.putrequest("POST", message["path"])
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            line.putheader(name, value)
        line.endheaders(body[: len(body) // 2 if fate < CUT / 2 else None].encode())
        line.close()

    def send(lane: list[dict[str, str]]) -> None:
        fates = random.Random(len(lane))
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for message in lane:
            body = urllib.parse.urlencode({k: v for k, v in message.items() if k != "path"})
            headers = {
                "Cookie": cookies[message["user"]],
                "Content-Type": "application/x-www-form-urlencoded",
            }
            while (fate := fates.random()) < CUT:
                cut(message, body, headers, fate)
            line.request("POST", message["path"], body, headers)
            answer = line.getresponse()
            content = answer.read().decode()
            assert answer.status == 200, content[:300]
            state = content.split('"state": "')[1].split('"')[0]
            states[state] = states.get(state, 0) + 1

    before, start = cpu(), time.perf_counter()
    threads = [threading.Thread(target=send, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, used = time.perf_counter() - start, cpu() - before
    rows = ScoreSheet.objects.filter(item__session=session)
    sealed = rows.filter(sealed_at__isnull=False, total=70, current=True).count()
    assert (rows.count(), sealed) == (TABLETS, TABLETS), (rows.count(), sealed, states)
    print(
        f"| {TABLETS:,} tablets, {len(waiting):,} messages, doubled and out of order, {cuts:,} more cut on the way or before the answer | {wall:.0f} s, {used / len(waiting) * 1000:.0f} ms CPU a message; {sealed:,} sealed sheets, one each ({states}) | one each |"
    )


def measure_board(
    port: int, path: str, cookie: Callable[[str], str], change: Callable[[], None],
    cpu: Callable[[], float],
) -> None:  # fmt: skip
    """15 screens look every two seconds; how long until the last has seen a change, and what the
    looking costs while nothing changes."""
    seen: list[float] = []
    silent: list[int] = []
    stop = threading.Event()
    changed_at: list[float] = []

    def screen(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        mark, told = "", False
        time.sleep(number * WAIT / SCREENS)
        while not stop.is_set():
            headers = {"Cookie": cookie("m0"), "X-Fragment": "1", "Accept-Encoding": "gzip"}
            line.request("GET", path, headers=headers | ({"If-None-Match": mark} if mark else {}))
            answer = line.getresponse()
            answer.read()
            if answer.status == 200:
                mark = answer.headers["ETag"]
                if changed_at and not told:
                    told = True
                    seen.append(time.perf_counter() - changed_at[0])
            else:
                silent.append(answer.status)
            time.sleep(WAIT)

    threads = [threading.Thread(target=screen, args=(n,)) for n in range(SCREENS)]
    for thread in threads:
        thread.start()
    time.sleep(3 * WAIT)
    before, looks = cpu(), len(silent)
    time.sleep(4 * WAIT)
    quiet = (cpu() - before) / max(1, len(silent) - looks) * 1000
    change()
    changed_at.append(time.perf_counter())
    deadline = time.perf_counter() + 30
    while len(seen) < SCREENS and time.perf_counter() < deadline:
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(seen) == SCREENS, len(seen)
    print(
        f"| board of 200 × 9 on {SCREENS} screens | last screen after {max(seen):.1f} s; a look without change (304) {quiet:.0f} ms CPU | 3 s |"
    )
