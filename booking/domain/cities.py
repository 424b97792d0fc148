"""In which cities there is something to book."""

from django.db import connection

from providers.models import Provider

JUMP = """
    WITH RECURSIVE cities (city) AS (
        SELECT MIN(city) FROM {table} WHERE approved AND published
        UNION ALL
        SELECT (
            SELECT MIN(city) FROM {table}
            WHERE approved AND published AND city > cities.city
        ) FROM cities WHERE cities.city IS NOT NULL
    )
    SELECT city FROM cities WHERE city IS NOT NULL AND city <> '' LIMIT %s
"""
MOST = 200


def list_cities() -> list[str]:
    """Return the cities of listed providers, in order.

    It jumps along the index from one city to the next, where DISTINCT would read every provider.
    """
    with connection.cursor() as cursor:
        cursor.execute(JUMP.format(table=Provider._meta.db_table), [MOST])
        return [city for (city,) in cursor.fetchall()]
