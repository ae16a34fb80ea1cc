import { registry } from "@web/core/registry";

/** Types like a scanner in keyboard mode: the separator is Ctrl+], as the physical key, whatever the layout. */
function scan(encoded) {
    const input = document.querySelector(".o_marking_scan");
    const press = (init) => {
        const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
        return input.dispatchEvent(event);
    };
    for (const char of decodeURIComponent(encoded)) {
        if (char === "\x1d") {
            press({ key: "ъ", code: "BracketRight", ctrlKey: true });
        } else if (press({ key: char })) {
            input.setRangeText(char, input.selectionStart, input.selectionEnd, "end");
        }
    }
    press({ key: "Enter", code: "Enter" });
}

function codes() {
    return document.cookie.match(/codes=([^;]+)/)[1].split("|");
}

registry.category("web_tour.tours").add("marketplace_packer_scans", {
    steps: () => [
        { content: "Codes are missing", trigger: ".o_form_view [name=marketplace_marking_state]:contains(Missing)" },
        { content: "Scan", trigger: "button[name=action_marketplace_marking]", run: "click" },
        { content: "The field has the focus", trigger: ".o_marking_scan:focus" },
        { content: "Nothing yet", trigger: ".o_marking_progress:contains(0 of 2)", run: () => scan(codes()[0]) },
        { content: "One is there", trigger: ".o_marking_progress:contains(1 of 2)", run: () => scan(codes()[0]) },
        { content: "Not twice", trigger: ".o_marking_error:contains(scanned already)", run: () => scan(codes()[1]) },
        { content: "Both are there", trigger: ".o_marking_progress:contains(2 of 2)" },
        { content: "No error any more", trigger: ".o_marking_dialog:not(:has(.o_marking_error))" },
        { content: "Undo", trigger: ".o_marking_undo:enabled", run: "click" },
        { content: "One again", trigger: ".o_marking_progress:contains(1 of 2)", run: () => scan(codes()[1]) },
        { content: "Assemble", trigger: ".o_marking_ship:enabled", run: "click" },
        { content: "On its way", trigger: ".o_form_view [name=marketplace_ship_state]:contains(Sending)" },
    ],
});
