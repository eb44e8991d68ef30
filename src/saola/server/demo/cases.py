"""The made-up products of the sample session, one for each thing worth showing."""

from dataclasses import dataclass, field
from typing import Any

from saola.lifecycle.dossier import Kind


@dataclass(frozen=True)
class Case:
    """One product: its set, the members' totals, what caps or stops it, how far it goes."""

    name: str
    group: int
    why: str = ""
    kind: Kind = Kind.FIRST
    totals: tuple[int, ...] = ()
    floor: int = 3  # minimums of classes up to this are met
    fixed: dict[str, int] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    event: dict[str, Any] | None = None
    conclude: bool = True
    stop_at: str = "scheduled"
    target: int = 4


HALF_LOCAL = "Nguyên liệu trong tỉnh dưới 50 %: hai bộ có yêu cầu tối thiểu khác nhau."
CASES = (
    Case("Chè xanh đang chấm (minh họa)", 11, totals=(84, 86, 82), floor=4),
    Case(
        "Miến dong, hồ sơ theo bộ 6 (minh họa)",
        6,
        why=f"Coi là chế biến từ gạo, ngũ cốc. {HALF_LOCAL}",
        totals=(64, 66, 65, 63, 67, 65, 64, 66, 65),
        fixed={"1.1": 1},
        target=3,
    ),
    Case(
        "Miến dong, hồ sơ theo bộ 7 (minh họa)",
        7,
        why=f"Cùng sản phẩm, coi là chế biến từ củ dong riềng. {HALF_LOCAL}",
        totals=(64, 66, 65, 63, 67, 65, 64, 66, 65),
        fixed={"1.1": 1},
        target=3,
    ),
    Case(
        "Trà thảo mộc bị giới hạn hạng (minh họa)",
        12,
        totals=(78, 80, 79, 77, 81, 79, 78, 80, 79),
        floor=4,
        fixed={"2.3": 2},
    ),
    Case(
        "Mận sấy bị dừng đánh giá (minh họa)",
        7,
        totals=(70,),
        event={
            "type": "stop_evaluation",
            "criterion": "6.1",
            "reason": "Có tạp chất không chấp nhận được trong mẫu (dữ liệu minh họa)",
        },
    ),
    Case(
        "Chè xanh sát 90 điểm (minh họa)",
        11,
        totals=(90, 90, 90, 90, 89, 90, 90, 90, 90),
        floor=4,
    ),
    Case(
        "Cà phê từ 90 điểm (minh họa)",
        13,
        totals=(94, 93, 95, 94, 92, 94, 95, 93, 94),
        floor=5,
        target=5,
    ),
    Case(
        "Du lịch cộng đồng (minh họa)",
        26,
        totals=(75, 76, 74, 77, 75, 76, 74, 75, 76),
        cases={"8": "a", "9": "a", "15": "a"},
        floor=4,
        conclude=False,
    ),
    Case("Mật ong đánh giá lại (minh họa)", 4, kind=Kind.RENEWAL, totals=(76, 75), floor=4),
    Case("Chè xanh mới nộp (minh họa)", 11, totals=(72,), floor=4, stop_at="filed"),
    Case("Gạo nếp chờ tỉnh tiếp nhận (minh họa)", 3, totals=(71,), floor=4, stop_at="proposed"),
    Case("Thịt hun khói đang soạn (minh họa)", 8, stop_at="draft", target=3),
)
