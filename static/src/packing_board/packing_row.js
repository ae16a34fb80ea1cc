import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const SHOWN_LINES = 4;

/** One posting of the packing board. */
export class PackingRow extends Component {
    static template = "sale_marketplace.PackingRow";
    static props = {
        row: Object,
        tab: String,
        severalAccounts: Boolean,
        isSelected: Boolean,
        isCursor: Boolean,
        scanned: Number,
        onToggle: Function,
        onOpen: Function,
    };

    get lines() {
        return this.props.row.lines.slice(0, SHOWN_LINES);
    }

    get moreText() {
        const more = this.props.row.lines.length - SHOWN_LINES;
        return more > 0 ? _t("%s more products", more) : "";
    }

    get units() {
        return this.props.row.lines.reduce((sum, line) => sum + line.quantity, 0);
    }

    get scannedText() {
        return _t("Scanned %(scanned)s of %(units)s", { scanned: this.props.scanned, units: this.units });
    }

    get boxesText() {
        return _t("%s boxes", this.props.row.cargo_places);
    }

    get markingColor() {
        return { needed: "warning", refused: "danger", ready: "success" }[this.props.row.marking] || "info";
    }

    get state() {
        const { row, tab } = this.props;
        if (tab === "assemble") {
            const color = { failed: "danger", sending: "info", sent: "info" }[row.ship_state];
            return color ? { text: row.ship_state_text, color } : null;
        }
        if (row.printed) {
            return { text: _t("Label printed"), color: "success" };
        }
        const text = {
            ready: _t("Label ready"),
            waiting: _t("Label awaited"),
            failed: _t("Label failed"),
            none: _t("No label"),
        }[row.label_state];
        return { text, color: { ready: "info", waiting: "warning", failed: "danger", none: "secondary" }[row.label_state] };
    }
}
