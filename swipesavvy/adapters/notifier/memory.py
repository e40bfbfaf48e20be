"""The channel that only remembers: for trying things out without telling anybody."""

from swipesavvy.application.alert_messages import Message
from swipesavvy.application.alerting import DeliveryError


class MemoryNotifier:
    """Keeps what it was given, in order; can be told to fail."""

    channel = "memory"

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.messages: list[Message] = []
        self.failure: str | None = None

    def send(self, message: Message) -> None:
        """Remember a message, or raise DeliveryError where `failure` is set."""
        if self.failure is not None:
            raise DeliveryError(self.failure)
        self.messages.append(message)
