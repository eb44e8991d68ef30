"""Events as they were captured, what each names, jobs of capture, tokens of machines."""

from typing import Any

from django.db import models

from saola.epcis.mentions import Role
from saola.server.files.models import StoredFile
from saola.server.products.models import Producer

MONTH = 10**10  # events that one month can hold


@models.BigIntegerField.register_lookup
class Among(models.Lookup[Any]):
    """`__among`: one of many numbers; to PostgreSQL one array, which is half the work of as many
    parameters."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """IN, as every database has it."""
        left, params = self.process_lhs(compiler, connection)
        numbers = list(self.rhs)
        marks = ", ".join(["%s"] * len(numbers)) or "NULL"
        return f"{left} IN ({marks})", (*params, *numbers)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """= ANY of an array."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*params, list(self.rhs))


class EventQuerySet(models.QuerySet["Event"]):
    """Everyday reads."""

    def readable_by(self, access: "Access | None") -> "EventQuerySet":
        """What everybody may read; a producer's own; for an office's token all of its province."""
        if access is None or not access.may_query:
            return self.filter(public=True)
        if access.producer_id is None:
            return self.filter(models.Q(public=True) | models.Q(province=access.province))
        return self.filter(models.Q(public=True) | models.Q(owner=access.producer_id))


class Event(models.Model):
    """One event, never changed. `seq` counts up with the order of capture and begins anew each
    month (202611 × 10¹⁰ + n), so that PostgreSQL keeps a partition for each; `province` stands in
    the key for a database that spreads by it. No foreign keys: rows come in by COPY."""

    seq = models.BigIntegerField(primary_key=True)
    province = models.SmallIntegerField()
    type = models.SmallIntegerField()  # place in saola.epcis.documents.EVENTS
    action = models.SmallIntegerField(null=True)  # place in ACTIONS
    step = models.IntegerField(null=True)  # a Word
    disposition = models.IntegerField(null=True)  # a Word
    event_time = models.DateTimeField()
    recorded_at = models.DateTimeField()
    owner = models.BigIntegerField(null=True)  # the producer whose chain it belongs to
    public = models.BooleanField()
    declared = models.BooleanField()  # an error declaration
    hash = models.BinaryField(max_length=32)
    document = models.TextField()  # EPCIS JSON as captured, with its id and its own context

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["event_time"], name="event_time"),
            models.Index(fields=["owner", "seq"], name="event_owner"),
        ]


class Mention(models.Model):
    """What an event names, in which role: 64 bits of the SHA-256 of its canonical text. A hit is
    held against the event itself. Lot trees are walked here too."""

    pk = models.CompositePrimaryKey("key", "seq", "role")
    key = models.BigIntegerField()
    seq = models.BigIntegerField()
    role = models.SmallIntegerField()  # saola.epcis.mentions.Role

    class Meta:
        indexes = [
            models.Index(fields=["seq"], name="mention_seq"),
            # places are few among the things: their list needs a way of its own
            models.Index(
                fields=["role", "key"],
                name="mention_place",
                condition=models.Q(role__in=[Role.PLACE, Role.LOCATION]),
            ),
        ]


class Word(models.Model):
    """A business step or disposition, by a small number."""

    class Kind(models.IntegerChoices):
        STEP = 1
        DISPOSITION = 2

    kind = models.SmallIntegerField(choices=Kind)
    text = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "text"], name="word_once")]


class Head(models.Model):
    """The last number given, and the hash over all before: one row. Whoever writes locks it, so
    numbers follow the order of commit and no reader misses one."""

    last = models.BigIntegerField(default=0)
    chain = models.BinaryField(max_length=32, default=bytes(32))


class Access(models.Model):
    """A token of a machine: for one producer's chain, or for the office. Only its hash is kept."""

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True)
    province = models.SmallIntegerField()
    may_capture = models.BooleanField(default=False)
    may_query = models.BooleanField(default=True)
    public = models.BooleanField(default=False)  # what is captured with it may be read by all
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def scopes(self) -> set[str]:
        """Its producer's, or its province's."""
        if self.producer_id:
            return {f"producer:{self.producer_id}"}
        return {f"place:{self.province:02d}"}


class NamedQuery(models.Model):
    """A question kept under a name; never changed, only ended."""

    name = models.CharField(max_length=100)
    access = models.ForeignKey(Access, on_delete=models.PROTECT)
    asked = models.JSONField()  # parameters of EPCIS
    spaces = models.JSONField(default=dict)  # prefixes of user-defined names
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["access", "name"], name="query_name_once_for_each")
        ]


class Subscription(models.Model):
    """Somebody who is told of what a query finds: as events come (`stream`) or by a schedule.
    `last_seq` is the number up to which everything was delivered."""

    id = models.UUIDField(primary_key=True)
    query = models.ForeignKey(NamedQuery, on_delete=models.CASCADE, related_name="subscriptions")
    dest = models.CharField(max_length=2000)
    secret = models.CharField(max_length=500, blank=True)
    stream = models.BooleanField()
    schedule: Any = models.JSONField(default=dict)
    report_if_empty = models.BooleanField(default=False)
    form = models.CharField(max_length=40, blank=True)  # how things are named; "" as captured
    last_seq = models.BigIntegerField()
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_notified_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    fault = models.CharField(max_length=200, blank=True)


class Seal(models.Model):
    """The head of the chain at the end of a day, published: who keeps it can prove later that no
    event before was changed."""

    day = models.DateField(primary_key=True)
    last = models.BigIntegerField()
    chain = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-day"]


class Job(models.Model):
    """One document on its way in; its states are those of the standard's capture job."""

    class Behaviour(models.TextChoices):
        ROLLBACK = "rollback"
        PROCEED = "proceed"

    id = models.UUIDField(primary_key=True)
    access = models.ForeignKey(Access, on_delete=models.PROTECT)
    source = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    behaviour = models.CharField(max_length=10, choices=Behaviour)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    success = models.BooleanField(default=True)
    stored = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)  # events that were there already
    errors: Any = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at"]
