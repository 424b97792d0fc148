"""What the search for providers reads: one text column, kept in step by whoever changes a part."""

from collections.abc import Iterable

from providers.models import Provider, Service


def compose_search_text(
    *, name: str, category: str, city: str, service_names: Iterable[str]
) -> str:
    """Return what ``ProviderQuerySet.matching`` looks into: lower case, a line per part.

    The name comes first, so that whoever ranks can tell a hit in it by its place.
    """
    return "\n".join([name, category, city, *service_names]).lower()


def refresh_search_text(provider: Provider) -> None:
    """Write the search text of one provider anew; nothing is written when nothing changed."""
    refresh_search_texts([provider])


def refresh_search_texts(providers: Iterable[Provider]) -> None:
    """Write the search texts of these providers anew, in three queries however many they are.

    Call it after a change of a provider's name, city or category, of a category's name, or of the
    name or the active state of a service. Meant for pages of providers, not for whole markets.
    """
    fresh = Provider.objects.select_related("category").in_bulk({each.pk for each in providers})
    names: dict[int, list[str]] = {pk: [] for pk in fresh}
    services = Service.objects.active().filter(provider__in=fresh)
    for provider_id, service_name in services.values_list("provider_id", "name"):
        names[provider_id].append(service_name)
    changed = [each for each in fresh.values() if _recompose(each, names[each.pk])]
    Provider.objects.bulk_update(changed, ["search_text"], batch_size=500)


def _recompose(provider: Provider, service_names: Iterable[str]) -> bool:
    """Set the search text on the instance; whether that changed it."""
    before = provider.search_text
    provider.search_text = compose_search_text(
        name=provider.name,
        category=provider.category.name,
        city=provider.city,
        service_names=service_names,
    )
    return provider.search_text != before
