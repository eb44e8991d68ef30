"""The form base: composed text, errors in words, reasons of refused acts beside their field."""

import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from saola.lifecycle.machine import Refused


def composed(data: QueryDict) -> QueryDict:
    """The same input in composed Unicode (NFC), line ends as \\n, without NUL."""
    fresh = QueryDict(mutable=True)
    for key, values in data.lists():
        fresh.setlist(key, [clean(value) for value in values])
    return fresh


def clean(value: str) -> str:
    """One text as it is stored."""
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\x00", "")


def whole_number(text: str) -> int:
    """A posted number of a record; 0, which no record has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


REQUIRED = forms.Field.default_error_messages["required"]
CHOSEN = (forms.Select, forms.FileInput, forms.CheckboxSelectMultiple, forms.RadioSelect)


def _asked(field: forms.Field) -> str:
    """What to do about an empty field."""
    verb = _("Hãy chọn “%s”.") if isinstance(field.widget, CHOSEN) else _("Hãy điền “%s”.")
    return str(verb) % field.label


class Form(forms.Form):
    """Every form of the site."""

    required_css_class = "required"
    needed: frozenset[str] = frozenset()  # asked for by `clean` or by a later act, not by the field

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(None if data is None else composed(data), *args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def full_clean(self) -> None:
        """Check, with words for what is left empty that name the field as it is labelled by now."""
        for field in self.fields.values():
            if field.required and field.error_messages["required"] == REQUIRED:
                field.error_messages["required"] = _asked(field)
        super().full_clean()

    def carry_out(self, act: Callable[[], Any]) -> Any:
        """Run the act of a valid form. A refusal becomes an error of its field, and None comes
        back; what was typed stays in the form."""
        try:
            return act()
        except Refused as refused:
            field = refused.field if refused.field in self.fields else None
            self.add_error(field, refused.reason)
            return None


class Count(forms.IntegerField):
    """A whole number that every database keeps."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", 2_147_483_647)
        super().__init__(**kwargs)


class WebField(forms.URLField):
    """The address of a page: https only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)
        self.validators = [
            *(v for v in self.validators if not isinstance(v, URLValidator)),
            URLValidator(schemes=["https"], message=_("Địa chỉ cần bắt đầu bằng https://")),
        ]


class DateField(forms.DateField):
    """A day, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "error_messages", {"invalid": "Ngày không đúng. Ví dụ: 23/11/2026 hoặc 2026-11-23."}
        )
        super().__init__(**kwargs)


CAPACITIES = [
    ("", _("người đứng đầu tự ký")),
    ("TM.", "TM. (thay mặt)"),
    ("KT.", "KT. (ký thay)"),
    ("TL.", "TL. (thừa lệnh)"),
    ("TUQ.", "TUQ. (thừa ủy quyền)"),
]


class SignedForm(Form):
    """Who signs, as what."""

    number = forms.CharField(label=_("Số văn bản"), max_length=60)
    dated = DateField(label=_("Ngày ký"))
    signer = forms.CharField(label=_("Người ký"), max_length=120)
    position = forms.CharField(label=_("Chức vụ người ký"), max_length=120)
    capacity = forms.ChoiceField(
        label=_("Tư cách ký"),
        choices=CAPACITIES,
        required=False,
    )
