"""Which papers a dossier needs, by set, class and producer."""

import pytest

from saola.criteria import load, sheet_ids
from saola.criteria.papers import required

TEA = load("26-2026-che-tuoi-che-che-bien")


def test_more_papers_for_a_higher_class() -> None:
    kinds = {stars: {p.kind for p in required(TEA, stars)} for stars in (3, 4, 5)}

    assert kinds[3] < kinds[4] <= kinds[5]
    assert kinds[4] - kinds[3] == {"moi-truong-cong-nghe", "tang-truong"}


def test_each_paper_says_why() -> None:
    papers = {p.kind: p for p in required(TEA, 4, "cooperative")}

    assert papers["dang-ky-kinh-doanh"].blocks
    assert papers["dang-ky-kinh-doanh"].basis == "điều 1: chủ thể có đăng ký kinh doanh"
    assert papers["so-huu-tri-tue"].criteria == ("3.5",)
    assert papers["tang-truong"].form == "kết quả phân loại hợp tác xã"
    assert [p.kind for p in papers.values() if p.blocks] == ["dang-ky-kinh-doanh"]


@pytest.mark.parametrize("sheet_id", sheet_ids())
def test_every_set_has_an_answer(sheet_id: str) -> None:
    papers = required(load(sheet_id), 3)

    assert all(p.criteria or p.basis for p in papers)
    assert bool(papers) == sheet_id.startswith("26-2026")
