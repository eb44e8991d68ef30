"""Files of labels: small ones at once, large ones in the background."""

from django.db import transaction

from saola.lifecycle.machine import Refused
from saola.server.accounts.models import User
from saola.server.files.store import keep
from saola.server.labels import rolls
from saola.server.labels.models import Print, Roll
from saola.server.labels.sheets import roll_pdf
from saola.server.works.progress import Progress, Stopped

STOPPED = "Đã dừng theo yêu cầu. Muốn có tệp thì đặt in lại."
AT_ONCE = 2000  # labels that are ready within two seconds


def order_print(roll: Roll, sheet: str, carrier: str, skip: int, *, by: User) -> Print:
    """A PDF of the roll; what is not made at once is left to the caller's background."""
    with transaction.atomic():
        roll = rolls.printed(roll, by=by)
        row = Print.objects.create(roll=roll, sheet=sheet, carrier=carrier, skip=skip)
    if roll.count <= AT_ONCE:
        make(row.pk)
        row.refresh_from_db()
        if row.fault:
            raise Refused(row.fault, field="sheet")
    return row


def make(pk: int) -> None:
    """Make the file; a second time changes nothing."""
    row = Print.objects.select_related("roll__item__producer", "roll__lot").get(pk=pk)
    if row.file_id is not None:
        return
    try:
        with Progress(f"print-{pk}", row.roll.count) as note:
            pdf = roll_pdf(row.roll, row.sheet, row.carrier, skip=row.skip, note=note)
        row.file = keep(pdf, f"tem-{row.roll_id}.pdf", "application/pdf")
    except Refused as refused:
        row.fault = refused.reason
    except Stopped:
        row.fault = STOPPED
    except OSError:
        row.fault = "Máy chủ không ghi được tệp. Hãy bấm làm lại; nếu vẫn lỗi, báo quản trị."
    row.save(update_fields=["file", "fault"])
