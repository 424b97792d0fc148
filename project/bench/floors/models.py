"""The tables of the floors' site as Django sees them."""

from typing import ClassVar

from django.db import models


class Owner(models.Model):
    """Whose time it is: the row to lock."""

    name = models.TextField()

    objects: ClassVar[models.Manager["Owner"]] = models.Manager()

    class Meta:
        app_label = "floors"
        db_table = "owner"
        managed = False

    def __str__(self) -> str:
        return self.name


class Visit(models.Model):
    """A time that is taken, in a table with an index and nothing else."""

    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()

    objects: ClassVar[models.Manager["Visit"]] = models.Manager()

    class Meta:
        app_label = "floors"
        db_table = "visit"
        managed = False

    def __str__(self) -> str:
        return f"{self.start:%d %b %Y %H:%M}"


class Place(models.Model):
    """Something to search for."""

    slug = models.TextField()
    name = models.TextField()
    city = models.TextField()
    category = models.TextField()
    search_text = models.TextField()

    objects: ClassVar[models.Manager["Place"]] = models.Manager()

    class Meta:
        app_label = "floors"
        db_table = "place"
        managed = False

    def __str__(self) -> str:
        return self.name
