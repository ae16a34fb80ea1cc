import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ScannerInput } from "./scanner_input";

/** The packer scans code after code; each finds its unit by itself. */
export class MarkingDialog extends Component {
    static template = "sale_marketplace.MarkingDialog";
    static components = { ScannerInput };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.body = useRef("body");
        this.orderId = this.props.action.params.order_id;
        this.state = useState({ data: {}, error: "", note: "", last: false, chosen: false, countries: [] });
        // Scans wait for each other: a quick packer loses none.
        this.queue = Promise.resolve();
        onWillStart(async () => {
            this.state.data = await this.call("read_marking");
            if (this.state.data.lines.some((line) => line.words.includes("country"))) {
                this.state.countries = await this.orm.searchRead("res.country", [], ["name"], { order: "name" });
            }
        });
    }

    get data() {
        return this.state.data;
    }

    get complete() {
        return this.data.done === this.data.count;
    }

    get current() {
        return this.state.chosen || this.data.current;
    }

    get progress() {
        return _t("%(done)s of %(count)s", { done: this.data.done, count: this.data.count });
    }

    get placeholder() {
        return this.complete ? _t("All codes are there") : _t("Scan the next code");
    }

    call(method, ...args) {
        return this.orm.call("marketplace.order", method, [[this.orderId], ...args]);
    }

    change(method, args) {
        const done = this.queue.then(async () => {
            const { error, note, unit, ...data } = await this.call(method, ...args());
            Object.assign(this.state, { data, error: error || "", note: note || "", chosen: false });
            if (!error) {
                this.state.last = unit || false;
            }
            this.showUnit(error ? this.current : unit);
        });
        // One that fails (no connection) is told by the client, and does not keep the next one.
        this.queue = done.catch(() => {});
        return done;
    }

    showUnit(unit) {
        requestAnimationFrame(() =>
            this.body.el?.querySelector(`[data-unit="${unit}"]`)?.scrollIntoView({ block: "nearest" })
        );
    }

    // Asked when its turn comes: the highlighted unit moves on with every scan before it.
    onScan(text) {
        return this.change("scan_marking", () => [text, this.current]);
    }

    onUndo() {
        const unit = this.state.last;
        this.state.last = false;
        return this.change("write_marking", () => [unit, { mark: false, imei: false, jw_uin: false }]);
    }

    onClear(unit) {
        return this.change("write_marking", () => [unit.id, { mark: false }]);
    }

    onField(unit, name, value) {
        return this.change("write_marking", () => [unit.id, { [name]: value }]);
    }

    onCountry(line, value) {
        return this.change("write_marking_country", () => [line.id, parseInt(value) || false]);
    }

    onChoose(unit) {
        if (this.data.editable && !unit.left) {
            this.state.chosen = unit.id;
        }
    }

    /** The field keeps the focus, unless something else is being typed. */
    onClick(ev) {
        if (!ev.target.closest("input, select, button, a, label")) {
            this.body.el.querySelector(".o_marking_scan")?.focus();
        }
    }

    close() {
        return this.action.doAction({ type: "ir.actions.act_window_close" });
    }

    async finish(method) {
        await this.queue;
        const next = await this.call(method);
        await this.close();
        return this.action.doAction(next);
    }
}

registry.category("actions").add("sale_marketplace.marking", MarkingDialog);
