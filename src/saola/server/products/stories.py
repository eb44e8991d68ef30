"""The story of a product in the languages of its people and its buyers."""

from typing import Any

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import require
from saola.server.files.store import store
from saola.server.journal.record import digest, record
from saola.server.products.models import LANGUAGES, Product, Story


@transaction.atomic
def tell_story(
    product: Product, language: str, text: str, *, by: User, upload: Any = None
) -> Story:
    """Keep the story of one language, its recording where one comes along; told again it is
    replaced."""
    require(by, Permission.PRODUCT_EDIT, product)
    if language not in dict(LANGUAGES):
        raise Refused("Hãy chọn ngôn ngữ.", field="language")
    found = Story.objects.filter(product=product, language=language).first()
    story = found or Story(product=product, language=language)
    if not (text.strip() or upload or story.audio_id):
        raise Refused("Hãy viết câu chuyện hoặc chọn bản ghi âm.", field="text")
    if upload:
        story.audio = store(upload, by=by.username)
        if not story.audio.kind.startswith("audio/"):
            raise Refused("Đây không phải là bản ghi âm.", field="audio")
    story.text = text.strip()
    story.save()
    facts = {"language": language, "text": digest(story.text)}
    record("tell_story", f"product:{product.pk}", facts, by=by)
    return story
