"""Written opinions on renewals (art. 7.6): reminders by their last day, whether they differ."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from saola.scoring import score
from saola.scoring.contract import panel_from
from saola.scoring.explain import stars_text
from saola.server.councils.consolidate import input_of
from saola.server.councils.models import AgendaItem, Council, Session
from saola.server.councils.presence import waiting_for
from saola.server.notices.actions import tell
from saola.server.places.office import setting
from saola.vietnamese.dates import short

# the decision does not say how tasted criteria are scored in writing: the province chooses, and
# what it chose is printed
TASTE_NOTES = {
    "samples": "Tiêu chí cảm quan: thành viên chấm trên sản phẩm mẫu được gửi kèm hồ sơ.",
    "last_session": "Tiêu chí cảm quan: thành viên căn cứ mức điểm của lần đánh giá trước và kết "
    "quả kiểm nghiệm mới.",
    "meeting": "Tiêu chí cảm quan: chấm tại buổi cảm quan chung, sau đó thành viên nộp ý kiến.",
}


def taste_note(council: Council) -> str:
    """The sentence for what its province set as `taste_in_writing`."""
    return TASTE_NOTES[setting(council.province_code, "taste_in_writing")]


def remind(on: date) -> int:
    """Tell members whose opinion is missing: some days before the last day, on it, and once it has
    passed. A second run on the same day tells nobody again. Returns how many were told."""
    told = 0
    rows = Session.objects.filter(
        mode=Session.Mode.WRITTEN, state=Session.State.OPEN, opinions_by__isnull=False
    )
    for session in rows:
        assert session.opinions_by is not None  # asked for above
        left = (session.opinions_by - on).days
        passed = [days for days in settings.OCOP["opinion_reminder_days"] if left <= days]
        milestone = "late" if left < 0 else str(min(passed)) if passed else ""
        if milestone:
            told += _remind(session, milestone)
    return told


@transaction.atomic
def _remind(session: Session, milestone: str) -> int:
    missing: dict[int, list[AgendaItem]] = {}
    members = {}
    for item in session.items.filter(left_reason="").select_related("dossier__product"):
        for member in waiting_for(item):
            members[member.pk] = member
            missing.setdefault(member.pk, []).append(item)
    last = short(session.opinions_by) if session.opinions_by else ""
    over = ", đã quá hạn" if milestone == "late" else ""
    new = 0
    for pk, items in missing.items():
        names = "\n".join(f"– {item.dossier.product.name}" for item in items)
        new += len(
            tell(
                f"opinion:{session.pk}:{session.opinions_by}:{milestone}",
                [members[pk].user],
                f"Ý kiến bằng văn bản: hạn {last}{over}",
                f"Còn {len(items)} sản phẩm chưa có phiếu của ông, bà:\n{names}",
                about=f"session:{session.pk}",
                path=reverse("jury:session", args=[session.pk]),
            )
        )
    return new


def differing(item: AgendaItem) -> list[str]:
    """The class on each member's own sheet, where the members' classes are not all the same; empty
    where they agree or fewer than two have handed in."""
    data = input_of(item)
    classes = {}
    for member in data["members"]:
        if "choices" in member:
            alone = data | {"members": [member | {"chair": True}], "agreed": {}, "regulation": {}}
            result = score(panel_from(alone))
            classes[member["name"]] = stars_text(result.stars) if result.stars else result.status
    if len(set(classes.values())) < 2:
        return []
    return [f"{name}: {stars}" for name, stars in classes.items()]
