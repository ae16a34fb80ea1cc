import traceback

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError

from ..engine import JobFailure
from ..marketplaces.base import errors


class MarketplaceErrorText(models.AbstractModel):
    """One clear sentence, in the user's language, for everything that can go wrong outside."""

    _name = "marketplace.error.text"
    _description = "Marketplace Error Text"

    @api.model
    def _explain(self, exc, account):
        """Returns (error kind of ``marketplace.job``, sentence)."""
        if isinstance(exc, errors.MarketplaceError):
            return self._explain_marketplace(exc, account)
        if isinstance(exc, (JobFailure, UserError)):
            return "user", str(exc)
        if isinstance(exc, UniqueViolation):
            return "retry", self.env._("Another worker changed the same records: it will be tried again.")
        detail = "".join(traceback.format_exception(exc))[-3000:]
        return "bug", self.env._("The program failed; please report it:\n%s", detail)

    @api.model
    def _get_sentence(self, exc, account):
        return self._explain(exc, account)[1]

    def _explain_marketplace(self, exc, account):
        label = account._get_marketplace_label(account.marketplace)
        kinds = [
            (errors.AuthError, "auth", self._explain_auth),
            (errors.Forbidden, "forbidden", self._explain_forbidden),
            (errors.RateLimited, "retry", self._explain_limit),
            (errors.UnknownOutcome, "retry", self._explain_unknown),
            (errors.NotReady, "retry", self._explain_not_ready),
            (errors.Retryable, "retry", self._explain_unavailable),
            (errors.Obsolete, "obsolete", self._explain_obsolete),
            (errors.NotFound, "rejected", self._explain_not_found),
            (errors.PayloadError, "payload", self._explain_payload),
            (errors.NotSupported, "rejected", self._explain_not_supported),
        ]
        for error_class, kind, explain in kinds:
            if isinstance(exc, error_class):
                return kind, explain(exc, label, account)
        return "rejected", self._explain_rejected(exc, label, account)

    def _explain_auth(self, exc, label, account):
        name = account.name
        reasons = {
            "wrong_key": self.env._(
                "%(marketplace)s does not know the key of account %(account)s: check Client ID and API key.",
                marketplace=label,
                account=name,
            ),
            "bad_client_id": self.env._(
                "%(marketplace)s says that the Client ID of account %(account)s is not a number.",
                marketplace=label,
                account=name,
            ),
            "key_expired": self.env._(
                "The key of account %(account)s has expired or was switched off: issue a new one in the cabinet of "
                "%(marketplace)s.",
                marketplace=label,
                account=name,
            ),
            "ip_restricted": self.env._(
                "The key of account %(account)s is limited to other network addresses: change it in the cabinet of "
                "%(marketplace)s.",
                marketplace=label,
                account=name,
            ),
            "blocked": self.env._(
                "%(marketplace)s has blocked the cabinet of account %(account)s: ask its support.",
                marketplace=label,
                account=name,
            ),
        }
        return reasons.get(exc.reason) or self.env._(
            "%(marketplace)s refused the key: %(text)s", marketplace=label, text=exc
        )

    def _explain_forbidden(self, exc, label, account):
        if exc.reason == "subscription":
            return self.env._("%s gives this only to cabinets with a paid subscription.", label)
        if exc.reason == "contract":
            return self.env._("%s wants its contract accepted in the cabinet first.", label)
        if exc.reason == "wall":
            return self.env._(
                "A wall against robots in front of %s refuses calls of this server: ask its support to let the "
                "server's address in. The token is not the reason.",
                label,
            )
        return self.env._(
            "The key of account %(account)s lacks the role for this (%(path)s): issue a key with this role in the "
            "cabinet of %(marketplace)s.",
            account=account.name,
            path=exc.endpoint or "",
            marketplace=label,
        )

    def _explain_limit(self, exc, label, account):
        return self.env._("%s limits how often it may be asked: it goes on by itself.", label)

    def _explain_unknown(self, exc, label, account):
        return self.env._(
            "%s did not answer in time and may or may not have done it: its state is looked up before anything is sent "
            "again.",
            label,
        )

    def _explain_not_ready(self, exc, label, account):
        return self.env._("%(marketplace)s is still working on it: %(text)s", marketplace=label, text=exc)

    def _explain_unavailable(self, exc, label, account):
        return self.env._("%(marketplace)s cannot be reached: %(text)s", marketplace=label, text=exc)

    def _explain_obsolete(self, exc, label, account):
        return self.env._(
            "%(marketplace)s has switched off the method %(path)s: update this addon.",
            marketplace=label,
            path=exc.endpoint or "",
        )

    def _explain_not_found(self, exc, label, account):
        return self.env._("%(marketplace)s does not find it in this cabinet: %(text)s", marketplace=label, text=exc)

    def _explain_payload(self, exc, label, account):
        return self.env._("%(marketplace)s answered something unreadable: %(text)s", marketplace=label, text=exc)

    def _explain_not_supported(self, exc, label, account):
        return self.env._("%s has no such operation.", label)

    def _explain_rejected(self, exc, label, account):
        text = self._get_known_refusals().get(exc.code) or str(exc)
        return self.env._("%(marketplace)s refused: %(text)s", marketplace=label, text=text)

    @api.model
    def _get_refusal(self, word):
        """A refusal of one item of several: the marketplace's word, as a sentence where it is known."""
        return self._get_known_refusals().get(word) or word

    def _get_known_refusals(self):
        return {
            "POSTING_ALREADY_CANCELLED": self.env._("the posting is cancelled there."),
            "POSTING_NOT_FOUND": self.env._("the posting does not exist in this cabinet."),
            "HAS_INCORRECT_STATUS": self.env._("the posting is in a status that does not allow this."),
            "HAS_INCORRECT_PRODUCT_QUANTITY": self.env._("the parcels do not hold all units of the posting."),
            "UNKNOWN_PRODUCT_DEFINED": self.env._("a product of the parcels is not in the posting."),
            "EXEMPLAR_INFO_NOT_FILLED_COMPLETELY": self.env._(
                "marking codes or customs numbers must be entered before assembling."
            ),
            "INCORRECT_OVH_FOR_POSTING": self.env._("the parcel is larger or heavier than the point accepts."),
            "TRANSITION_IS_NOT_POSSIBLE": self.env._("the posting is not at the step before this one there."),
            "HAS_INCORRECT_TPL_INTEGRATION_TYPE": self.env._(
                "its carrier tells the status of this posting, not the seller."
            ),
            "HAS_INCORRECT_CANCEL_REASON": self.env._("this reason is not accepted for this posting."),
        }
