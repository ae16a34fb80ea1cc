from . import marketplace_feed, marketplace_labels, marketplace_webhook
