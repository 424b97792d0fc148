"""What happens between customers and providers."""

from booking.models.appointment import Appointment, AppointmentEvent, Status
from booking.models.client import Client
from booking.models.notification import Delivery, Notification, Side, Wording
from booking.models.order import Order, OrderEvent, OrderItem, OrderStatus
from booking.models.outbox import OutboxJob
from booking.models.review import Review, ReviewReport
from booking.models.session import BusyTime, Hold, Session

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "BusyTime",
    "Client",
    "Delivery",
    "Hold",
    "Notification",
    "Order",
    "OrderEvent",
    "OrderItem",
    "OrderStatus",
    "OutboxJob",
    "Review",
    "ReviewReport",
    "Session",
    "Side",
    "Status",
    "Wording",
]
