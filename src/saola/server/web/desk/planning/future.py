"""What becomes of the province's products in the years ahead: fans and the table behind them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from saola.planning.fans import FEW, Outlook
from saola.server.accounts.permissions import Permission
from saola.server.targets.outlook import expiring, held_now, province_outlook
from saola.server.web.common.figures.charts import fan
from saola.server.web.common.rights import needs
from saola.server.web.desk.planning.promises import read_of


@needs(Permission.DESK_USE)
def future(request: HttpRequest) -> HttpResponse:
    """By class: fan, table; how terms ended so far; how many end soon."""
    read = read_of(request)
    held = held_now(read)
    found: Outlook = province_outlook(read)
    classes = []
    for stars, fans in found.held.items():
        now = sum(products for (one, _year), products in held.items() if one == stars)
        title = _("Sản phẩm %(stars)s sao cuối mỗi năm") % {"stars": stars}
        classes.append(
            {
                "stars": stars,
                "now": now,
                "cases": found.cases[stars],
                "few": found.cases[stars] < FEW,
                "rates": [
                    (fate, 100 * one.low, 100 * one.high, one.middle and 100 * one.middle)
                    for fate, one in found.rates[stars].items()
                    if one.high  # five stars cannot be upgraded
                ],
                "chart": fan(title, now, found.years, fans),
            }
        )
    context = {"on": read.on, "classes": classes, "few": FEW, "expiring": expiring(read)}
    return render(request, "desk/planning/future.html", context)
