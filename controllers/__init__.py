from . import marketplace_labels, marketplace_webhook
