import { registry } from "@web/core/registry";
import { engine, openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

function openPostings() {
    return [
        ...openMenu("menu_marketplace_orders", "menu_marketplace_order"),
        { content: "Postings of every status", trigger: ".o_searchview_facet .o_facet_remove", run: "click" },
        { content: "The posting", trigger: ".o_data_row td[name=number]", run: "click" },
    ];
}

function press(content, button) {
    return { content, trigger: `.o_form_view button[name=${button}]:enabled`, run: "click" };
}

function lookAgain() {
    return [engine(), press("Look again", "action_refresh")];
}

tours.add("megamarket_standard", {
    steps: () => [
        {
            content: "Connect a shop",
            trigger: ".o_marketplace_overview button:contains(Connect a Marketplace)",
            run: "click",
        },
        { content: "MegaMarket", trigger: ".modal [name=marketplace] input[data-value=megamarket]", run: "click" },
        { content: "One scheme per shop", trigger: ".modal [name=scheme] input[data-value=fbs]" },
        { content: "The shop's number", trigger: ".modal [name=client_id] input", run: "edit 5046" },
        {
            content: "Its token",
            trigger: ".modal [name=api_key] input",
            run: "edit 5046AAAA-0000-4000-8000-00000000A001",
        },
        { content: "Rehearsal", trigger: ".modal [name=mode] input[data-value=rehearsal]", run: "click" },
        {
            content: "Where the simulator listens",
            trigger: ".modal [name=base_url] input",
            run: ({ edit }) => edit(decodeURIComponent(document.cookie.match(/simulator=([^;]+)/)[1])),
        },
        { content: "The marketplace delivers", trigger: ".modal [name=scheme] input[data-value=fbs]", run: "click" },
        { content: "It is chosen", trigger: ".modal [name=scheme] input[data-value=fbs]:checked" },
        { content: "Check", trigger: ".modal button[name=action_check]", run: "click" },
        { content: "Whose shop it is", trigger: ".modal [name=cabinet_name]:contains(5046)" },
        { content: "Finish", trigger: ".modal button[name=action_finish]", run: "click" },
        { content: "Connected", trigger: ".o_form_view .o_arrow_button_current:contains(Connected)" },
        { content: "What to paste there", trigger: "[name=webhook_new_url]:contains(order/new)" },
        engine(),
        ...openMenu("menu_marketplace_overview", "menu_marketplace_overview").slice(0, 1),
        { content: "What waits", trigger: ".o_kanban_record:contains(5046) button:contains(1 To Confirm)", run: "click" },
        { content: "The posting", trigger: ".o_data_row td[name=number]", run: "click" },
        { content: "Until when", trigger: ".o_form_view [name=confirm_by]:contains(:)" },
        press("One piece is missing", "action_cancel_there"),
        { content: "Out of stock", trigger: ".modal [name=kind] input[data-value=out_of_stock]", run: "click" },
        { content: "Only some", trigger: ".modal [name=by_position] input", run: "click" },
        { content: "How many", trigger: ".modal .o_data_row td[name=quantity]", run: "click" },
        { content: "One", trigger: ".modal .o_data_row td[name=quantity] input", run: "edit 1" },
        { content: "Refuse it", trigger: ".modal button[name=action_cancel]", run: "click" },
        { content: "Told", trigger: ".o_form_view:not(:has(.modal))" },
        ...lookAgain(),
        press("Take the rest", "action_confirm_there"),
        ...lookAgain(),
        { content: "Taken", trigger: ".o_form_view .o_arrow_button_current:contains(To Assemble)" },
        press("Assemble", "action_ship"),
        ...lookAgain(),
        { content: "Assembled", trigger: ".o_form_view .o_arrow_button_current:contains(Assembled)" },
        { content: "Its label", trigger: ".o_form_view [name=label_state]:contains(Ready)" },
        press("The carrier has it", "action_courier"),
        ...lookAgain(),
        { content: "Handed over", trigger: ".o_form_view .o_arrow_button_current:contains(Handed Over)" },
    ],
});

tours.add("megamarket_dbs", {
    steps: () => [
        ...openPostings(),
        { content: "What the courier collects", trigger: ".o_form_view [name=to_collect]:contains(372)" },
        press("Assemble", "action_ship"),
        ...lookAgain(),
        { content: "Assembled", trigger: ".o_form_view .o_arrow_button_current:contains(Assembled)" },
        press("At the door", "action_close"),
        { content: "One of two", trigger: ".modal .o_data_row td[name=handed_over]", run: "click" },
        { content: "One", trigger: ".modal .o_data_row td[name=handed_over] input", run: "edit 1" },
        { content: "Why", trigger: ".modal .o_data_row td[name=reason_id]", run: "click" },
        { content: "Look for a reason", trigger: ".modal .o_data_row td[name=reason_id] input", run: "edit Покупатель" },
        { content: "He refused", trigger: ".o-autocomplete--dropdown-item:contains(Покупатель)", run: "click" },
        { content: "Tell it", trigger: ".modal button[name=action_send]", run: "click" },
        { content: "Told", trigger: ".o_form_view:not(:has(.modal))" },
        ...lookAgain(),
        { content: "Delivered", trigger: ".o_form_view .o_arrow_button_current:contains(Delivered)" },
        press("What comes back", "action_view_returns"),
        { content: "One piece", trigger: ".o_data_row:has(td[name=quantity]:contains(1)) td[name=stage]", run: "click" },
        { content: "It is here", trigger: ".o_form_view button[name=action_receive]", run: "click" },
        { content: "To the shelf", trigger: ".modal button[name=action_receive]", run: "click" },
        { content: "Received", trigger: ".o_form_view .o_arrow_button_current:contains(Handed to Us)" },
    ],
});
