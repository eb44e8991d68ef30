"""What a producer enters about selling: each form says which act keeps it."""

from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.market import enquiries, keeping
from saola.server.market.channel_files import read_file
from saola.server.market.countries import country_names
from saola.server.market.models import Channel, Contract, Enquiry
from saola.server.products.models import Product
from saola.server.web.common.forms import Count, DateField, Form, WebField
from saola.vietnamese.sorting import word_key

MONTHS = range(1, 13)
# those that most goods go to stand first
FIRST = ("CN", "LA", "JP", "KR", "TW", "SG", "TH", "US", "AU", "GB", "DE", "FR", "NL", "RU", "AE")


@cache
def countries() -> list[tuple[str, str]]:
    """All of ISO 3166-1 with their Vietnamese names, the usual ones first."""
    names = country_names()
    others = sorted(names.keys() - set(FIRST), key=lambda code: word_key(names[code]))
    return [(code, names[code]) for code in (*FIRST, *others)]


def money(label: Any, **kwargs: Any) -> forms.DecimalField:
    """Đồng, without decimals."""
    kwargs.setdefault("required", False)
    return forms.DecimalField(label=label, max_digits=15, decimal_places=0, min_value=0, **kwargs)


def amount(label: Any, **kwargs: Any) -> forms.DecimalField:
    """Of goods."""
    kwargs.setdefault("required", False)
    return forms.DecimalField(label=label, max_digits=14, decimal_places=3, min_value=0, **kwargs)


def short_text(label: Any, most: int = 200, **kwargs: Any) -> forms.CharField:
    """One line."""
    kwargs.setdefault("required", False)
    return forms.CharField(label=label, max_length=most, **kwargs)


class TradeForm(Form):
    """A form among others on one page: its fields have names of their own."""

    key = ""
    title: Any = ""

    def keep(self, product: Product, by: User) -> Any:
        """The act that a valid form stands for."""
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.key}-%s", **kwargs)


class OfferForm(TradeForm):
    """What can be delivered."""

    key, title = "offer", _("Sửa chào hàng")
    unit = short_text(_("Đơn vị tính"), 20, initial="kg", required=True)
    minimum = amount(_("Đặt hàng tối thiểu"))
    price_from = money(_("Giá từ (đồng một đơn vị)"))
    price_to = money(_("đến (đồng)"))
    packs = short_text(_("Quy cách"), help_text=_("Ví dụ: hộp 100 g, túi 500 g."))
    standards = short_text(_("Tiêu chuẩn đang có"), help_text=_("Cách nhau bằng dấu phẩy."))
    markets = short_text(_("Thị trường được bán"))
    samples = forms.BooleanField(label=_("Gửi được hàng mẫu"), required=False)
    show_contact = forms.BooleanField(
        label=_("Cho hiện điện thoại của chủ thể trên trang sản phẩm"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for month in MONTHS:
            self.fields[f"month_{month}"] = amount(
                _("Sản lượng tháng %(month)s") % {"month": month}
            )

    def facts(self) -> dict[str, Any]:
        """As the act wants it; a month left empty among filled ones is nothing."""
        data = dict(self.cleaned_data)
        months = [data.pop(f"month_{month}") for month in MONTHS]
        told = any(month is not None for month in months)
        return data | {"capacity": [month or 0 for month in months] if told else []}

    def keep(self, product: Product, by: User) -> Any:
        """The offer stands."""
        return keeping.save_offer(product, self.facts(), by=by)


class StepForm(TradeForm):
    """What became of an enquiry."""

    key = "step"
    enquiry = forms.IntegerField(widget=forms.HiddenInput())
    state = forms.ChoiceField(
        label=_("Kết quả"),
        choices=[
            (Enquiry.State.ANSWERED.value, Enquiry.State.ANSWERED.label),
            (Enquiry.State.TALKING.value, Enquiry.State.TALKING.label),
            (Enquiry.State.LOST.value, Enquiry.State.LOST.label),
        ],
    )
    text = short_text(_("Ghi chú"), 500)

    def keep(self, product: Product, by: User) -> Any:
        """The step is noted."""
        facts = self.cleaned_data
        enquiry = Enquiry.objects.filter(pk=facts["enquiry"], product=product).first()
        if enquiry is None:
            raise Refused("Việc hỏi hàng này của sản phẩm khác.")
        return enquiries.advance(enquiry, facts["state"], facts["text"], by=by)


class ContractForm(TradeForm):
    """An agreement along the chain."""

    key, title = "contract", _("Thêm hợp đồng")
    kind = forms.ChoiceField(label=_("Loại hợp đồng"), choices=Contract.Kind.choices)
    enquiry = forms.ModelChoiceField(
        Enquiry.objects.none(), label=_("Từ lần hỏi hàng"), required=False, empty_label="–"
    )
    partner = short_text(_("Bên kia"), required=True)
    number = short_text(_("Số hợp đồng"), 60, required=True)
    signed_on = DateField(label=_("Ngày ký"))
    ends_on = DateField(label=_("Ngày hết hạn"), required=False)
    value = money(_("Giá trị một năm (đồng)"))
    quantity = amount(_("Số lượng một năm"))
    unit = short_text(_("Đơn vị tính"), 20, initial="kg", required=True)
    raw_share = forms.DecimalField(
        label=_("Tỷ lệ nguyên liệu theo hợp đồng này (%)"),
        help_text=_("Chỉ cho hợp đồng mua nguyên liệu, liên kết."),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        required=False,
    )
    file = forms.FileField(label=_("Bản chụp hợp đồng (PDF, ảnh)"), required=False)

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = Enquiry.objects.filter(product=product).exclude(state=Enquiry.State.AGREED)
        field: Any = self.fields["enquiry"]
        field.queryset = asked
        field.label_from_instance = lambda one: (
            f"{one.organisation or one.name}, {timezone.localtime(one.received_at):%d/%m/%Y}"
        )

    def keep(self, product: Product, by: User) -> Any:
        """The agreement is kept; an enquiry that it comes from is closed."""
        facts = dict(self.cleaned_data)
        enquiry, upload = facts.pop("enquiry"), facts.pop("file")
        facts["raw_share"] = facts["raw_share"] or None
        return keeping.sign_contract(product, facts, by=by, enquiry=enquiry, upload=upload)


class ChannelForm(TradeForm):
    """Where it is sold."""

    key, title = "channel", _("Thêm kênh bán")
    kind = forms.ChoiceField(label=_("Loại kênh"), choices=Channel.Kind.choices)
    name = short_text(_("Tên nơi bán"), 120, required=True)
    url = WebField(label=_("Địa chỉ trang (https)"), max_length=400, required=False)
    where = short_text(_("Địa chỉ nơi bán"))

    def keep(self, product: Product, by: User) -> Any:
        """It is sold there."""
        return keeping.add_channel(product, self.cleaned_data, by=by)


class SaleForm(TradeForm):
    """A month of a channel, entered in a minute."""

    key, title = "sale", _("Nhập một tháng")
    channel = forms.ModelChoiceField(Channel.objects.none(), label=_("Kênh"), empty_label=None)
    month = forms.CharField(
        label=_("Tháng"), widget=forms.TextInput(attrs={"type": "month"}), max_length=7
    )
    orders = Count(label=_("Số đơn"), min_value=0)
    revenue = money(_("Doanh số (đồng)"), required=True)
    returns = Count(label=_("Đơn hoàn"), min_value=0, required=False)
    reviews = Count(label=_("Lượt đánh giá"), min_value=0, required=False)
    rating = forms.DecimalField(
        label=_("Điểm trung bình (0–5)"),
        max_digits=2,
        decimal_places=1,
        min_value=0,
        max_value=5,
        required=False,
    )

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["channel"]
        field.queryset = Channel.objects.filter(product=product, ended_at=None)
        field.label_from_instance = lambda one: f"{one.name} ({one.get_kind_display()})"

    def clean_month(self) -> date:
        """The first day of "2026-11" or "11/2026"."""
        text = self.cleaned_data["month"]
        parts = text.split("-") if "-" in text else text.split("/")[::-1]
        try:
            return date(int(parts[0]), int(parts[1]), 1)
        except (ValueError, IndexError):
            raise forms.ValidationError(_("Tháng ghi như 11/2026.")) from None

    def keep(self, product: Product, by: User) -> Any:
        """The month is told; counts left empty are none."""
        facts = dict(self.cleaned_data)
        channel, month = facts.pop("channel"), facts.pop("month")
        facts |= {name: facts[name] or 0 for name in ("returns", "reviews")}
        return keeping.report_sale(channel, month, facts, by=by)


class SalesFileForm(TradeForm):
    """The list of orders that a shop on the net gives out."""

    key, title = "file", _("Nhập từ tệp của sàn")
    channel = forms.ModelChoiceField(Channel.objects.none(), label=_("Kênh"), empty_label=None)
    file = forms.FileField(label=_("Tệp đơn hàng tải từ sàn (XLSX, CSV)"))
    replace = forms.BooleanField(label=_("Thay số đã nhập tay"), required=False)

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["channel"]
        field.queryset = Channel.objects.filter(
            product=product, ended_at=None, kind__in=Channel.DIGITAL
        )
        field.label_from_instance = lambda channel: channel.name

    def keep(self, product: Product, by: User) -> Any:
        """Every month of the file is told."""
        facts = self.cleaned_data
        return read_file(facts["channel"], facts["file"], by=by, replace=facts["replace"])


class ExportForm(TradeForm):
    """A consignment abroad."""

    key, title = "export", _("Thêm lô xuất khẩu")
    on = DateField(label=_("Ngày xuất"))
    country = forms.ChoiceField(label=_("Nước, vùng lãnh thổ"), choices=countries)
    hs_code = forms.RegexField(
        r"^[0-9]{4}(?:[0-9]{2}){0,3}$",
        label=_("Mã HS"),
        help_text=_("4 đến 10 chữ số, viết liền."),
        error_messages={"invalid": _("Mã HS gồm 4, 6, 8 hoặc 10 chữ số.")},
    )
    quantity_kg = amount(_("Khối lượng (kg)"), required=True)
    value_usd = forms.DecimalField(
        label=_("Trị giá (USD)"), max_digits=14, decimal_places=2, min_value=0
    )
    certificate = short_text(_("Số tờ khai, chứng nhận xuất xứ"), 80)
    buyer = short_text(_("Bên mua"))
    file = forms.FileField(label=_("Bản chụp tờ khai (PDF, ảnh)"), required=False)

    def keep(self, product: Product, by: User) -> Any:
        """The consignment is kept."""
        facts = dict(self.cleaned_data)
        return keeping.add_export(product, facts, by=by, upload=facts.pop("file"))


class YearForm(TradeForm):
    """A year of the product."""

    key, title = "year", _("Khai một năm")
    year = forms.IntegerField(label=_("Năm"), min_value=2018, max_value=2100)
    output = amount(_("Sản lượng"))
    unit = short_text(_("Đơn vị tính"), 20, initial="kg", required=True)
    revenue = money(_("Doanh thu (đồng)"))
    workers = Count(label=_("Lao động"), min_value=0, required=False)
    hectares = forms.DecimalField(
        label=_("Diện tích vùng nguyên liệu (ha)"),
        max_digits=10,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    technology = short_text(_("Quy trình, công nghệ áp dụng"), 300)
    investment = money(_("Đầu tư trong năm (đồng)"))

    def keep(self, product: Product, by: User) -> Any:
        """The year is told."""
        facts = dict(self.cleaned_data)
        return keeping.save_year(product, facts.pop("year"), facts, by=by)


class StandForm(Form):
    """What was sold at an event."""

    revenue = money(_("Bán được (đồng)"), required=True)
    visitors = Count(label=_("Khách hỏi mua"), min_value=0, required=False)
    deals = Count(label=_("Hợp đồng, thỏa thuận"), min_value=0, required=False)


class CiteForm(Form):
    """Criteria that a record proves."""

    criteria = forms.MultipleChoiceField(
        label=_("Chứng minh cho tiêu chí"), widget=forms.CheckboxSelectMultiple
    )
