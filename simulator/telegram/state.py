"""Which bots there are, where they may write, and what they wrote."""

from dataclasses import dataclass, field

TOKEN = "42:demo-token"
CHAT = "-1001"


@dataclass
class TelegramState:
    """Chats are numbers or ``@names``, kept as text. ``messages`` are rows for the control API."""

    tokens: list = field(default_factory=lambda: [TOKEN])
    chats: list = field(default_factory=lambda: [CHAT])
    messages: list = field(default_factory=list)
    last_number: int = 0

    def add_message(self, row):
        """Numbers go on after messages are forgotten, as in a chat that was cleared."""
        self.last_number += 1
        self.messages.append(row)
        return self.last_number

    def forget(self):
        self.messages.clear()
