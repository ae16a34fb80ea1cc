import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** How far the postings are that were sent together, and what was refused. */
export class PackingProgress extends Component {
    static template = "sale_marketplace.PackingProgress";
    static props = {
        batch: Object,
        sending: { type: [Object, { value: null }] },
        problems: Array,
        onOpen: Function,
        onRetry: Function,
        onPrint: Function,
        onClose: Function,
    };

    get text() {
        const { batch, sending } = this.props;
        if (sending) {
            return _t("%(sent)s of %(total)s sent", sending);
        }
        const values = { done: batch.done, total: batch.total, refused: batch.refused.length };
        return values.refused
            ? _t("%(done)s of %(total)s assembled, %(refused)s refused", values)
            : _t("%(done)s of %(total)s assembled", values);
    }

    get percent() {
        const { batch, sending } = this.props;
        const [part, whole] = sending ? [sending.sent, sending.total] : [batch.done, batch.total];
        return whole ? Math.round((100 * part) / whole) : 0;
    }

    get refusedPercent() {
        const { batch, sending } = this.props;
        return !sending && batch.total ? Math.round((100 * batch.refused.length) / batch.total) : 0;
    }

    get repeatable() {
        return this.props.batch.refused.filter((refusal) => refusal.again).map((refusal) => refusal.id);
    }

    get printText() {
        return _t("Print %s labels", this.props.batch.labels);
    }
}
