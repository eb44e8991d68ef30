"""The settings of a Quy chế in words, as form, page and minutes print them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.scoring import Regulation
from saola.scoring.regulation import decimal_text
from saola.vietnamese.numbers import decimal_comma

Words = Any  # a text, or one that waits for the language of its page


@dataclass(frozen=True, slots=True)
class Setting:
    """One point that the law leaves to the Quy chế: its name and its values in words."""

    name: Words
    values: dict[Any, Words]

    @property
    def choices(self) -> list[tuple[Any, Words]]:
        """As a form takes them."""
        return list(self.values.items())


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
ROUNDING_NAME = _("Làm tròn trước khi so với khung điểm")
SPREAD_NAME = _("Chênh lệch điểm giữa các thành viên")
QUORUM_NAME = _("Số thành viên dự họp tối thiểu")
EFFECTS: dict[str, Words] = {
    "block": _("phải thảo luận, chấm lại"),
    "flag": _("chỉ ghi nhận"),
}
BREAKS: dict[str, Words] = {"over": _("trên mức đó"), "at": _("từ mức đó")}
MODES: dict[str, Words] = {
    "half_up": _("nửa lên"),
    "half_even": _("nửa về số chẵn"),
    "down": _("bỏ phần lẻ"),
}
PLACES: dict[str, Words] = {"total": _("tổng trung bình"), "member": _("điểm từng thành viên")}


def regulation_in_words(rules: Regulation) -> list[tuple[Words, Words]]:
    """Every setting of the Quy chế as (name, value), in the language of the page."""
    lines: list[tuple[Words, Words]] = [
        (QUORUM_NAME, _quorum(rules)),
        (SPREAD_NAME, _spread(rules)),
        (ROUNDING_NAME, _rounding(rules)),
    ]
    lines += [(s.name, s.values[getattr(rules, key)]) for key, s in SETTINGS.items()]
    return lines


def _quorum(rules: Regulation) -> Words:
    quorum = rules.quorum
    if quorum is None:
        return gettext("không quy định")
    chair = gettext(", có Chủ tịch Hội đồng") if quorum.chair else ""
    return gettext("%(share)s số thành viên") % {"share": quorum.fraction} + chair


def _spread(rules: Regulation) -> Words:
    limit = rules.spread_limit
    if limit is None:
        return gettext("không quy định")
    points = decimal_comma(decimal_text(limit.points))
    return f"{points} {gettext('điểm')}, {BREAKS[limit.breaks]}: {EFFECTS[limit.effect]}"


def _rounding(rules: Regulation) -> Words:
    rounding = rules.rounding
    if rounding is None:
        return gettext("không làm tròn")
    decimals = gettext("%(n)s số lẻ") % {"n": rounding.decimals}
    return f"{PLACES[rounding.place]}, {decimals}, {MODES[rounding.mode]}"
