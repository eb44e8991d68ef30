"""People and what they were granted."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.functional import cached_property

from saola.server.accounts.permissions import PERSONAL, Permission
from saola.server.accounts.roles import ALL


class UserManager(BaseUserManager["User"]):
    """Makes accounts with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password nobody can sign in with it."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def who(self, permission: Permission, scope: str) -> models.QuerySet["User"]:
        """Active people who have the permission in that very scope."""
        return self.who_in(permission, {scope})

    def who_in(self, permission: Permission, scopes: set[str]) -> models.QuerySet["User"]:
        """Active people who have the permission in one of these very scopes."""
        roles = [key for key, role in ALL.items() if permission in role.permissions]
        granted = Grant.objects.filter(role__in=roles, scope__in=scopes)
        return self.filter(is_active=True, grants__in=granted).distinct().order_by("pk")


class User(AbstractBaseUser):
    """A person who signs in. `position` and `agency` are printed beside the name on papers."""

    username = models.CharField("tên đăng nhập", max_length=60, unique=True)
    full_name = models.CharField("họ và tên", max_length=120)
    position = models.CharField("chức vụ", max_length=120, blank=True)
    agency = models.CharField("cơ quan", max_length=200, blank=True)
    email = models.EmailField("thư điện tử", blank=True)  # for messages; never shown to others
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # exists only in demonstration mode
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    acted_by: "User | None" = None  # who acts in this person's place in this very request

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.full_name

    @cached_property
    def granted(self) -> list["Grant"]:
        """This person's grants, read once per request."""
        return list(self.grants.all())

    def scopes_for(self, permission: Permission) -> set[str]:
        """Scopes in which the person has the permission; none in another's hands for what only
        the person may do."""
        if self.acted_by is not None and permission in PERSONAL:
            return set()
        return {g.scope for g in self.granted if permission in ALL[g.role].permissions}

    def scopes_as(self, role: str) -> set[str]:
        """Scopes in which the person has that very role."""
        return {g.scope for g in self.granted if g.role == role}


class Grant(models.Model):
    """A role, or the duty of a seat, within one scope such as "place:14" or "producer:7".
    `by_claim`: it came from a provider of identity and goes with its word."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30, choices=[(key, key) for key in ALL])
    scope = models.CharField(max_length=60)
    by_claim = models.BooleanField(default=False)
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "scope"], name="grant_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=list(ALL)), name="grant_role_is_known"
            ),
        ]


class Sending(models.Model):
    """How often a connection, known by a day's token, sent something in one hour without an
    account; forgotten after a day."""

    key = models.CharField(max_length=80)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="sending_once_an_hour")]


class SignedIn(models.Model):
    """One place where a person is signed in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="places_signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)  # coarse: "Chrome, Android"
    began_at = models.DateTimeField(auto_now_add=True)
