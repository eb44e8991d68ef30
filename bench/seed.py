"""The accounts of bench/load.py in a demonstration province: officers, producers, councils of ten;
prints what the crowd needs as JSON: `python -m bench.seed`."""

import json
from typing import Any

import django

from tools.crowd_seed import session, sheets, token

PEOPLE, MEMBERS, A_COUNCIL = 500, 50, 10


def people() -> list[list[Any]]:
    """Officers of communes and producers by turns: name, session, pages they open."""
    from saola.server.accounts.actions import grant
    from saola.server.accounts.models import User
    from saola.server.places.models import Place
    from saola.server.products.models import Producer

    places = list(Place.objects.communes().filter(province_code="14"))
    producers = list(Producer.objects.filter(place__province_code="14"))
    made = []
    for n in range(PEOPLE):
        user = User.objects.create(username=f"tai{n}", full_name=f"Người đo {n}", is_demo=True)
        if n % 2:
            grant(user, "commune_officer", f"place:{places[n % len(places)].code}")
            paths = ["/can-bo/", "/so-dang-ky/"]
        else:
            grant(user, "producer", f"producer:{producers[n % len(producers)].pk}")
            paths = ["/chu-the/", "/so-dang-ky/?tim=che", "/"]
        made.append([user.username, session(user), paths])
    return made


def members(old: Any) -> list[list[Any]]:
    """Councils of ten in open sessions with a product each: name, session, agenda item."""
    from django.utils import timezone

    from saola.server.accounts.models import User
    from saola.server.councils import actions, seats
    from saola.server.councils.models import Council
    from saola.server.dossiers.models import Dossier
    from saola.server.products.models import Product

    made, today = [], timezone.localdate()
    for number in range(MEMBERS // A_COUNCIL):
        council = Council.objects.create(
            name=f"Hội đồng đo {number} (minh họa)",
            decision_number=f"D{number}/QĐ (minh họa)",
            decided_on=today,
            province_code="14",
            regulation_number=f"E{number}/QĐ (minh họa)",
            regulation_dated=today,
            illustrative=True,
        )
        users = [
            User.objects.create(
                username=f"cham{number}{n}", full_name=f"Thành viên {number}{n}", is_demo=True
            )
            for n in range(A_COUNCIL)
        ]
        for n, user in enumerate(users):
            kind = "member" if n else "chair"
            seats.seat(council, user, by=None, kind=kind, secretary=n == A_COUNCIL - 1)
        copy = Dossier.objects.get(pk=old.dossier_id)
        copy.pk, copy.commune_number, copy.agency_number = None, 900 + number, None
        copy.product = Product.objects.get(pk=old.dossier.product_id)
        copy.product.pk, copy.product.code = None, f"14-00000-{900 + number}-2026"
        copy.product.name = f"Sản phẩm đo {number} (minh họa)"
        copy.product.save()
        copy.product_id, copy.state = copy.product.pk, "advised"
        copy.save()
        data = {"title": f"Phiên đo {number}", "mode": "meeting", "held_on": today}
        meeting = actions.call_session(council, data, by=users[-1])
        item = actions.schedule(meeting, copy, by=users[-1])
        seated = set(council.members.values_list("pk", flat=True))
        actions.mark_attendance(meeting, seated, by=users[-1])
        actions.open_session(meeting, by=users[0])
        made += [[user.username, session(user), item.pk] for user in users]
    return made


def codes() -> list[str]:
    """Digital Links of labels of one roll."""
    from django.conf import settings

    from saola.gs1.serials import serial
    from saola.server.labels.models import Roll

    roll = Roll.objects.select_related("item").order_by("pk")[0]
    places = range(min(roll.count, 500))
    return [f"/01/{roll.item.gtin}/21/{serial(settings.SERIAL_KEY, roll.pk, n)}" for n in places]


def main() -> None:
    """Make all of it."""
    django.setup()
    from saola.server.councils.models import AgendaItem

    old = AgendaItem.objects.get(pk=1)
    told = {"people": people(), "members": members(old), "sheets": sheets()}
    print(json.dumps(told | {"codes": codes(), "token": token()}))


if __name__ == "__main__":
    main()
