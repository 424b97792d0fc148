"""What a business sells: its products, their order on the page, and how many there are."""

from django.db import transaction
from django.db.models import Max

from project.db import retry_on_conflict
from project.errors import InvalidInput, NguvaError
from providers.models import Product, Provider

MOST_IN_STOCK = 99_999
EDITABLE = ("name", "description", "category", "price", "active")
"""What the form of a product writes; its stock changes by orders at any moment."""


class StockMoved(NguvaError):
    """Somebody ordered, or counted, since the page was shown; ``left`` is how many there are."""

    code = "stock_moved"

    def __init__(self, *, left: int) -> None:
        super().__init__(f"Meanwhile this changed: there are {left} now. Please count again.")
        self.left = left


def save_product(product: Product) -> Product:
    """Write a product: a new one with its stock at the end of its shelf, else all but the stock."""
    if not product._state.adding:  # noqa: SLF001 - Django's own word for it
        product.save(update_fields=EDITABLE)
        return product
    shelf = Product.objects.filter(provider=product.provider, category=product.category)
    last = shelf.aggregate(last=Max("position"))["last"]
    product.position = 0 if last is None else last + 1
    product.save()
    return product


@retry_on_conflict
def change_stock(product: Product, *, by: int) -> int:
    """Add ``by`` to the stock (negative: take away) and return what there is then.

    Raises ``InvalidInput`` when there are not so many, or would be too many.
    """
    with transaction.atomic():
        before = _lock(product)
        return _write_stock(product, before + by, before=before)


@retry_on_conflict
def set_stock(product: Product, *, to: int, seen: int) -> int:
    """Set the stock to ``to`` if it is still what the person has ``seen``; return it.

    Raises ``StockMoved`` otherwise: an order that came meanwhile must not be forgotten. A repeat
    is harmless.
    """
    with transaction.atomic():
        stock = _lock(product)
        if stock not in {seen, to}:
            raise StockMoved(left=stock)
        return _write_stock(product, to, before=stock)


@retry_on_conflict
def shift_product(product: Product, *, by: int) -> None:
    """Move a product ``by`` places on its shelf: -1 is up, 1 is down; the first and last stay.

    Rows that shared a place get one each.
    """
    with transaction.atomic():
        Provider.objects.select_for_update(no_key=True).get(pk=product.provider_id)
        shelf = Product.objects.filter(provider=product.provider_id, category=product.category)
        rows = list(shelf)
        here = next((index for index, row in enumerate(rows) if row.pk == product.pk), None)
        if here is None:
            return
        rows.insert(min(max(here + by, 0), len(rows) - 1), rows.pop(here))
        for place, row in enumerate(rows):
            row.position = place
        Product.objects.bulk_update(rows, ["position"])


def _lock(product: Product) -> int:
    """Wait for and take the product's row; return its stock."""
    locked = Product.objects.select_for_update(no_key=True)
    return locked.values_list("stock", flat=True).get(pk=product.pk)


def _write_stock(product: Product, stock: int, *, before: int) -> int:
    """Write it. Cancelled orders may have brought back more than anybody could add."""
    if stock < 0:
        raise InvalidInput("There are not so many left.", field="stock")
    if stock > max(before, MOST_IN_STOCK):
        raise InvalidInput(f"At most {MOST_IN_STOCK}.", field="stock")
    Product.objects.filter(pk=product.pk).update(stock=stock)
    product.stock = stock
    return stock
