"""The part of Telegram's Bot API that a sender of messages needs: ``getMe`` and ``sendMessage``."""
