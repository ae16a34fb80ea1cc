import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { drawCode128 } from "../barcode_field/code128";

/** A hand-over of today: where it is, its document, and the code to show at the reception. */
export class PackingHandover extends Component {
    static template = "sale_marketplace.PackingHandover";
    static props = { handover: Object, onOpen: Function, onRetry: Function };

    get isMoving() {
        return ["creating", "forming"].includes(this.props.handover.state);
    }

    get color() {
        return { ready: "success", failed: "danger" }[this.props.handover.state] || "info";
    }

    get drawing() {
        return drawCode128(this.props.handover.barcode);
    }

    get countText() {
        return _t("%s postings", this.props.handover.count);
    }
}
