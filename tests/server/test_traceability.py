"""The producer's log, lots, holds and recalls."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saola.epcis import validate
from saola.epcis.farm import Amount, Deed, event_of
from saola.epcis.writing import CONTEXT
from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.events.chain import broken_at
from saola.server.events.models import Event, Mention
from saola.server.events.search import whole
from saola.server.events.tree import tree
from saola.server.exchange import eudr, fsma
from saola.server.labels.lookup import Standing, look_at_lot
from saola.server.notices.models import Message
from saola.server.traceability.corrections import declare_wrong
from saola.server.traceability.goods import add_area, add_item, read_shape
from saola.server.traceability.lineage import lineage
from saola.server.traceability.logbook import Note, write_down, write_event
from saola.server.traceability.models import Entry, Lot, TradeItem, link_of
from saola.server.traceability.recalls import downstream, free, stop
from tests.factories import ProducerFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


class Farm:
    """A tea cooperative with its goods."""

    def __init__(self) -> None:
        self.producer = ProducerFactory()
        self.user: User = UserFactory(role="producer", role__scope=f"producer:{self.producer.pk}")
        self.officer: User = UserFactory(role="ocop_agency", role__scope="place:14")
        self.area = add_area(
            self.producer,
            {"name": "Nương chè 1", "code": "VT-14-001", "hectares": Decimal("1.5")},
            "21.25, 104.6",
            by=self.user,
        )
        self.leaf = self.item("Búp chè tươi", unit="KGM")
        self.tea = self.item("Chè khô", unit="KGM")
        self.pack = self.item("Chè gói 100 g", net_kg=Decimal("0.1"), shelf_life_days=540)

    def item(self, name: str, **facts: Any) -> TradeItem:
        product = ProductFactory(producer=self.producer) if "net_kg" in facts else None
        return add_item(self.producer, {"name": name, **facts}, by=self.user, product=product)

    def write(self, act: str, **facts: Any) -> Entry:
        facts.setdefault("at", timezone.now().replace(microsecond=0))
        note = Note(uid=facts.pop("uid", uuid.uuid4()), act=act, **facts)
        return write_down(self.producer, note, by=self.user)

    def chain(self) -> tuple[Lot, Lot, Lot]:
        """50 kg of leaves, 10 kg of tea of 45 of them, 80 packs of 8 kg of it."""
        leaf = self.write("harvest", item=self.leaf, quantity=Decimal(50), area=self.area).lot
        assert leaf is not None
        used = [(leaf.uid, Decimal(45))]
        tea = self.write("process", item=self.tea, quantity=Decimal(10), used=used).lot
        assert tea is not None
        used = [(tea.uid, Decimal(8))]
        pack = self.write("pack", item=self.pack, quantity=Decimal(80), used=used).lot
        assert pack is not None
        return leaf, tea, pack


@pytest.fixture
def farm() -> Farm:
    return Farm()


def test_from_plot_to_pack(farm: Farm) -> None:
    leaf, tea, pack = farm.chain()
    assert leaf.remains == 5
    assert tea.remains == 2
    assert pack.area == farm.area  # all of it grew there
    assert pack.best_before == timezone.localdate() + timedelta(540)
    events = list(Event.objects.order_by("seq"))
    assert [validate(event.document.encode()) for event in events] == [[], [], []]
    assert broken_at() is None
    assert not any(event.public for event in events)


def test_tree_goes_both_ways(farm: Farm) -> None:
    leaf, tea, pack = farm.chain()
    assert tree(leaf.key, forward=True).depth == {leaf.key: 0, tea.key: 1, pack.key: 2}
    assert tree(pack.key, forward=False).depth == {pack.key: 0, tea.key: 1, leaf.key: 2}
    assert downstream(leaf) == [tea, pack]
    assert {(u, m) for u, m, _ in tree(leaf.key, forward=True).edges} == {
        (leaf.key, tea.key),
        (tea.key, pack.key),
    }


def test_an_entry_sent_again_changes_nothing(farm: Farm) -> None:
    uid = uuid.uuid4()
    first = farm.write("harvest", uid=uid, item=farm.leaf, quantity=Decimal(50))
    again = farm.write("harvest", uid=uid, item=farm.leaf, quantity=Decimal(99))
    assert again.pk == first.pk
    assert (Entry.objects.count(), Lot.objects.count(), Event.objects.count()) == (1, 1, 1)


def test_of_a_foreign_producer_it_is_refused(farm: Farm) -> None:
    entry = farm.write("harvest", item=farm.leaf, quantity=Decimal(50))
    other = Farm()
    with pytest.raises(Refused):
        other.write("harvest", uid=entry.uid, item=other.leaf, quantity=Decimal(1))
    with pytest.raises(Refused):
        other.write("process", item=other.tea, quantity=Decimal(1), used=[(entry.uid, Decimal(1))])
    with pytest.raises(Refused):
        other.write("harvest", item=farm.leaf, quantity=Decimal(1))
    with pytest.raises(Refused):
        write_down(farm.producer, Note(uuid.uuid4(), "ship", timezone.now()), by=other.user)


@pytest.mark.parametrize(
    ("act", "facts", "field"),
    [
        ("harvest", {"quantity": Decimal(0)}, "quantity"),
        ("harvest", {"quantity": Decimal(-3)}, "quantity"),
        ("harvest", {"quantity": Decimal("1e12")}, "quantity"),
        ("harvest", {"quantity": Decimal(1), "at": datetime(1970, 1, 1, tzinfo=UTC)}, "at"),
        ("harvest", {"quantity": Decimal(1), "at": datetime(2099, 1, 1, tzinfo=UTC)}, "at"),
        ("harvest", {"quantity": Decimal(1), "code": "lô số 1"}, "code"),
        ("process", {"quantity": Decimal(1)}, "used"),
        ("process", {"quantity": Decimal(1), "used": [(uuid.uuid4(), Decimal(1))]}, "used"),
    ],
)
def test_what_cannot_be_is_refused(farm: Farm, act: str, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        farm.write(act, item=farm.leaf, **facts)
    assert refused.value.field == field
    assert Event.objects.count() == Mention.objects.count() == Lot.objects.count() == 0


def test_no_more_is_used_than_there_is(farm: Farm) -> None:
    leaf, tea, _ = farm.chain()
    with pytest.raises(Refused, match="chỉ còn 5 kg"):
        farm.write("process", item=farm.tea, quantity=Decimal(1), used=[(leaf.uid, Decimal(6))])
    with pytest.raises(Refused, match="nhiều hơn đầu vào 2 kg"):
        farm.write("pack", item=farm.pack, quantity=Decimal(21), used=[(tea.uid, Decimal(2))])
    waste = Decimal(1)
    used = [(tea.uid, Decimal(2))]
    with pytest.raises(Refused, match="nhiều hơn đầu vào"):
        farm.write("pack", item=farm.pack, quantity=Decimal(11), used=used, waste_kg=waste)
    assert farm.write("pack", item=farm.pack, quantity=Decimal(10), used=used, waste_kg=waste)


def test_a_recall_reaches_everything_made_of_it(farm: Farm) -> None:
    leaf, tea, pack = farm.chain()
    changed = stop(leaf, "recalled", "Dư lượng thuốc bảo vệ thực vật", by=farm.officer)
    assert changed == [leaf, tea, pack]
    assert set(Lot.objects.values_list("state", flat=True)) == {"recalled"}
    assert Message.objects.filter(recipient=farm.user, about=f"lot:{leaf.pk}").count() == 1
    newest = Event.objects.order_by("-seq")[0]
    assert '"persistentDisposition":{"set":["recalled"]}' in newest.document
    with pytest.raises(Refused, match="thu hồi"):
        farm.write("ship", used=[(pack.uid, Decimal(1))])


def test_who_lifts_what(farm: Farm) -> None:
    leaf, tea, _ = farm.chain()
    stop(leaf, "held", "Chờ kết quả kiểm nghiệm", by=farm.officer)
    with pytest.raises(Refused, match="cơ quan quản lý"):
        free(leaf, "Đã xong", by=farm.user)
    with pytest.raises(Refused, match="gỡ ở lô đó"):
        free(Lot.objects.get(pk=tea.pk), "Đã xong", by=farm.officer)
    assert len(free(leaf, "Kết quả đạt", by=farm.officer)) == 3
    stop(tea, "held", "Tự kiểm tra", by=farm.user)
    assert Lot.objects.get(pk=leaf.pk).state == "free"
    assert len(free(tea, "Đạt", by=farm.user)) == 2
    stranger = Farm()
    with pytest.raises(Refused):
        stop(tea, "recalled", "Nghịch", by=stranger.user)


def test_lot_codes_count_up_by_day(farm: Farm) -> None:
    at = timezone.now() - timedelta(days=1)
    lots = [farm.write("harvest", item=farm.leaf, quantity=Decimal(1), at=at).lot for _ in "ab"]
    day = f"{timezone.localtime(at):%y%m%d}"
    assert [lot.code for lot in lots if lot] == [f"{day}-1", f"{day}-2"]


def test_numbers_of_goods(farm: Farm) -> None:
    assert farm.leaf.internal
    assert farm.leaf.gtin != farm.tea.gtin
    given = add_item(farm.producer, {"name": "Chè hộp"}, by=farm.user, gtin="8936012345674")
    assert (given.gtin, given.internal) == ("08936012345674", False)
    for wrong in ("8936012345675", "12", "abc", farm.leaf.gtin):
        with pytest.raises(Refused):
            add_item(farm.producer, {"name": f"Chè {wrong}"}, by=farm.user, gtin=wrong)


def test_shapes() -> None:
    assert read_shape("") is None
    assert read_shape("21.25, 104.6") == {"type": "Point", "coordinates": [104.6, 21.25]}
    ring = [[104.6, 21.2], [104.7, 21.2], [104.7, 21.3], [104.6, 21.2]]
    text = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
    assert read_shape(text) == {"type": "Polygon", "coordinates": [ring]}
    wrong = (
        "x", "1, 2, 3", "104.6, 21.25", "{}", "[" * 100000, '{"type": "Polygon"}',
        '{"type": "Polygon", "coordinates": [[[104.6, 21.2], [104.7, 21.2]]]}',
        '{"type": "Point", "coordinates": ["a", "b"]}', "{" + '"a":' * 3,
    )  # fmt: skip
    for text in wrong:
        with pytest.raises(Refused):
            read_shape(text)


def test_best_before_may_be_given(farm: Farm) -> None:
    leaf, *_ = farm.chain()
    day = date(2030, 1, 2)
    used = [(leaf.uid, Decimal(5))]
    entry = farm.write("pack", item=farm.pack, quantity=Decimal(5), used=used, best_before=day)
    assert entry.lot is not None
    assert entry.lot.best_before == day
    assert '"cbvmda:bestBeforeDate":"2030-01-02"' in Event.objects.get(seq=entry.seq).document


def test_the_producer_lifts_nothing_of_the_office(farm: Farm) -> None:
    leaf, tea, _ = farm.chain()
    stop(tea, "recalled", "Tự kiểm tra", by=farm.user)
    stop(tea, "recalled", "Lệnh của cơ quan", by=farm.officer)
    stop(leaf, "recalled", "Tự kiểm tra", by=farm.user)
    free(tea, "Xong", by=farm.user)
    free(leaf, "Xong", by=farm.user)
    tea.refresh_from_db()
    assert (tea.state, tea.state_reason) == ("recalled", "Lệnh của cơ quan")
    free(tea, "Đạt", by=farm.officer)
    tea.refresh_from_db()
    assert tea.state == "free"


def test_a_lot_stopped_for_two_reasons_needs_both_lifted(farm: Farm) -> None:
    one = farm.write("harvest", item=farm.leaf, quantity=Decimal(10)).lot
    two = farm.write("harvest", item=farm.leaf, quantity=Decimal(10)).lot
    assert one is not None
    assert two is not None
    used = [(one.uid, Decimal(5)), (two.uid, Decimal(5))]
    tea = farm.write("process", item=farm.tea, quantity=Decimal(2), used=used).lot
    assert tea is not None
    for lot in (one, two, tea):
        stop(lot, "held", "Kiểm tra", by=farm.user)
    for lot in (one, tea):
        free(lot, "Đạt", by=farm.user)
        tea.refresh_from_db()
        assert tea.state == "held"
    free(two, "Đạt", by=farm.user)
    tea.refresh_from_db()
    assert tea.state == "free"


def claim(farm: Farm, used: Lot, made: Lot) -> None:
    """A stranger's machine says that something of its own went into another's lot."""
    event = event_of(
        Deed(
            f"urn:uuid:{uuid.uuid4()}",
            "process",
            timezone.localtime(),
            "https://x.example/noi/1",
            into=[Amount(link_of(made.item.gtin, made.code), Decimal(1))],
            of=[Amount(link_of(used.item.gtin, used.code), Decimal(1))],
        )
    )
    write_event(farm.producer, event)


def test_nobody_claims_anothers_lots(farm: Farm) -> None:
    """Numbers stand on every label: who says something of another's lot is not believed."""
    *_, pack = farm.chain()
    stranger = Farm()
    theirs, *_ = stranger.chain()
    claim(stranger, theirs, pack)
    stop(theirs, "recalled", "Nghịch", by=stranger.user)
    pack.refresh_from_db()
    assert pack.state == "free"
    assert downstream(theirs)[-1].item.producer_id == stranger.producer.pk
    assert len(lineage(pack).before) == 2
    claim(stranger, pack, theirs)  # to see what is behind it
    shown = list(fsma.rows(theirs))
    assert shown
    assert not any(farm.producer.name in str(cell) for row in shown for cell in row)
    told = json.loads(eudr.statement(theirs))
    assert [one["properties"]["ProducerName"] for one in told["features"]] == [
        stranger.producer.name
    ]


def test_what_was_done_before_the_stop_is_taken_and_stopped(farm: Farm) -> None:
    _, tea, _ = farm.chain()
    before = timezone.now() - timedelta(minutes=5)
    stop(tea, "recalled", "Có dị vật", by=farm.officer)
    used = [(tea.uid, Decimal(1))]
    late = farm.write("pack", item=farm.pack, quantity=Decimal(5), used=used, at=before).lot
    assert late is not None
    late.refresh_from_db()
    assert late.state == "recalled"
    with pytest.raises(Refused, match="thu hồi"):
        farm.write("pack", item=farm.pack, quantity=Decimal(5), used=used)


def test_an_event_declared_wrong_joins_nothing(farm: Farm) -> None:
    leaf, tea, _ = farm.chain()
    wrong = Event.objects.order_by("seq")[1]
    event, _ = whole(wrong)
    event["errorDeclaration"] = {
        "declarationTime": "2026-11-24T10:00:00+07:00",
        "reason": "incorrect_data",
    }
    event.setdefault("@context", [CONTEXT])
    stranger = Farm()
    write_event(stranger.producer, event)
    assert tea in downstream(leaf)
    event["errorDeclaration"]["declarationTime"] = "2026-11-24T11:00:00+07:00"
    write_event(farm.producer, event)
    assert downstream(leaf) == []


def test_a_purchase_joins_the_sellers_lot(farm: Farm) -> None:
    """A recall goes through to who bought."""
    *_, pack = farm.chain()
    buyer = Farm()
    facts: dict[str, Any] = {"item": buyer.tea, "quantity": Decimal(2)}
    bought = buyer.write("buy", source=link_of(pack.item.gtin, pack.code), **facts)
    assert bought.lot is not None
    assert bought.partner_producer == farm.producer
    stop(pack, "recalled", "Có dị vật", by=farm.user)
    bought.lot.refresh_from_db()
    assert bought.lot.state == "recalled"
    assert Message.objects.filter(recipient=buyer.user).exists()
    with pytest.raises(Refused, match="Đừng nhận lô này"):
        buyer.write("buy", source=pack.path, **facts)
    for wrong in ("x", "/01/08936012345674/10/A", bought.lot.path):
        with pytest.raises(Refused, match="Không tìm thấy lô"):
            buyer.write("buy", source=wrong, **facts)


class TestDeclaredWrong:
    """An entry that does not hold: nothing is changed, a declaration is added."""

    def test_it_counts_for_nothing_any_more(self) -> None:
        farm = Farm()
        leaf, tea, _packs = farm.chain()
        packing = Entry.objects.get(act="pack")
        left = tea.remains
        done = declare_wrong(packing, "incorrect_data", "gõ nhầm số gói", by=farm.user)
        assert done.wrong_at is not None
        assert tea.remains == left + 8
        lot = Lot.objects.get(pk=packing.lot_id)
        assert lot.state == "void"
        assert [one.pk for _, one in lineage(leaf).after] == [tea.pk]
        assert (
            look_at_lot(lot.item.gtin, lot.code, timezone.localdate()).standing == Standing.UNKNOWN
        )
        told = Event.objects.order_by("-seq").first()
        assert told is not None
        assert told.declared
        assert validate(told.document.encode()) == []
        assert broken_at() is None

    def test_a_second_time_changes_nothing(self) -> None:
        farm = Farm()
        farm.chain()
        packing = Entry.objects.get(act="pack")
        declare_wrong(packing, "did_not_occur", "nhầm", by=farm.user)
        count = Event.objects.count()
        declare_wrong(packing, "did_not_occur", "nhầm", by=farm.user)
        assert Event.objects.count() == count

    def test_what_others_rely_on_stays(self) -> None:
        farm = Farm()
        farm.chain()
        harvest = Entry.objects.get(act="harvest")
        with pytest.raises(Refused, match="đã được dùng ở lần ghi sau"):
            declare_wrong(harvest, "incorrect_data", "nhầm", by=farm.user)
        assert Entry.objects.get(pk=harvest.pk).wrong_at is None
        stop(Lot.objects.get(pk=harvest.lot_id), "held", "kiểm tra", by=farm.user)
        packing = Entry.objects.get(act="pack")
        with pytest.raises(Refused, match="hãy gỡ trước"):
            declare_wrong(packing, "incorrect_data", "nhầm", by=farm.user)

    def test_nobody_declares_for_others(self) -> None:
        farm, other = Farm(), Farm()
        farm.chain()
        with pytest.raises(Refused, match="phạm vi"):
            declare_wrong(Entry.objects.filter(act="pack")[0], "x", "y", by=other.user)

    def test_a_void_lot_is_neither_used_nor_bought_nor_stopped(self) -> None:
        farm, buyer = Farm(), Farm()
        entry = farm.write("harvest", item=farm.leaf, quantity=Decimal(5), area=farm.area)
        assert entry.lot is not None
        declare_wrong(entry, "did_not_occur", "chưa hái", by=farm.user)
        with pytest.raises(Refused, match="ghi sai"):
            farm.write(
                "process", item=farm.tea, quantity=Decimal(1), used=[(entry.uid, Decimal(5))]
            )
        path = entry.lot.path
        with pytest.raises(Refused, match="Không tìm thấy lô"):
            buyer.write("buy", item=buyer.leaf, quantity=Decimal(1), source=path)
        with pytest.raises(Refused, match="ghi sai"):
            stop(Lot.objects.get(pk=entry.lot_id), "recalled", "thử", by=farm.officer)
