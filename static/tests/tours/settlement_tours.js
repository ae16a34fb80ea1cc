import { registry } from "@web/core/registry";
import { openMenu } from "./marketplace_tours";

const tours = registry.category("web_tour.tours");

// An accountant settles a month: account and period, preview, post. The books are written by the engine afterwards.
tours.add("marketplace_settlement_post", {
    steps: () => [
        ...openMenu("menu_marketplace_money", "menu_marketplace_settlement"),
        { content: "Nothing is settled yet", trigger: ".o_view_nocontent:contains(No settlements yet)" },
        { content: "New", trigger: ".o_list_button_add", run: "click" },
        { content: "The only account, and the next period", trigger: "[name=account_id] input:value(Ozon Тест)" },
        { content: "From", trigger: "[name=date_from] input, [name=date_from] button", run: "click" },
        { content: "From", trigger: "[name=date_from] input", run: "edit 09/01/2026" },
        { content: "To", trigger: "[name=date_to] input, [name=date_to] button", run: "click" },
        { content: "To", trigger: "[name=date_to] input", run: "edit 09/30/2026" },
        { content: "Preview", trigger: "button[name=action_preview]", run: "click" },
        { content: "What it would make", trigger: "[name=receipt_total]:contains(1,448.00)" },
        { content: "By kind", trigger: "[name=line_ids] .o_data_row:contains(Commission)" },
        { content: "Differences", trigger: ".nav-link[name=differences]", run: "click" },
        { content: "The reason has its name", trigger: "[name=difference_advice]:contains(Load the posting by its number)" },
        { content: "Post", trigger: "button[name=action_post]", run: "click" },
        { content: "Yes", trigger: ".modal .btn-primary", run: "click" },
        { content: "It is on its way", trigger: ".alert:contains(It is being posted)" },
    ],
});

// It is in the books: the proof, and where its sums come from.
tours.add("marketplace_settlement_proof", {
    steps: () => [
        { content: "Open it", trigger: ".o_data_row:contains(Ozon Тест) .o_data_cell[name=name]", run: "click" },
        { content: "Posted", trigger: ".o_arrow_button_current:contains(Posted)" },
        { content: "Proof", trigger: ".nav-link[name=proof]", run: "click" },
        { content: "It ties out", trigger: ".alert-success:contains(It ties out)" },
        { content: "Told", trigger: ".o_marketplace_proof [name=told_total]:contains(1,601.84)" },
        { content: "In the books", trigger: ".o_marketplace_proof [name=entry_total]:contains(1,601.84)" },
        { content: "The entries", trigger: "button[name=action_view_clearing]", run: "click" },
        { content: "Lines of the clearing account", trigger: ".o_list_view .o_data_row:contains(1,448.00)" },
        { content: "Back", trigger: ".breadcrumb-item:contains(MS/)", run: "click" },
        { content: "Payments", trigger: "button[name=action_view_payments]", run: "click" },
        { content: "One of them", trigger: ".o_list_view .o_data_row:contains(1,448.00) .o_data_cell[name=date]", run: "click" },
        { content: "With what was kept back", trigger: "[name=marketplace_commission]:contains(246.16)" },
    ],
});

// The payout has reached the bank: one button.
tours.add("marketplace_payout_match", {
    steps: () => [
        ...openMenu("menu_marketplace_money", "menu_marketplace_payout"),
        { content: "Match it", trigger: ".o_data_row:contains(1,601.84) button[name=action_match]", run: "click" },
        { content: "The likely line", trigger: ".modal [name=line_text]:contains(ОЗОН выплата)" },
        { content: "Match", trigger: ".modal button[name=action_match]", run: "click" },
        { content: "Nothing is expected any more", trigger: ".o_view_nocontent:contains(No payouts are expected)" },
    ],
});
