"""The settings of a Quy chế in Vietnamese, as explanations, forms and minutes print them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from saola.scoring.regulation import Regulation, decimal_text
from saola.vietnamese.numbers import decimal_comma


def _(text: str) -> str:
    """Marks a text for the translations of the pages; says it as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One point that the law leaves to the Quy chế: its name and its values in words."""

    name: str
    values: dict[Any, str]


SETTINGS: dict[str, Setting] = {
    "minimum_test": Setting(
        _("Cách xét yêu cầu tối thiểu"),
        {
            "agreed_or_mean": _("mức thống nhất, nếu không có thì điểm trung bình"),
            "mean": _("điểm trung bình"),
            "each_member": _("từng thành viên"),
        },
    ),
    "missed_three_star": Setting(
        _("Thiếu yêu cầu tối thiểu của 3 sao"),
        {"two_stars": _("xếp 2 sao"), "not_met": _("không đạt")},
    ),
    "zero_stops": Setting(
        _("Chỉ tiêu dừng đánh giá bị 0 điểm"),
        {"all": _("dừng khi mọi thành viên cho 0"), "any": _("dừng khi một thành viên cho 0")},
    ),
    "capped_from_90": Setting(
        _("Từ 90 điểm nhưng bị giới hạn hạng"),
        {"forward": _("vẫn chuyển Bộ đánh giá"), "province": _("tỉnh công nhận theo hạng đạt")},
    ),
    "missing": Setting(
        _("Phiếu của thành viên vắng mặt"),
        {
            "exclude_member": _("không tính thành viên đó"),
            "refuse": _("chưa tính kết quả khi còn thiếu phiếu"),
        },
    ),
    "sheet26_markers": Setting(
        _("Dấu sao ở bộ 26 (du lịch), không có câu giải thích"),
        {True: _("là yêu cầu tối thiểu"), False: _("không xét")},
    ),
}
ROUNDING = _("Làm tròn trước khi so với khung điểm")
SPREAD = _("Chênh lệch điểm giữa các thành viên")
QUORUM = _("Số thành viên dự họp tối thiểu")
EFFECTS = {"block": _("phải thảo luận, chấm lại"), "flag": _("chỉ ghi nhận")}
BREAKS = {"over": _("trên mức đó"), "at": _("từ mức đó")}
MODES = {"half_up": _("nửa lên"), "half_even": _("nửa về số chẵn"), "down": _("bỏ phần lẻ")}
PLACES = {"total": _("tổng trung bình"), "member": _("điểm từng thành viên")}
NOT_SET, NO_ROUNDING = _("không quy định"), _("không làm tròn")
CHAIR, SHARE, DECIMALS = _(", có Chủ tịch Hội đồng"), _("%s số thành viên"), _("%d số lẻ")
POINTS = _("%s điểm")


def in_words(rules: Regulation, say: Callable[[str], str] = _) -> list[tuple[str, str]]:
    """Every setting of the Quy chế as (name, value); `say` translates for another language."""
    lines = [
        (say(QUORUM), _quorum(rules, say)),
        (say(SPREAD), _spread(rules, say)),
        (say(ROUNDING), _rounding(rules, say)),
    ]
    lines += [(say(s.name), say(s.values[getattr(rules, key)])) for key, s in SETTINGS.items()]
    return lines


def _quorum(rules: Regulation, say: Callable[[str], str]) -> str:
    if rules.quorum is None:
        return say(NOT_SET)
    return say(SHARE) % rules.quorum.fraction + (say(CHAIR) if rules.quorum.chair else "")


def _spread(rules: Regulation, say: Callable[[str], str]) -> str:
    limit = rules.spread_limit
    if limit is None:
        return say(NOT_SET)
    points = say(POINTS) % decimal_comma(decimal_text(limit.points))
    return f"{points}, {say(BREAKS[limit.breaks])}: {say(EFFECTS[limit.effect])}"


def _rounding(rules: Regulation, say: Callable[[str], str]) -> str:
    rounding = rules.rounding
    if rounding is None:
        return say(NO_ROUNDING)
    decimals = say(DECIMALS) % rounding.decimals
    return f"{say(PLACES[rounding.place])}, {decimals}, {say(MODES[rounding.mode])}"
