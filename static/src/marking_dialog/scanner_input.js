import { Component, onMounted, onWillUnmount, useRef } from "@odoo/owl";

/** How the group separator is shown while a code is typed; the server reads it as the separator. */
export const GROUP_SEPARATOR = "\u241D";
/** A scanner without a final Enter: so long after its last key the code is complete. */
const IDLE_MS = 500;
/** So few milliseconds lie between two keys of a scanner; people are slower. */
const FAST_MS = 100;
/** No code of mandatory marking is shorter. */
const SHORTEST = 25;

/**
 * A field for scanners in keyboard mode. It keeps the separators of a code, which scanners press as Ctrl+], F8 or
 * Alt+029, in whatever keyboard layout, and hands each scan over at Enter, Tab, after a paste, or when the keys stop.
 */
export class ScannerInput extends Component {
    static template = "sale_marketplace.ScannerInput";
    static props = { onScan: Function, placeholder: String, disabled: { type: Boolean, optional: true } };

    setup() {
        this.input = useRef("input");
        this.altDigits = "";
        this.fastKeys = 0;
        this.lastKeyAt = 0;
        onMounted(() => this.focus());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    focus() {
        this.input.el?.focus();
    }

    onKeydown(ev) {
        if (ev.key === "Enter" || ev.key === "Tab") {
            if (this.input.el.value) {
                ev.preventDefault();
                ev.stopPropagation();
                this.submit();
            }
        } else if (this.isSeparator(ev)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.insert(GROUP_SEPARATOR);
        } else if (ev.altKey && /^Numpad\d$/.test(ev.code)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.altDigits += ev.code.slice(-1);
        }
        this.measure(ev);
    }

    /** The physical key counts: with the Russian layout on, the key ] says ъ. */
    isSeparator(ev) {
        return (
            ev.key === "F8" ||
            ev.key === "\x1d" ||
            (ev.ctrlKey && !ev.altKey && (ev.code === "BracketRight" || ev.key === "]"))
        );
    }

    onKeyup(ev) {
        if (ev.key === "Alt") {
            if (/^0*29$/.test(this.altDigits)) {
                this.insert(GROUP_SEPARATOR);
            }
            this.altDigits = "";
        }
    }

    insert(text) {
        const { el } = this.input;
        el.setRangeText(text, el.selectionStart, el.selectionEnd, "end");
    }

    measure(ev) {
        const gap = ev.timeStamp - this.lastKeyAt;
        this.lastKeyAt = ev.timeStamp;
        this.fastKeys = gap < FAST_MS ? this.fastKeys + 1 : 0;
        clearTimeout(this.timer);
        if (this.fastKeys >= SHORTEST) {
            this.timer = setTimeout(() => this.submit(), IDLE_MS);
        }
    }

    onPaste(ev) {
        ev.preventDefault();
        // Read as text here: the field itself would drop control characters on some systems.
        this.insert(ev.clipboardData.getData("text/plain").trim());
        this.submit();
    }

    submit() {
        clearTimeout(this.timer);
        this.fastKeys = 0;
        const { el } = this.input;
        const text = el?.value.trim();
        if (text) {
            el.value = "";
            this.props.onScan(text);
        }
    }
}
