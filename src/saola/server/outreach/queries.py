"""What campaigns reached: by commune, in one table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from saola.server.outreach.models import Campaign, Proof, Task
from saola.server.places.models import Place


@dataclass(frozen=True, slots=True)
class Reach:
    """One commune's part in a campaign."""

    place: Place
    task: Task | None  # None: nothing was given, a gap
    villages: int
    done: int
    people: int
    broadcasts: int
    posts: int
    others: int  # meetings, posters and what else was done

    @property
    def state(self) -> str:
        """ "none" where no task was given, "done", "part", "open"."""
        if self.task is None:
            return "none"
        if self.task.state == Task.State.DONE and self.done == self.villages:
            return "done"
        return "part" if self.done or self.task.state == Task.State.DONE else "open"


def reached(
    campaign: Campaign, places: Any, first: date = date.min, last: date = date.max
) -> list[Reach]:
    """Every commune, those without a task too; what was done between two days. A fixed number of
    questions."""
    tasks = {
        task.place_id: task
        for task in campaign.tasks.filter(village="").select_related("place", "campaign")
    }
    villages = campaign.tasks.exclude(village="").values("place")
    shown = Q(state="done", proofs__returned=False, proofs__on__lte=last)
    counted = villages.annotate(
        all=Count("pk", distinct=True), done=Count("pk", filter=shown, distinct=True)
    )
    by_place = {row["place"]: row for row in counted.order_by()}
    told = _sums(campaign, first, last)
    found = []
    for place in places:
        here: Any = by_place.get(place.pk, {})
        sent: Any = told.get(place.pk, {})
        found.append(
            Reach(
                place,
                tasks.get(place.pk),
                here.get("all", 0),
                here.get("done", 0),
                sent.get("people") or 0,
                sent.get("broadcasts") or 0,
                sent.get("posts") or 0,
                sent.get("others") or 0,
            )
        )
    return found


def _sums(campaign: Campaign, first: date, last: date) -> dict[int, Any]:
    """By commune what was done between two days."""
    rows = (
        Proof.objects.filter(task__campaign=campaign, returned=False, on__range=(first, last))
        .values("task__place")
        .annotate(
            people=Sum("people"),
            broadcasts=Sum("times", filter=Q(way="broadcast")),
            posts=Sum("times", filter=Q(way="post")),
            others=Sum("times", filter=~Q(way__in=("broadcast", "post"))),
        )
        .order_by()
    )
    return {row["task__place"]: row for row in rows}


REPORT = (
    "Chiến dịch", "Chương trình", "Mục tiêu, đối tượng", "Kinh phí (đồng)", "Số người cần biết",
    "Từ ngày", "Đến ngày", "Xã, phường", "Số bản được giao",
    "Số bản đã làm", "Lượt người", "Lần phát loa", "Bài đăng", "Buổi họp, áp phích, khác",
    "Tình trạng",
)  # fmt: skip
STATES = {"none": "chưa giao", "open": "chưa làm", "part": "đang làm", "done": "đã xong"}


def report_rows(
    campaigns: Any, places: Any, first: date = date.min, last: date = date.max
) -> Iterator[list[Any]]:
    """One line for each campaign and commune with a task, one for a campaign that was given to
    none; what was done between two days."""
    rows = list(places)
    for campaign in campaigns:
        head = [
            campaign.title, str(campaign.get_programme_display()),
            f"{campaign.aim} ({campaign.audience})",
            None if campaign.budget is None else int(campaign.budget), campaign.goal,
            _day(campaign.starts_on), _day(campaign.ends_on),
        ]  # fmt: skip
        given = [one for one in reached(campaign, rows, first, last) if one.task is not None]
        for at, one in enumerate(given):
            if at:  # money and aim of the whole stand once, or a column would add them up again
                head[3] = head[4] = None
            yield [
                *head, one.place.name, one.villages, one.done, one.people, one.broadcasts,
                one.posts, one.others, STATES[one.state],
            ]  # fmt: skip
        if not given:
            yield [*head, "", 0, 0, 0, 0, 0, 0, STATES["none"]]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
