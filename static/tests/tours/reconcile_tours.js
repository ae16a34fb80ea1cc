import { registry } from "@web/core/registry";
import { engine, openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

function openGroup(name) {
    return { content: name, trigger: `.o_group_header:contains(${name})`, run: "click" };
}

function chooseRow(article) {
    return {
        content: `Choose ${article}`,
        trigger: `.o_data_row:has(td[name=offer_id]:contains(${article})) .o_list_record_selector input`,
        run: "click",
    };
}

// What the cabinet shows is compared with Odoo; each difference is dealt with: sent again, adjusted, ignored.
tours.add("marketplace_reconcile", {
    steps: () => [
        ...openMenu("menu_marketplace_products", "menu_marketplace_stock_reconcile"),
        { content: "Nothing is known yet", trigger: ".o_view_nocontent:contains(No differences)" },
        { content: "Compare", trigger: "button[name=action_compare]", run: "click" },
        { content: "It has begun", trigger: ".o_notification:contains(starts within seconds)" },
        engine(),
        { content: "Look again", trigger: ".o_searchview_input", run: "click" },
        { content: "Look again: any search does", trigger: ".o_searchview_input", run: "press Enter" },
        // FBO: two differences, both adjusted at once.
        openGroup("Counted otherwise there"),
        chooseRow("T-001"),
        chooseRow("T-002"),
        { content: "Adjust", trigger: "button[name=action_adjust]", run: "click" },
        {
            content: "What it would do",
            trigger: ".modal .o_field_widget[name=more]:contains(4)",
        },
        { content: "The reason", trigger: ".modal .o_field_widget[name=reason] input", run: "edit Сверка ноября" },
        { content: "Adjust", trigger: ".modal button[name=action_apply]", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
        // FBS: one number is sent again, the other difference is left alone.
        openGroup("Changed in the cabinet"),
        chooseRow("T-003"),
        { content: "Send again", trigger: "button[name=action_send_again]", run: "click" },
        { content: "Sent", trigger: "body:not(:has(.o_data_row_selected))" },
        chooseRow("T-004"),
        { content: "Ignore", trigger: "button[name=action_ignore]", run: "click" },
        { content: "Ignored", trigger: "body:not(:has(.o_data_row:has(td[name=offer_id]:contains(T-004))))" },
        engine(),
        { content: "Compare again", trigger: "button[name=action_compare]", run: "click" },
        engine(),
        { content: "Look again", trigger: ".o_searchview_input", run: "click" },
        { content: "Look again: any search does", trigger: ".o_searchview_input", run: "press Enter" },
        { content: "Nothing differs", trigger: ".o_view_nocontent:contains(No differences)" },
    ],
});

// A price has jumped: it is looked at, explained, and sent; another one is not.
tours.add("marketplace_price_approval", {
    steps: () => [
        ...openMenu("menu_marketplace_products", "menu_marketplace_price"),
        {
            content: "Two wait for approval",
            trigger: ".o_data_row:has(td[name=offer_id]:contains(T-001)):contains(To Approve)",
        },
        { content: "Look at one", trigger: "td[name=offer_id]:contains(T-001)", run: "click" },
        { content: "Why", trigger: ".alert:contains(it waits for approval)" },
        { content: "How it comes about", trigger: ".o_field_widget[name=explanation]:contains(Margin)" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "It waits to be sent", trigger: ".o_arrow_button_current:contains(Waiting)" },
        { content: "Back", trigger: ".o_back_button", run: "click" },
        {
            content: "The list is up to date",
            trigger: ".o_data_row:has(td[name=offer_id]:contains(T-001)):contains(Waiting)",
        },
        chooseRow("T-002"),
        { content: "Not this one", trigger: "button[name=action_decline]", run: "click" },
        {
            content: "It stays as it is",
            trigger: ".o_data_row:has(td[name=offer_id]:contains(T-002)):contains(Not Sent)",
        },
        engine(),
        { content: "Look again", trigger: ".o_searchview_input", run: "click" },
        { content: "Look again: any search does", trigger: ".o_searchview_input", run: "press Enter" },
        {
            content: "The approved one has arrived",
            trigger: ".o_data_row:has(td[name=offer_id]:contains(T-001)):contains(Sent)",
        },
    ],
});
