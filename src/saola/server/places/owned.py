"""What belongs to a province as a whole: its field, and who has rights over it."""

from django.db import models


class OfProvince(models.Model):
    """A row that those see and keep who have rights over its province."""

    province_code = models.CharField(max_length=2)

    class Meta:
        abstract = True

    def scopes(self) -> set[str]:
        """Its province's."""
        return {f"place:{self.province_code}"}
