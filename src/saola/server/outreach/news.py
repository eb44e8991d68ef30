"""News and guidance, written in Markdown and made safe; courses people sign up for."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from markdown_it import MarkdownIt

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.pictures import small_jpeg
from saola.server.files.store import keep, open_file, store
from saola.server.journal.record import record
from saola.server.outreach.models import Post, SignUp, Training

# raw HTML is shown as text; addresses other than http(s) and mail are no links; pictures come
# with the post alone, so that no page of others is asked
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def safe_html(text: str) -> str:
    """Markdown as HTML that holds nothing but text, headings below the page's own, lists, tables
    and links."""
    tokens = MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def version_of(post: Post) -> str:
    """Changes with each saving."""
    return post.changed_at.isoformat()


@transaction.atomic
def save_post(
    facts: Mapping[str, Any],
    province: str,
    *,
    by: User,
    post: Post | None = None,
    upload: Any = None,
    publish: bool | None = None,
    seen: str = "",
) -> Post:
    """Keep news or guidance; `publish` puts it up or takes it down. `seen` is the version that was
    opened (`version_of`): Refused where somebody else saved meanwhile."""
    if post is not None:
        post = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
        if seen != version_of(post):
            raise Refused(
                "Người khác vừa lưu bài này. Mở bài ở trang khác để xem bản mới; chữ bạn đã nhập "
                "vẫn còn ở đây."
            )
    post = post or Post(province_code=province, by=by)
    require(by, Permission.OUTREACH_LEAD, post)
    for field, value in facts.items():
        setattr(post, field, value)
    post.html = safe_html(post.source)
    if upload:
        taken = store(upload, by=by.username)
        if not taken.kind.startswith("image/"):
            raise Refused("Hãy chọn ảnh JPEG, PNG hoặc WebP.", field="picture")
        with open_file(taken) as file:
            post.picture = keep(small_jpeg(file), "anh.jpg", "image/jpeg", by=by.username)
    if publish is not None and publish != bool(post.published_at):
        post.published_at = timezone.now() if publish else None
    post.save()
    record("save_post", f"post:{post.pk}", {"published": bool(post.published_at)}, by=by)
    return post


@transaction.atomic
def plan_training(facts: Mapping[str, Any], province: str, *, by: User) -> Training:
    """Keep a course."""
    training = Training(province_code=province, **facts)
    require(by, Permission.OUTREACH_LEAD, training)
    if training.starts_at < timezone.now():
        raise Refused("Lớp bắt đầu trong quá khứ. Hãy xem lại ngày giờ.", field="starts_at")
    if Training.objects.filter(
        title=training.title, starts_at=training.starts_at, province_code=province
    ).exists():
        raise Refused("Lớp này đã có.")
    training.save()
    record("plan_training", f"training:{training.pk}", {}, by=by)
    return training


@transaction.atomic
def sign_up(training: Training, *, by: User) -> SignUp:
    """Take a seat, as long as there are some; a second time changes nothing."""
    return _seat(training, by, user=by)


@transaction.atomic
def sign_up_by_name(training: Training, name: str, contact: str, token: uuid.UUID) -> SignUp:
    """The same for who has no account: a villager with a phone. The same form sent twice takes
    one seat."""
    return _seat(training, None, {"name": name, "contact": contact}, token=token)


def _seat(
    training: Training, by: User | None, told: Mapping[str, str] | None = None, **key: Any
) -> SignUp:
    """One seat for each key, account or form."""
    training = Training.objects.select_for_update(of=("self",)).get(pk=training.pk)
    found = SignUp.objects.filter(training=training, **key).first()
    if found is not None:
        return found
    if "token" in key and SignUp.objects.filter(**key).exists():
        raise Refused("Biểu mẫu này đã gửi cho lớp khác. Hãy mở lại trang của lớp này.")
    if training.starts_at < timezone.now():
        raise Refused("Lớp đã bắt đầu.")
    if training.seats is not None and training.sign_ups.count() >= training.seats:
        raise Refused("Lớp đã đủ chỗ.")
    made = SignUp.objects.create(training=training, **key, **(told or {}))
    record("sign_up", f"training:{training.pk}", {}, by=by)
    return made


@transaction.atomic
def note_attendance(training: Training, came: Collection[int], *, by: User) -> int:
    """Who came, by the numbers of their sign-ups; the others did not. How many came."""
    training = Training.objects.select_for_update(of=("self",)).get(pk=training.pk)
    require(by, Permission.OUTREACH_LEAD, training)
    if training.starts_at > timezone.now():
        raise Refused("Lớp chưa bắt đầu.")
    there = training.sign_ups.filter(pk__in=came).update(came=True)
    training.sign_ups.exclude(pk__in=came).update(came=False)
    record("note_attendance", f"training:{training.pk}", {"came": there}, by=by)
    return there
