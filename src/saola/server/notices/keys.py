"""A person is told when a key to their account comes or goes, in the same transaction; the journal
keeps by whom."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from saola.server.accounts.models import User
from saola.server.journal.record import record
from saola.server.notices.actions import tell

KINDS = {
    Authenticator.Type.TOTP: "mã theo giờ trên điện thoại",
    Authenticator.Type.WEBAUTHN: "khóa không cần mật khẩu",
    Authenticator.Type.RECOVERY_CODES: "mã dự phòng",
}
NOT_ME = "Nếu không phải bạn làm, hãy đổi mật khẩu và báo ngay cho quản trị."


def _what(row: Any) -> str:
    if isinstance(row, SocialAccount):
        return f"liên kết {row.provider}"
    return KINDS[row.type]


def _told(act: str, row: Any, verb: str) -> None:
    user = User.objects.filter(pk=row.user_id).first()
    if user is None:  # the account itself goes
        return
    hand = getattr(context.request, "user", None)
    by = hand if hand is not None and hand.is_authenticated else user
    entry = record(act, f"user:{user.pk}", {"kind": _what(row)}, by=by)
    at = timezone.localtime().strftime("%H:%M %d/%m/%Y")
    subject = f"Khóa đăng nhập {verb}: {_what(row)}"
    tell(f"key:{entry.number}", [user], subject, f"Lúc {at}. {NOT_ME}", about=f"user:{user.pk}")


@receiver(post_save, sender=Authenticator)
@receiver(post_save, sender=SocialAccount)
def came(instance: Any, created: bool, **_rest: Any) -> None:
    """A key more, or recovery codes made anew."""
    if created:
        _told("add_key", instance, "vừa được thêm")


@receiver(post_delete, sender=Authenticator)
@receiver(post_delete, sender=SocialAccount)
def went(instance: Any, **_rest: Any) -> None:
    """A key less."""
    _told("remove_key", instance, "vừa bị bỏ")
