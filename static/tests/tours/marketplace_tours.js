import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

export function call(model, method, args) {
    return rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });
}

/** Stands for the server's scheduled actions, which do not run during tests: what waits is worked off at once. */
export async function runEngine() {
    const crons = await call("ir.cron", "search", [[["model_id.model", "=", "marketplace.job"]]]);
    const now = new Date().toISOString().slice(0, 19).replace("T", " ");
    for (let round = 0; round < 30; round++) {
        const waiting = await call("marketplace.job", "search", [[["state", "in", ["pending", "running"]]]]);
        if (!waiting.length) {
            return;
        }
        await call("marketplace.job", "write", [waiting, { eta: now }]);
        for (const cron of crons) {
            await call("ir.cron", "method_direct_trigger", [[cron]]);
        }
    }
    throw new Error("The engine does not come to an end");
}

export function engine() {
    return { content: "The engine works", trigger: "body", run: runEngine, timeout: 60000 };
}

/** The file opens in a tab of its own, which a tour cannot follow: it is fetched here instead. */
function printLabels(button) {
    let opened;
    return [
        {
            content: "Print the labels",
            trigger: `button[name=${button}]`,
            async run({ click }) {
                const { open } = browser;
                browser.open = (url) => {
                    opened = url;
                    browser.open = open;
                    return { closed: false };
                };
                await click();
            },
        },
        {
            content: "The labels are a PDF",
            trigger: "body",
            async run() {
                for (let tries = 0; !opened && tries < 50; tries++) {
                    await new Promise((resolve) => setTimeout(resolve, 100));
                }
                const answer = await fetch(opened);
                const type = answer.headers.get("Content-Type");
                if (answer.status !== 200 || type !== "application/pdf") {
                    throw new Error(`${opened} answered ${answer.status} ${type}`);
                }
            },
        },
    ];
}

export function openMenu(section, item) {
    return [
        {
            content: "Open the menu",
            trigger: `.o_menu_sections [data-menu-xmlid='sale_marketplace.${section}']`,
            run: "click",
        },
        {
            content: "Choose in the menu",
            trigger: `.dropdown-item[data-menu-xmlid='sale_marketplace.${item}']`,
            run: "click",
        },
    ];
}

tours.add("marketplace_connect_to_label", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='sale_marketplace.menu_marketplace_root']",
            run: "click",
        },
        {
            content: "Connect a cabinet",
            trigger: ".o_marketplace_overview button:contains(Connect a Marketplace)",
            run: "click",
        },
        { content: "Client ID", trigger: ".modal [name=client_id] input", run: "edit 1042" },
        { content: "A wrong key", trigger: ".modal [name=api_key] input", run: "edit nonsense" },
        { content: "Rehearsal", trigger: ".modal [name=mode] input[data-value=rehearsal]", run: "click" },
        {
            content: "Where the simulator listens",
            trigger: ".modal [name=base_url] input",
            run: ({ edit }) => edit(decodeURIComponent(document.cookie.match(/simulator=([^;]+)/)[1])),
        },
        { content: "Check", trigger: ".modal button[name=action_check]", run: "click" },
        { content: "One clear sentence", trigger: ".modal .alert-danger:contains(does not know the key)" },
        { content: "The right key", trigger: ".modal [name=api_key] input", run: "edit demo-key-1042-write" },
        { content: "Check again", trigger: ".modal button[name=action_check]", run: "click" },
        { content: "Whose key it is", trigger: ".modal [name=cabinet_name]:contains(Ромашка)" },
        { content: "Finish", trigger: ".modal button[name=action_finish]", run: "click" },
        { content: "Connected", trigger: ".o_form_view .o_arrow_button_current:contains(Connected)" },
        engine(),

        ...openMenu("menu_marketplace_orders", "menu_marketplace_order_mapping"),
        {
            content: "One posting waits for its product",
            trigger: ".o_data_row:contains(Новинка) button[name=action_open_mapping]",
            run: "click",
        },
        {
            content: "Choose the product",
            trigger: ".o_data_row:contains(NEW-1) td[name=product_id]",
            run: "click",
        },
        {
            content: "Look for it",
            trigger: ".o_selected_row [name=product_id] input",
            run: "edit Товар 5",
        },
        {
            content: "Take it",
            trigger: ".o-autocomplete--dropdown-item:contains(Товар 5) a, .o-autocomplete--dropdown-item a:contains(Товар 5)",
            run: "click",
        },
        { content: "Save", trigger: ".o_list_button_save:enabled", run: "click" },
        { content: "It is linked", trigger: ".o_data_row:contains(NEW-1) td[name=state]:contains(Linked)" },
        engine(),

        ...openMenu("menu_marketplace_orders", "menu_marketplace_order"),
        {
            content: "The posting has become an order",
            trigger: ".o_data_row:contains(Новинка) td[name=number]",
            run: "click",
        },
        { content: "Its form", trigger: ".o_form_view [name=sale_order_id]:contains(S)" },
        { content: "Assemble", trigger: "button[name=action_ship]", run: "click" },
        { content: "On its way", trigger: ".o_form_view [name=ship_state]:contains(Sending)" },
        engine(),
        { content: "Look again", trigger: "button[name=action_refresh]", run: "click" },
        { content: "The label is there", trigger: ".o_form_view [name=label_state]:contains(Ready)" },
        engine(),
        ...printLabels("action_print_labels"),
        { content: "Open the delivery", trigger: "button[name=action_view_pickings]", run: "click" },
        {
            content: "The label is on the delivery",
            trigger: ".o_form_view [name=marketplace_label_ids]:contains(.pdf)",
        },
        { content: "It is done", trigger: ".o_arrow_button_current:contains(Done)" },
    ],
});

tours.add("marketplace_packer_assembles", {
    steps: () => [
        { content: "The delivery", trigger: ".o_form_view [name=marketplace_ship_state]:contains(Not Sent)" },
        { content: "Assemble", trigger: "button[name=action_marketplace_ship]", run: "click" },
        { content: "On its way", trigger: "[name=marketplace_ship_state]:contains(Sending)" },
        { content: "Validated", trigger: ".o_arrow_button_current:contains(Done)" },
    ],
});

tours.add("marketplace_packer_prints", {
    steps: () => [
        { content: "Assembled", trigger: ".o_form_view [name=marketplace_ship_state]:contains(Assembled)" },
        { content: "The label", trigger: "[name=marketplace_label_ids]:contains(.pdf)" },
        ...printLabels("action_marketplace_print_labels"),
        { content: "The posting", trigger: "button[name=action_view_marketplace_order]", run: "click" },
        { content: "Its form", trigger: ".o_form_view [name=label_state]:contains(Ready)" },
    ],
});
