from . import controllers, marketplaces, models, reports, services, wizards
