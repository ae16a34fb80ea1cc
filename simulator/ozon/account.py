"""The key's roles and the seller's company."""

from simulator.clock import format_time
from simulator.ozon.auth import allowed_paths
from simulator.ozon.registry import method


@method("/v1/roles", "account")
def roles(call):
    paths = allowed_paths(call.key)
    return {
        "expires_at": format_time(call.key.expires_at),
        "roles": [{"name": name, "methods": paths} for name in call.key.roles],
    }


@method("/v1/seller/info", "account")
def seller_info(call):
    company = {
        "name": "Ромашка",
        "legal_name": "ООО «Ромашка»",
        "inn": "7707083893",
        "ogrn": "1027700132195",
        "country": "RU",
        "currency": call.state.settings.currency,
        "ownership_form": "ООО",
        "tax_system": "OSNO",
    }
    return {
        "company": company,
        "ratings": [rating(call)],
        "subscription": {"is_premium": False, "type": "UNSPECIFIED"},
    }


def rating(call):
    return {
        "rating": "rating_on_time",
        "name": "Процент заказов вовремя",
        "status": "OK",
        "value_type": "PERCENT",
        "current_value": {
            "value": 97.5,
            "formatted": "97,5%",
            "date_from": format_time(call.now.replace(hour=0, minute=0, second=0, microsecond=0)),
            "date_to": format_time(call.now.replace(microsecond=0)),
            "status": {"danger": False, "premium": True, "warning": False},
        },
        # Seen as null in the real service.
        "past_value": None,
    }
