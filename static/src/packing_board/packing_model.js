import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { Mutex } from "@web/core/utils/concurrency";

const BOARD = "marketplace.packing.board";
/** So many postings are validated by one call: often enough to show how far it is. */
const PORTION = 10;
const NO_FILTERS = { account_id: false, warehouse_id: false, scheme: false, search: "" };
const SENTENCES = ["odoo.exceptions.UserError", "odoo.exceptions.ValidationError", "odoo.exceptions.AccessError"];

/** What the packing board knows; the component draws it and listens to the keyboard. */
export class PackingModel {
    constructor(orm, saved = {}) {
        this.orm = markRaw(orm);
        this.scanner = markRaw(new Mutex());
        this.tab = saved.tab || "assemble";
        this.filters = { ...NO_FILTERS, ...saved.filters };
        this.limit = saved.limit || false;
        this.selected = new Set(saved.selected);
        this.cursor = saved.cursor || false;
        /** code → {posting: units that were scanned for it} */
        this.scans = saved.scans || {};
        /** The postings that were sent together, and why others were not sent at all. */
        this.batch = saved.batch || [];
        this.problems = saved.problems || [];
        this.sending = null;
        this.board = null;
        /** The row of a scanned posting that the page does not show. */
        this.pinned = null;
        this.message = { kind: "", text: "", count: 0 };
        this.loads = 0;
    }

    get saved() {
        const { tab, filters, limit, cursor, scans, batch, problems } = this;
        return { tab, filters, limit, cursor, scans, batch, problems, selected: [...this.selected] };
    }

    get options() {
        return { ...this.filters, tab: this.tab, limit: this.limit };
    }

    get sections() {
        if (!this.board) {
            return [];
        }
        const sections = this.board.sections.map((section) => ({
            ...section,
            rows: section.ids.map((id) => this.board.rows[id]),
        }));
        if (this.pinned && !this.board.rows[this.pinned.id]) {
            const { id } = this.pinned;
            const title = _t("Scanned");
            sections.unshift({ key: "scanned", title, count: 1, ids: [id], rows: [this.pinned] });
        }
        return sections;
    }

    get shownIds() {
        return this.sections.flatMap((section) => section.ids);
    }

    get selectedIds() {
        return this.shownIds.filter((id) => this.selected.has(id));
    }

    get hidden() {
        return this.board ? this.board.total - Object.keys(this.board.rows).length : 0;
    }

    get isMoving() {
        const { counters, handovers, batch } = this.board || {};
        return Boolean(
            this.board &&
                (counters.assembling ||
                    counters.label_waiting ||
                    batch.moving ||
                    handovers.some((handover) => ["creating", "forming"].includes(handover.state)))
        );
    }

    getRow(id) {
        return this.board?.rows[id] || (this.pinned?.id === id ? this.pinned : undefined);
    }

    getScanned(id) {
        return Object.values(this.scans).reduce((sum, units) => sum + (units[id] || 0), 0);
    }

    say(kind, text) {
        this.message = { kind, text, count: this.message.count + 1 };
    }

    /** What the server refuses in a sentence is shown as that sentence, where the packer looks anyway. */
    async attempt(work) {
        try {
            return await work();
        } catch (error) {
            if (error instanceof RPCError && SENTENCES.includes(error.exceptionName)) {
                this.say("danger", error.data.message);
                return undefined;
            }
            throw error;
        }
    }

    // --- reading ----------------------------------------------------------------------------------------------
    async load() {
        const load = ++this.loads;
        const [board, { batch }] = await Promise.all([
            this.orm.call(BOARD, "get_board", [this.options]),
            this.batch.length
                ? this.orm.call(BOARD, "get_progress", [this.options, this.batch])
                : Promise.resolve({ batch: { total: 0, done: 0, moving: 0, labels: 0, refused: [] } }),
        ]);
        if (load !== this.loads) {
            return;
        }
        this.board = { ...board, batch };
        if (this.pinned && (board.rows[this.pinned.id] || this.pinned.tab !== this.tab)) {
            this.pinned = null;
        }
        const shown = this.shownIds;
        this.selected = new Set(shown.filter((id) => this.selected.has(id)));
        if (!shown.includes(this.cursor)) {
            this.cursor = shown[0] || false;
        }
    }

    /** A look at what moves; the whole board is read only when something did. Returns whether it did. */
    async look() {
        const { loads } = this;
        const news = await this.orm.call(BOARD, "get_progress", [this.options, this.batch], {}, { silent: true });
        if (loads !== this.loads) {
            return true;
        }
        const { counters, handovers, batch } = this.board;
        if (JSON.stringify(news) === JSON.stringify({ counters, handovers, batch })) {
            return false;
        }
        await this.load();
        return true;
    }

    async open(tab) {
        this.tab = tab;
        this.limit = false;
        this.selected = new Set();
        await this.load();
    }

    async filter(values) {
        Object.assign(this.filters, values);
        this.limit = false;
        await this.load();
    }

    async showMore() {
        this.limit = Math.min(this.board.limit * 2, this.board.most);
        await this.load();
    }

    // --- choosing ---------------------------------------------------------------------------------------------
    toggle(id, on = !this.selected.has(id)) {
        this.selected[on ? "add" : "delete"](id);
        this.cursor = id;
    }

    toggleAll(ids) {
        const on = !ids.every((id) => this.selected.has(id));
        ids.forEach((id) => this.selected[on ? "add" : "delete"](id));
    }

    move(step, extend) {
        const ids = this.shownIds;
        if (!ids.length) {
            return;
        }
        const place = Math.max(0, Math.min(ids.length - 1, ids.indexOf(this.cursor) + step));
        if (extend) {
            this.selected.add(this.cursor);
            this.selected.add(ids[place]);
        }
        this.cursor = ids[place];
    }

    // --- scanner ----------------------------------------------------------------------------------------------
    /** Scanners are quicker than the network: one code after the other. */
    scan(code) {
        return this.scanner.exec(() => this.attempt(() => this.scanNow(code.trim())));
    }

    async scanNow(code) {
        if (!code) {
            return;
        }
        const units = this.scans[code] || {};
        const full = Object.keys(units).filter((id) => units[id] >= units[`${id} needed`]);
        const found = await this.orm.call(BOARD, "scan", [code, this.options, full.map(Number)]);
        if (found.kind === "unknown") {
            this.say("danger", _t("Unknown code %s: no posting and no product has it.", code));
        } else if (found.kind === "posting") {
            await this.showScanned(found.row);
        } else if (!found.row) {
            const text = full.length
                ? _t("%s: all postings that need it have theirs.", found.product.name)
                : _t("%s: no posting waits for this product.", found.product.name);
            this.say("danger", text);
        } else {
            await this.countScanned(code, found);
        }
    }

    async showScanned(row) {
        if (!row.tab) {
            this.say("warning", _t("Posting %(number)s is not waiting here: %(state)s.", { number: row.number, state: row.status_text }));
            return;
        }
        await this.show(row);
        this.say("success", _t("Posting %s is selected.", row.number));
    }

    async countScanned(code, { row, product }) {
        const needed = row.lines
            .filter((line) => line.product_id === product.id)
            .reduce((sum, line) => sum + line.quantity, 0);
        const units = (this.scans[code] = this.scans[code] || {});
        units[row.id] = (units[row.id] || 0) + 1;
        units[`${row.id} needed`] = Math.max(needed, 1);
        await this.show(row);
        const values = { product: product.name, number: row.number, count: units[row.id], needed: Math.max(needed, 1) };
        this.say("success", _t("%(product)s goes into posting %(number)s: %(count)s of %(needed)s", values));
    }

    async show(row) {
        if (row.tab !== this.tab) {
            await this.open(row.tab);
        }
        if (!this.board.rows[row.id]) {
            this.pinned = row;
        }
        this.toggle(row.id, true);
    }

    // --- doing ------------------------------------------------------------------------------------------------
    async assemble(ids) {
        if (this.sending || !ids.length) {
            return;
        }
        // Those that are still on their way stay in the count.
        this.batch = this.board.batch.moving ? this.batch.filter((id) => !ids.includes(id)) : [];
        this.problems = [];
        this.sending = { sent: 0, total: ids.length };
        try {
            await this.attempt(async () => {
                for (let start = 0; start < ids.length; start += PORTION) {
                    const portion = ids.slice(start, start + PORTION);
                    const answer = await this.orm.call(BOARD, "assemble", [portion]);
                    this.batch.push(...answer.ids);
                    this.problems.push(...answer.problems);
                    this.sending.sent += portion.length;
                }
            });
        } finally {
            this.sending = null;
        }
        await this.load();
    }

    async handOver() {
        await this.attempt(() => this.orm.call(BOARD, "hand_over", [this.options]));
        await this.load();
    }

    forgetBatch() {
        this.batch = [];
        this.problems = [];
        this.board.batch = { total: 0, done: 0, moving: 0, labels: 0, refused: [] };
    }
}
