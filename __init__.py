from . import controllers, marketplaces, models, reports, services, wizards
from .hooks import post_init_hook, uninstall_hook
