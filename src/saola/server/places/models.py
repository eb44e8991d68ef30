"""Places through time, numbers given by offices, holidays."""

from datetime import date

from django.db import models, transaction
from django.db.models import Q

MERGERS = 3  # so many mergers back a record finds the office that took over


class PlaceQuerySet(models.QuerySet["Place"]):
    """Everyday reads."""

    def on(self, day: date) -> "PlaceQuerySet":
        """Places that existed on a day."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )

    def seen_by(self, codes: list[str]) -> "PlaceQuerySet":
        """Places of those codes, and those that they followed."""
        seen = Q(code__in=codes)
        followed = Succession.objects.filter(new__code__in=codes)
        for _ in range(MERGERS):
            seen |= Q(pk__in=followed.values("old"))
            followed = Succession.objects.filter(new__in=followed.values("old"))
        return self.filter(seen)

    def communes(self) -> "PlaceQuerySet":
        """Communes and wards in force, without the province."""
        return self.filter(level="commune", valid_to=None)


class Place(models.Model):
    """A province or a commune between two dates; two of the same name stay two."""

    level = models.CharField(max_length=10, choices=[("province", "tỉnh"), ("commune", "xã")])
    code = models.CharField(max_length=5)
    name = models.CharField(max_length=80)
    folded = models.CharField(max_length=80, db_index=True)
    province_code = models.CharField(max_length=2)
    district = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField(
        "self", through="Succession", symmetrical=False, related_name="predecessors"
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to=None), name="place_code_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def scopes(self) -> set[str]:
        """Its own and its province's; once it has ended also those of the places that followed, so
        that what lies there is seen to by the office that took over."""
        own = {f"place:{self.code}", f"place:{self.province_code}"}
        if self.valid_to is not None:
            own |= {f"place:{place.code}" for place in self.followers()}
        return own

    def followers(self) -> list["Place"]:
        """All that came after it, nearest first."""
        found: dict[int, Place] = {}
        ended = [self]
        for _ in range(MERGERS):
            rows = Place.objects.filter(predecessors__in=ended).distinct()
            found |= {place.pk: place for place in rows}
            ended = [place for place in rows if place.valid_to is not None]
            if not ended:
                break
        return list(found.values())

    def own_scopes(self) -> set[str]:
        """Those of its own office and of the one that took over, without the province's."""
        return self.scopes() - {f"place:{self.province_code}"}

    def follower(self) -> "Place | None":
        """The one place in force that has its place, where there is exactly one."""
        if self.valid_to is None:
            return None
        rows = [place for place in self.followers() if place.valid_to is None]
        return rows[0] if len(rows) == 1 else None

    @property
    def name_today(self) -> str:
        """ "Xã Cũ (nay là Xã Mới)" for a place that has ended."""
        now = self.follower()
        return f"{self.name} (nay là {now.name})" if now and now.name != self.name else self.name


class Succession(models.Model):
    """Which place has the place of which, from a day on."""

    old = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="succeeded_by")
    new = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="succeeds")
    on_day = models.DateField()
    confidence = models.CharField(max_length=30)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_once")]


class Shape(models.Model):
    """The outline of a place for the map. `schematic` where it only shows about where it lies."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, related_name="shape")
    geometry = models.JSONField()  # GeoJSON MultiPolygon, WGS 84
    schematic = models.BooleanField()
    source = models.CharField(max_length=200)
    changed_at = models.DateTimeField(auto_now=True)


class Holiday(models.Model):
    """A day off beside the public holidays, or (`works`) a day that is worked although it would be
    free; entered by the office when the government announces an exchange."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    works = models.BooleanField(default=False)


class NumberSeries(models.Model):
    """Running numbers an office gives in one year: registrations, products, certificates."""

    office = models.CharField(max_length=40)  # scope of the office: "place:03868"
    series = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "series", "year"], name="series_once")
        ]

    @classmethod
    @transaction.atomic
    def next(cls, office: str, series: str, year: int) -> int:
        """The next number, given once even under many hands."""
        row, _ = cls.objects.select_for_update().get_or_create(
            office=office, series=series, year=year
        )
        row.last += 1
        row.save(update_fields=["last"])
        return row.last
