import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { engine } from "./marketplace_tours";

function cookie(name) {
    return decodeURIComponent(document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]+)`))[1]);
}

/** A scanner types faster than any person, and ends with Enter. */
function scan(what, getCode) {
    return {
        content: `Scan ${what}`,
        trigger: ".o_marketplace_packing",
        run() {
            document.activeElement?.blur();
            for (const key of [...getCode(), "Enter"]) {
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            }
        },
    };
}

function press(content, key, options = {}) {
    return {
        content,
        trigger: ".o_marketplace_packing",
        async run() {
            // A person's keys come one by one.
            await new Promise((resolve) => setTimeout(resolve, 100));
            document.activeElement?.blur();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }));
        },
    };
}

function checkPdf(content, getUrl) {
    return {
        content,
        trigger: "body",
        async run() {
            for (let tries = 0; !getUrl() && tries < 50; tries++) {
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            const answer = await fetch(getUrl());
            const type = answer.headers.get("Content-Type");
            if (answer.status !== 200 || type !== "application/pdf") {
                throw new Error(`${getUrl()} answered ${answer.status} ${type}`);
            }
        },
    };
}

/** Files open in a tab of their own or are downloaded: a tour cannot follow, so it only takes down the address. */
function catchFile(content, trigger) {
    let url;
    return [
        {
            content,
            trigger,
            async run({ click }) {
                const { open } = browser;
                browser.open = (address) => {
                    url = address;
                    browser.open = open;
                    return { closed: false };
                };
                await click();
            },
        },
        checkPdf(`${content}: it is a PDF`, () => url),
    ];
}

registry.category("web_tour.tours").add("marketplace_packing_to_handover", {
    steps: () => [
        {
            content: "Late postings come first",
            trigger: ".o_marketplace_packing section:first-of-type[data-section=late] .o_packing_row:eq(1)",
        },
        scan("an unknown code", () => "NOBODY-KNOWS-ME"),
        {
            content: "Said clearly",
            trigger: ".o_packing_message.o_packing_danger:contains(Unknown code NOBODY-KNOWS-ME)",
        },
        scan("a posting", () => cookie("posting")),
        { content: "It is selected", trigger: ".o_packing_message.o_packing_success:contains(is selected)" },
        {
            content: "It and no other",
            trigger: "[data-counter=selected]:contains(1 selected)",
            run() {
                if (!document.querySelector(`.o_packing_selected[data-number="${cookie("posting")}"]`)) {
                    throw new Error("Another posting is selected");
                }
            },
        },
        press("Go to the field for codes", "/"),
        {
            content: "Type the code of a product",
            trigger: ".o_packing_scan input:focus",
            run: ({ edit }) => edit(cookie("product")),
        },
        { content: "Scan it", trigger: ".o_packing_scan input", run: "press Enter" },
        { content: "The late posting gets one", trigger: ".o_packing_message:contains(1 of 2)" },
        scan("the product again", () => cookie("product")),
        { content: "And the other one", trigger: ".o_packing_message:contains(2 of 2)" },
        scan("the product once more", () => cookie("product")),
        { content: "Nobody needs a third", trigger: ".o_packing_danger:contains(have theirs)" },
        { content: "Two are selected", trigger: "[data-counter=selected]:contains(2 selected)" },
        press("The next posting", "ArrowDown"),
        press("Select it", " "),
        { content: "Three are selected", trigger: "[data-counter=selected]:contains(3 selected)" },
        press("Select all", "a", { ctrlKey: true }),
        { content: "Four are selected", trigger: "[data-counter=selected]:contains(4 selected)" },
        {
            content: "But not this one",
            trigger: "section:last-of-type .o_packing_row:last .o_packing_check",
            run: "click",
        },
        { content: "Assemble", trigger: "button[name=assemble]:enabled", run: "click" },
        { content: "On their way", trigger: ".o_packing_progress:contains(0 of 3 assembled)" },
        { content: "Counted", trigger: "[data-counter=assembling]:contains(3)" },
        engine(),
        { content: "All assembled", trigger: ".o_packing_progress:contains(3 of 3 assembled)", timeout: 30000 },
        ...catchFile("Print their labels", ".o_packing_progress button[name=print_batch]:contains(3)"),
        press("The next page", "ArrowRight"),
        { content: "No label is left", trigger: ".o_packing_empty:contains(All labels are printed)" },
        press("The last page", "ArrowRight"),
        { content: "Three to hand over", trigger: "[data-tab=handover].active .badge:contains(3)" },
        { content: "Hand over", trigger: "button[name=hand_over]:enabled", run: "click" },
        { content: "What goes along", trigger: ".modal-body:contains(3)" },
        { content: "Yes", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "It is being made", trigger: ".o_packing_handover[data-state=creating]" },
        engine(),
        {
            content: "It is ready, with the code to show",
            trigger: ".o_packing_handover[data-state=ready] .o_marketplace_barcode svg",
            timeout: 30000,
        },
        { content: "Its document", trigger: ".o_packing_handover a[name=document]" },
        checkPdf("The document is a PDF", () => document.querySelector("a[name=document]").href),
        { content: "Nothing is left", trigger: ".o_packing_empty:contains(Nothing waits for a hand-over)" },
        { content: "Counted", trigger: "[data-counter=handed_over]:contains(3)" },
    ],
});
