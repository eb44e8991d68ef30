"""What a dossier lacks for each class, said at any moment."""

from django.urls import reverse

from saola.server.dossiers.checklist import checklist
from tests.server.conftest import Office


def test_a_complete_choice_leaves_papers_and_the_class_above(office: Office) -> None:
    dossier = office.dossier(total=80)

    three, four, five = checklist(dossier)

    assert (three.minimums, three.points, four.points) == ((), 0, 0)
    assert five.points == 10
    assert {m.criterion for m in five.minimums} <= {c.id for c in dossier.criteria_set.criteria}
    assert "dang-ky-kinh-doanh" not in {p.kind for p in three.missing}
    assert "so-huu-tri-tue" in {p.kind for p in three.missing}


def test_nothing_chosen_lacks_every_minimum(office: Office) -> None:
    dossier = office.dossier()
    dossier.self_assessment.choices = {}
    dossier.self_assessment.save()

    three = checklist(dossier)[0]

    assert [m.criterion for m in three.minimums] == [
        "1.1",
        "2.2",
        "2.3",
        "3.5",
        "4.1",
        "5.3",
        "8",
        "9",
    ]
    assert {m.chosen for m in three.minimums} == {None}


def test_the_producer_sees_it_on_the_dossiers_page(office: Office) -> None:
    dossier = office.dossier()

    page = office.client("producer").get(reverse("portal:dossier", args=[dossier.pk]))

    assert "Còn thiếu gì cho từng hạng" in page.content.decode()
    assert "Sở hữu trí tuệ" in page.content.decode()
