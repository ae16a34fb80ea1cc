import { Component, onMounted, onWillStart, onWillUnmount, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PackingHandover } from "./packing_handover";
import { PackingModel } from "./packing_model";
import { PackingProgress } from "./packing_progress";
import { PackingRow } from "./packing_row";

const BOARD = "marketplace.packing.board";
const LOOK_MS = 2500;
/** What has not moved for so many looks is looked at less often. */
const PATIENCE = 24;
const SLOW_LOOK_MS = 15000;
/** Keys that come quicker than this were typed by a scanner. */
const SCANNER_MS = 60;

export class PackingBoard extends Component {
    static template = "sale_marketplace.PackingBoard";
    static components = { Layout, PackingHandover, PackingProgress, PackingRow };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.barcode = useService("barcode");
        this.model = useState(new PackingModel(this.orm, this.props.state?.packing));
        this.state = useState({ busy: false });
        this.scanInput = useRef("scan");
        this.root = useRef("root");
        this.search = useDebounced((text) => this.model.filter({ search: text }), 300);
        this.unmoved = 0;
        this.lastKey = 0;
        useSetupAction({ getLocalState: () => ({ packing: this.model.saved }) });
        useBus(this.barcode.bus, "barcode_scanned", ({ detail }) => this.onScanned(detail.barcode));
        // After the barcode service, which listens on the body and takes the Enter of a scanner for itself.
        useExternalListener(document, "keydown", this.onKeydown);
        useExternalListener(document, "visibilitychange", this.onVisibility);
        onWillStart(() => this.model.load());
        onMounted(() => this.schedule());
        onWillUnmount(() => browser.clearTimeout(this.timer));
        useEffect(
            (cursor) => {
                this.root.el?.querySelector(`[data-id="${cursor}"]`)?.scrollIntoView({ block: "nearest" });
            },
            () => [this.model.cursor, this.model.message.count]
        );
        useEffect(
            (isMoving) => {
                if (isMoving) {
                    this.unmoved = 0;
                    this.schedule();
                }
            },
            () => [this.model.isMoving]
        );
    }

    get tabs() {
        const { assemble, assembling, refused, label_waiting, label_missing, label_ready, handover } =
            this.model.board.counters;
        return [
            { key: "assemble", title: _t("To Assemble"), count: assemble + assembling + refused },
            { key: "label", title: _t("Labels to Print"), count: label_waiting + label_missing + label_ready },
            { key: "handover", title: _t("To Hand Over"), count: handover },
        ];
    }

    get warehouses() {
        const { account_id } = this.model.filters;
        return this.model.board.warehouses.filter((row) => !account_id || row.account_id === account_id);
    }

    get selectionText() {
        return _t("%s selected", this.model.selectedIds.length);
    }

    get moreText() {
        return _t("%s more", this.model.hidden);
    }

    get emptyText() {
        const { search, account_id, warehouse_id, scheme } = this.model.filters;
        if (search || account_id || warehouse_id || scheme) {
            return _t("No posting matches the filters.");
        }
        return {
            assemble: _t("Nothing to assemble. New postings appear here as soon as they have become orders."),
            label: _t("All labels are printed. Assembled postings appear here until their label is printed."),
            handover: _t("Nothing waits for a hand-over. Assembled FBS postings appear here."),
        }[this.model.tab];
    }

    get markingId() {
        const ids = this.model.selectedIds.length ? this.model.selectedIds : [this.model.cursor];
        return ids.find((id) => this.model.getRow(id)?.marking) || false;
    }

    // --- progress ---------------------------------------------------------------------------------------------
    schedule() {
        browser.clearTimeout(this.timer);
        if (this.model.isMoving && !document.hidden) {
            this.timer = browser.setTimeout(() => this.look(), this.unmoved < PATIENCE ? LOOK_MS : SLOW_LOOK_MS);
        }
    }

    async look() {
        if (!this.model.sending) {
            this.unmoved = (await this.model.look()) ? 0 : this.unmoved + 1;
        }
        this.schedule();
    }

    async onVisibility() {
        if (!document.hidden && this.model.board) {
            await this.model.look();
        }
        this.schedule();
    }

    // --- keyboard and scanner ---------------------------------------------------------------------------------
    onScanned(code) {
        // Commands of Odoo itself, and codes for a dialog that lies above.
        if (!/^(OBT|OCD)/.test(code) && this.ui.activeElement === document) {
            this.model.scan(code);
        }
    }

    async onScanKey(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            const code = ev.target.value;
            ev.target.value = "";
            await this.model.scan(code);
        } else if (ev.key === "Escape" || ev.key === "ArrowDown") {
            ev.preventDefault();
            ev.stopPropagation();
            ev.target.blur();
        }
    }

    onKeydown(ev) {
        const byScanner = ev.timeStamp - this.lastKey < SCANNER_MS;
        this.lastKey = ev.timeStamp;
        const typing = ev.target.closest?.("input, textarea, select, [contenteditable=true]");
        if (ev.defaultPrevented || typing || ev.altKey || this.ui.activeElement !== document) {
            return;
        }
        const onControl = ev.target.closest?.("button, a, .dropdown-item");
        if (this.handleKey(ev, byScanner, onControl)) {
            ev.preventDefault();
        }
    }

    /** Returns whether the key was meant for the board. */
    handleKey({ key, ctrlKey, metaKey, shiftKey }, byScanner, onControl) {
        const { model } = this;
        if (key === "ArrowDown" || key === "ArrowUp") {
            model.move(key === "ArrowDown" ? 1 : -1, shiftKey);
        } else if (key === "ArrowLeft" || key === "ArrowRight") {
            this.openNextTab(key === "ArrowRight" ? 1 : -1);
        } else if (key === " " && model.cursor && !onControl && !byScanner) {
            model.toggle(model.cursor);
        } else if (key === "Enter" && model.cursor && !onControl && !byScanner) {
            this.openPosting(model.cursor);
        } else if (key === "Escape") {
            model.selected = new Set();
        } else if ((ctrlKey || metaKey) && ["a", "ф"].includes(key.toLowerCase())) {
            model.toggleAll(model.shownIds);
        } else if (["/", "."].includes(key) && !ctrlKey && !byScanner) {
            this.scanInput.el.focus();
        } else {
            return false;
        }
        return true;
    }

    openNextTab(step) {
        const keys = this.tabs.map((tab) => tab.key);
        const key = keys[keys.indexOf(this.model.tab) + step];
        if (key) {
            this.model.open(key);
        }
    }

    // --- actions ----------------------------------------------------------------------------------------------
    /** One thing at a time; afterwards the keyboard belongs to the list again. */
    async run(work) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        document.activeElement?.blur();
        try {
            return await this.model.attempt(work);
        } finally {
            this.state.busy = false;
            this.schedule();
        }
    }

    assemble(ids) {
        return this.run(() => this.model.assemble(ids));
    }

    printLabels(ids) {
        return this.run(async () => {
            const { action, missing } = await this.orm.call(BOARD, "print_labels", [ids]);
            await this.action.doAction(action);
            if (missing.length) {
                this.model.say("warning", _t("No label yet for %s.", missing.join(", ")));
            }
            await this.model.load();
        });
    }

    print(method, ids) {
        return this.run(async () => this.action.doAction(await this.orm.call(BOARD, method, [ids])));
    }

    fetchLabels(ids) {
        return this.run(async () => {
            const answer = await this.orm.call("marketplace.order", "action_request_labels", [ids]);
            this.model.say("success", answer.params.message);
            await this.model.load();
        });
    }

    openMarking() {
        return this.run(async () => {
            const action = await this.orm.call("marketplace.order", "action_open_marking", [[this.markingId]]);
            await this.action.doAction(action, { onClose: () => this.model.load() });
        });
    }

    openPosting(id) {
        return this.run(() =>
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "marketplace.order",
                res_id: id,
                views: [[false, "form"]],
            })
        );
    }

    openHandover(id) {
        return this.run(() =>
            this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "marketplace.handover",
                res_id: id,
                views: [[false, "form"]],
            })
        );
    }

    async retryHandover(id) {
        await this.run(async () => {
            await this.orm.call("marketplace.handover", "action_create_there", [[id]]);
            await this.model.load();
        });
    }

    async handOver() {
        const plan = await this.run(() => this.orm.call(BOARD, "get_handover_plan", [this.model.options]));
        if (!plan) {
            return;
        }
        const lines = plan.places.map(({ name, count }) => `${name}: ${count}`);
        const unprinted = plan.places.reduce((sum, place) => sum + place.unprinted, 0);
        const warnings = [
            unprinted ? _t("Labels not printed yet: %s", unprinted) : "",
            plan.left ? _t("Due today, but not assembled and so left behind: %s", plan.left) : "",
        ].filter(Boolean);
        const text = _t("The marketplace forms the hand-over of all assembled postings of these warehouses:");
        this.dialog.add(ConfirmationDialog, {
            title: _t("Hand over today's postings"),
            body: [text, ...lines, ...(warnings.length ? ["", ...warnings] : [])].join("\n"),
            confirmLabel: _t("Hand Over"),
            confirm: () => this.run(() => this.model.handOver()),
            cancel: () => {},
        });
    }

    refresh() {
        return this.run(() => this.model.load());
    }

    onFilter(name, ev) {
        const { value } = ev.target;
        ev.target.blur();
        const values = { [name]: name === "scheme" ? value || false : Number(value) || false };
        if (name === "account_id") {
            values.warehouse_id = false;
        }
        this.model.filter(values);
    }
}

registry.category("actions").add("marketplace_packing_board", PackingBoard);
