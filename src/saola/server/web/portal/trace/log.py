"""Five buttons: harvest, buy in, process, pack, ship. One page holds all forms, so that it works
without a network."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.permissions import Permission
from saola.server.accounts.rights import ids_in
from saola.server.files.store import store
from saola.server.products.models import Producer
from saola.server.traceability.labels import ACTS
from saola.server.traceability.logbook import Note, write_down
from saola.server.traceability.models import Entry, GrowingArea, Lot, TradeItem
from saola.server.web.common.forms import Form
from saola.server.web.common.rights import needs, person

RARE = ("lot_2", "used_2", "lot_3", "used_3", "code", "source", "document", "note")
USED = 3  # lots that one entry may use
SHOWN = 30
MOST_LOTS = 300  # in one choice


def loggers(request: HttpRequest) -> Any:
    """Producers whose log this person may write."""
    scopes = person(request).scopes_for(Permission.TRACE_LOG)
    ids = [int(i) for i in ids_in(scopes, "producer")]
    return Producer.objects.filter(pk__in=ids).order_by("folded")


class LotField(forms.UUIDField):
    """A lot by the id of its entry: one that still waits on the device is no choice of ours yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Select(attrs={"data-lots": ""}), **kwargs)


class LogForm(Form):
    """One entry; which fields are there depends on the act."""

    uid = forms.UUIDField(widget=forms.HiddenInput())
    act = forms.CharField(widget=forms.HiddenInput())
    item = forms.ModelChoiceField(TradeItem.objects.none(), label=_("Hàng"), empty_label=None)
    quantity = forms.DecimalField(label=_("Số lượng"), max_digits=14, decimal_places=3)
    area = forms.ModelChoiceField(
        GrowingArea.objects.none(), label=_("Vùng trồng"), required=False, empty_label="–"
    )
    partner = forms.CharField(max_length=200, required=False)
    source = forms.CharField(
        label=_("Mã lô của người bán"),
        help_text=_("Đường dẫn in trên mã QR của lô, nếu người bán có trong hệ thống."),
        max_length=300,
        required=False,
    )
    document = forms.CharField(label=_("Số hóa đơn, phiếu"), max_length=80, required=False)
    waste_kg = forms.DecimalField(
        label=_("Hao hụt (kg)"), max_digits=14, decimal_places=3, min_value=0, required=False
    )
    code = forms.CharField(
        label=_("Số lô của bạn"),
        help_text=_("Để trống thì hệ thống đặt theo ngày."),
        max_length=20,
        required=False,
    )
    at = forms.DateTimeField(
        label=_("Lúc"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
    )
    photo = forms.FileField(
        label=_("Ảnh"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    note = forms.CharField(label=_("Ghi chú"), max_length=500, required=False)

    def __init__(self, producer: Producer, act: str, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{act}-%s")
        super().__init__(*args, **kwargs)
        if act in ("process", "pack", "ship"):
            self._with_lots(producer)
        for name in LEFT_OUT[act]:
            del self.fields[name]
        if "item" in self.fields:
            self.fields["item"].queryset = items_for(producer, act)  # type: ignore[attr-defined]
        if "area" in self.fields:
            self.fields["area"].queryset = producer.areas.order_by("name")  # type: ignore[attr-defined]
        if "partner" in self.fields:
            self.fields["partner"].label = _("Mua của ai") if act == "buy" else _("Giao cho ai")
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField):
                field.widget.attrs |= {"inputmode": "decimal", "step": "any", "min": "0"}
                field.localize = False
                field.widget.attrs["data-stepped"] = name

    def _with_lots(self, producer: Producer) -> None:
        lots = [(lot.uid, named(lot)) for lot in usable(producer)]
        order = ["uid", "act"]
        for number in range(1, USED + 1):
            needed = number == 1
            lot = LotField(label=_("Lô đã dùng"), required=needed)
            lot.widget.choices = [("", "–"), *lots]
            self.fields[f"lot_{number}"] = lot
            self.fields[f"used_{number}"] = forms.DecimalField(
                label=_("Đã dùng bao nhiêu"), max_digits=14, decimal_places=3, required=needed
            )
            order += [f"lot_{number}", f"used_{number}"]
        self.order_fields([*order, *self.fields])

    @property
    def usual(self) -> list[forms.BoundField]:
        """What is asked each time."""
        return [bound for bound in self if bound.name not in RARE]

    @property
    def rare(self) -> list[forms.BoundField]:
        """What stands behind a fold."""
        return [bound for bound in self if bound.name in RARE]

    @property
    def folded(self) -> bool:
        """Whether nothing behind the fold is wrong."""
        return not any(bound.errors for bound in self.rare)

    def note_of(self) -> Note:
        """What was entered."""
        data = self.cleaned_data
        used = [
            (data[f"lot_{n}"], data.get(f"used_{n}") or Decimal(0))
            for n in range(1, USED + 1)
            if data.get(f"lot_{n}")
        ]
        if len({lot for lot, _amount in used}) < len(used):
            raise Refused("Một lô được chọn hai lần; hãy cộng số lượng vào một dòng.", field="used")
        return Note(
            uid=data["uid"],
            act=data["act"],
            at=data["at"],
            item=data.get("item"),
            quantity=data.get("quantity"),
            code=data.get("code", ""),
            area=data.get("area"),
            used=used,
            waste_kg=data.get("waste_kg"),
            partner=data.get("partner", ""),
            source=data.get("source", ""),
            document=data.get("document", ""),
            note=data.get("note", ""),
        )


LEFT_OUT = {
    "harvest": ("partner", "source", "document", "waste_kg"),
    "buy": ("area", "waste_kg"),
    "process": ("area", "partner", "source", "document"),
    "pack": ("area", "partner", "source", "document"),
    "ship": ("area", "waste_kg", "source", "item", "quantity", "code"),
}


def items_for(producer: Producer, act: str) -> Any:
    """Packs are packed; everything may be harvested, bought or made."""
    rows = producer.items.order_by("name")
    return rows.filter(unit="") if act == "pack" else rows


def usable(producer: Producer) -> list[Lot]:
    """Lots of which something is left, the newest first."""
    rows = Lot.objects.filter(item__producer=producer, state=Lot.State.FREE)
    rows = rows.annotate(used=Coalesce(Sum("uses__quantity"), Decimal(0)))
    left = rows.filter(quantity__gt=F("used")).select_related("item").prefetch_related("uses")
    found: list[Lot] = []
    for lot in left[:MOST_LOTS]:
        lot.left = lot.quantity - sum((use.quantity for use in lot.uses.all()), Decimal(0))  # type: ignore[attr-defined]
        if lot.left > 0:  # type: ignore[attr-defined]
            found.append(lot)
    return found


def named(lot: Any) -> str:
    """ "Lô 261124-1, còn 10 kg: Chè khô"; what tells lots apart first, for phones cut the rest."""
    left = f"{lot.left.normalize():f}".replace(".", ",")
    return gettext("Lô %(code)s, còn %(left)s %(unit)s: %(item)s") % {
        "code": lot.code,
        "item": lot.item.name,
        "left": left,
        "unit": lot.item.get_unit_display(),
    }


@needs(Permission.TRACE_LOG)
def log(request: HttpRequest) -> HttpResponse:
    """The five buttons, and what was written down last."""
    producers = loggers(request)
    chosen = request.POST.get("producer") or request.GET.get("chu-the", "")
    producer = producers.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
    producer = producer or producers.first()
    if producer is None:
        return redirect("account:home")
    posted = request.POST.get("act", "") if request.method == "POST" else ""
    opened = posted if posted in ACTS else ""
    sheets = {act: _form(request, producer, act, opened) for act in ACTS}
    if opened:
        done = _written(request, producer, sheets[opened])
        if done is not None:
            return done
    rows = Entry.objects.filter(producer=producer).select_related("lot__item", "area")
    context = {
        "producer": producer,
        "producers": producers,
        "sheets": [(act, name, sheets[act]) for act, name in ACTS.items()],
        "opened": opened,
        "rows": [(row, ACTS[row.act]) for row in rows.prefetch_related("uses__lot__item")[:SHOWN]],
        "without": not producer.items.exists(),
        "illustrative": producer.illustrative,
    }
    return render(request, "portal/trace/log.html", context, status=400 if opened else 200)


def _form(request: HttpRequest, producer: Producer, act: str, opened: str) -> LogForm:
    initial = {
        "uid": uuid.uuid4(),
        "act": act,
        "at": timezone.localtime().replace(tzinfo=None, second=0, microsecond=0),
    }
    if act == opened:
        return LogForm(producer, act, request.POST, request.FILES, initial=initial)
    return LogForm(producer, act, initial=initial)


def _written(request: HttpRequest, producer: Producer, form: LogForm) -> HttpResponse | None:
    """The answer once it is kept; None where something is to be mended, with the reason in the
    form. A page that sends by itself is told in JSON."""
    quiet = "X-Autosave" in request.headers
    if form.is_valid():
        entry = form.carry_out(lambda: _keep(request, producer, form))
        if entry is not None:
            shown = f"{ACTS[entry.act]}: {entry.lot}" if entry.lot else str(ACTS[entry.act])
            if quiet:
                return JsonResponse({"saved": shown})
            messages.success(request, gettext("Đã ghi. %(what)s") % {"what": shown})
            return redirect(f"{request.path}?chu-the={producer.pk}")
    if quiet:
        reason = next(iter(form.errors.values()))[0]
        return JsonResponse({"reason": str(reason)}, status=409)
    return None


def _keep(request: HttpRequest, producer: Producer, form: LogForm) -> Entry:
    upload = form.cleaned_data.get("photo")
    by = person(request)
    note = form.note_of()
    known = Entry.objects.filter(pk=note.uid).exists()
    photo = store(upload, by=by.username) if upload and not known else None
    if photo is not None and not photo.kind.startswith("image/"):
        raise Refused("Đây không phải là ảnh.", field="photo")
    return write_down(producer, note, by=by, photo=photo)
