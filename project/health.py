"""The health check that a load balancer or a monitor asks."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from project.access import public


def database_answers() -> bool:
    """Ask the database for a constant."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer ``{"status": "ok"|"error", "checks": {name: "ok"|"error"}}``; 503 on an error."""
    checks = {"database": "ok" if database_answers() else "error"}
    healthy = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"status": "ok" if healthy else "error", "checks": checks}, status=200 if healthy else 503
    )
