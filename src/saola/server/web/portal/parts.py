"""The parts of a dossier that are words, one page each: saved by themselves, merged."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.criteria.forms import topics
from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.dossiers.draft.saving import flat, record_of, save
from saola.server.dossiers.draft.sections import NAMES, sections
from saola.server.dossiers.models import Dossier, SelfAssessment
from saola.server.drafts.merge import Conflict, Merged, Opened, revision_of
from saola.server.products.details import (
    LISTS,
    PRODUCER_FIELDS,
    PRODUCT_FIELDS,
    ids_text,
    name_of,
    save_producer,
    save_product,
)
from saola.server.products.models import Producer, Product
from saola.server.web.common.forms import Form, whole_number
from saola.server.web.common.rights import needs, person
from saola.server.web.portal.addresses import ADDRESSES, address_of
from saola.server.web.portal.dossiers import FILE_STEP, own_dossier


def long_text(label: Any, hint: Any = "") -> forms.CharField:
    """A text of several lines that may stay empty while the draft grows."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ProducerForm(Form):
    """Mẫu 01: who registers."""

    needed = frozenset({"representative"})

    representative = forms.CharField(
        label=_("Người đại diện (họ và tên)"), max_length=120, required=False
    )
    representative_position = forms.CharField(label=_("Chức vụ"), max_length=120, required=False)
    phone = forms.CharField(label=_("Điện thoại"), max_length=30, required=False)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    tax_code = forms.CharField(
        label=_("Mã số thuế"),
        max_length=14,
        required=False,
        help_text=_("Của hợp tác xã, doanh nghiệp: 10 chữ số; không ghi số định danh cá nhân."),
    )
    registration_number = forms.CharField(
        label=_("Số giấy đăng ký kinh doanh"), max_length=60, required=False
    )


class ProductForm(Form):
    """Mẫu 02, part I: what the product is."""

    needed = frozenset({"description"})

    description = long_text(
        _("Mô tả sản phẩm"), _("Sản phẩm là gì, làm từ gì, ở đâu, ai làm; vài câu là đủ.")
    )
    packing = forms.CharField(label=_("Quy cách đóng gói"), max_length=300, required=False)
    yearly_output = forms.CharField(label=_("Sản lượng một năm"), max_length=120, required=False)
    contents = forms.ModelMultipleChoiceField(
        Product.objects.none(),
        label=_("Nếu là hộp quà: các sản phẩm bên trong"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    partners = forms.ModelMultipleChoiceField(
        Producer.objects.none(),
        label=_("Chủ thể cùng làm sản phẩm này"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Product.objects.filter(producer=product.producer_id).exclude(pk=product.pk)
        neighbours = Producer.objects.filter(place=product.place).exclude(products=product)
        neighbours = neighbours.exclude(kind=Producer.Kind.HOUSEHOLD)
        for name, rows in (("contents", others), ("partners", neighbours)):
            self.fields[name].queryset = rows.order_by("folded")  # type: ignore[attr-defined]
            if not rows.exists():
                del self.fields[name]


class RegistrationForm(Form):
    """Class aimed at, cases of two-case criteria, why this sheet."""

    target_stars = forms.ChoiceField(
        label=_("Hạng đăng ký"), choices=[(str(n), f"{n} sao") for n in (3, 4, 5)]
    )
    sheet_reason = forms.CharField(
        label=_("Vì sao chọn bộ sản phẩm này"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Cần khi sản phẩm có thể thuộc hai bộ, hoặc là hộp quà nhiều sản phẩm."),
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in dossier.criteria_set.two_case.values():
            self.fields[f"case-{criterion.id}"] = forms.ChoiceField(
                label=f"Trường hợp chấm tiêu chí {criterion.id}: {criterion.label}",
                choices=list(criterion.cases.items()),
            )


class WordsForm(Form):
    """One or several texts of Mẫu 02, by their field names."""

    def __init__(self, texts: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in texts.items():
            self.fields[name] = long_text(label)
            if name.startswith("u-"):
                self.fields[name].widget.attrs["rows"] = 2
                self.fields[name].help_text = _("Không đổi thì ghi “không thay đổi”.")


@dataclass(frozen=True, slots=True)
class Part:
    """What one page of the task list is made of."""

    key: str
    form: Form
    record: str  # under which name its changes are kept
    keep: Callable[[dict[str, str], Opened], Merged]


def _part(request: HttpRequest, dossier: Dossier, key: str) -> Part:
    """The page of this key; not found for a part this dossier does not have."""
    by, product, producer = person(request), dossier.product, dossier.product.producer
    data = request.POST if request.method == "POST" else None
    if key == "producer" and producer is not None:
        start = {field: getattr(producer, field) for field in PRODUCER_FIELDS}
        form: Form = ProducerForm(data, initial=start)
        return Part(
            key,
            form,
            name_of(producer),
            lambda d, at: save_producer(producer, d, by=by, opened=at),
        )
    if key == "product":
        initial: dict[str, Any] = {field: getattr(product, field) for field in PRODUCT_FIELDS}
        initial |= {"contents": product.contents.all(), "partners": product.partners.all()}
        form = ProductForm(product, data, initial=initial)
        return Part(
            key, form, name_of(product), lambda d, at: save_product(product, d, by=by, opened=at)
        )
    stored = flat(dossier, SelfAssessment.objects.get_or_create(dossier=dossier)[0])
    asked = topics(dossier.criteria_set.rulebook, dossier.kind)
    made: dict[str, Callable[[], Form]] = {
        "registration": lambda: RegistrationForm(dossier, data, initial=stored),
        "results": lambda: WordsForm({"results": NAMES["results"]}, data, initial=stored),
        "plan": lambda: WordsForm({"plan": NAMES["plan"]}, data, initial=stored),
    }
    if asked:
        labels = {f"u-{topic.id}": topic.label for topic in asked}
        made["updates"] = lambda: WordsForm(labels, data, initial=stored)
    if key not in made:
        raise Http404
    return Part(
        key, made[key](), record_of(dossier), lambda d, at: save(dossier, d, by=by, opened=at)
    )


@needs(Permission.DOSSIER_EDIT)
def part(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One part: saved at every field by itself, and by the button without JavaScript."""
    dossier = own_dossier(request, pk)
    if name not in ADDRESSES:
        raise Http404
    shown = _part(request, dossier, ADDRESSES[name])
    base = revision_of(shown.record)
    conflicts: tuple[Conflict, ...] = ()
    if shown.form.is_valid():
        merged = shown.form.carry_out(lambda: _keep(request, dossier, shown))
        if merged is not None and "X-Autosave" in request.headers:
            return autosaved(merged)
        if merged is not None and not merged.conflicts:
            messages.success(request, _("Đã lưu."))
            return redirect(_next(dossier, shown.key))
        if merged is not None:
            conflicts, base = merged.conflicts, merged.revision
    if "X-Autosave" in request.headers and shown.form.errors:
        reason = next(iter(shown.form.errors.values()))[0]
        return JsonResponse({"reason": f"{gettext('chưa lưu')}: {reason}"}, status=409)
    context = {
        "dossier": dossier,
        "form": shown.form,
        "title": NAMES[shown.key],
        "base": base,
        "page": uuid.uuid4(),
        "conflicts": [told(c, shown.form) for c in conflicts],
        "open": dossier.state in FILE_STEP,
        "illustrative": dossier.illustrative,
    }
    status = 409 if conflicts else 400 if shown.form.errors else 200
    return render(request, "portal/part.html", context, status=status)


def _keep(request: HttpRequest, dossier: Dossier, shown: Part) -> Merged:
    """Save the texts of the form, and for a product what is chosen beside them."""
    if dossier.state not in FILE_STEP:
        raise Refused("Hồ sơ đã nộp nên phần này chỉ xem được.")
    data = shown.form.cleaned_data
    texts = {name: str(data[name]) for name in shown.form.fields if name in request.POST}
    for name in LISTS:
        if f"shown-{name}" in request.POST and name in data:
            texts[name] = ids_text(data[name])
        else:
            texts.pop(name, None)
    return shown.keep(texts, opened_page(request.POST))


def opened_page(data: Any) -> Opened:
    """The revision and the id that a page carries."""
    return Opened(whole_number(data.get("base", "")), data.get("page", "")[:40])


def autosaved(merged: Merged, **more: Any) -> JsonResponse:
    """What a page that saves by itself is told. It keeps the revision it was opened at, so that
    words of others are overwritten by the button of a page that has shown them, and by no other."""
    answer = {"saved": gettext("Đã lưu %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}}
    if merged.conflicts:
        names = ", ".join(sorted({c.by for c in merged.conflicts}))
        text = gettext("%(who)s cũng vừa sửa phần này; bấm Lưu để xem hai bản và chọn")
        return JsonResponse(more | {"reason": text % {"who": names}}, status=409)
    return JsonResponse(answer | more)


def told(conflict: Conflict, form: Form) -> dict[str, Any]:
    """A conflict for a page: which field, whose words, when."""
    bound = form.fields.get(conflict.field)
    choices = {str(key): said for key, said in getattr(bound, "choices", ()) or ()}
    if conflict.field in LISTS:
        said = "; ".join(str(choices.get(pk, pk)) for pk in conflict.theirs.split(",") if pk)
        choices = {conflict.theirs: said}
    return {
        "label": bound.label if bound else conflict.field,
        "field": conflict.field,
        "theirs": choices.get(conflict.theirs, conflict.theirs),
        "by": conflict.by,
        "at": conflict.at,
    }


def _next(dossier: Dossier, key: str) -> Any:
    """The next part that is not done, else the task list."""
    keys = list(NAMES)
    later = [s for s in sections(dossier) if keys.index(s.key) > keys.index(key) and not s.done]
    return address_of(dossier, later[0].key) if later else address_of(dossier, "")
