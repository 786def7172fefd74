import { registry } from "@web/core/registry";

// What isn't saved is asked about, and stays on its form unsaved.
registry.category("web_tour.tours").add("loyalty_club_preview", {
    steps: () => [
        {
            content: "to the policies of expiry",
            trigger: ".o_notebook .nav-link[name=expiry]",
            run: "click",
        },
        {
            content: "other days",
            trigger: ".o_field_widget[name=expiry_count] input",
            run: "edit 30 && press Tab",
        },
        {
            content: "the form says what isn't saved, and asks to look first",
            trigger: ".alert-info:contains(30 days after earning) button",
            run: "click",
        },
        {
            content: "a dialog counts members and points",
            trigger: ".modal .o_data_row:contains(Points that members have):contains(100)",
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "the form is as it was: neither saved nor forgotten",
            trigger: "body:not(:has(.modal)) .o_form_button_save:visible",
        },
        {
            trigger: ".o_field_widget[name=expiry_count] input:value(30)",
        },
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=expiry_count] input:value(365)",
        },
    ],
});

registry.category("web_tour.tours").add("loyalty_club_try_it", {
    steps: () => [
        {
            content: "a rule gives five times as much",
            trigger: ".o_field_widget[name=reward_point_amount]:visible input",
            run: "edit 5 && press Tab",
        },
        {
            content: "until now it gave one",
            trigger: ".alert-info:contains(Until now):contains(1 point for each)",
        },
        {
            trigger: "button:contains(Try it)",
            run: "click",
        },
        {
            content: "a basket",
            trigger: ".modal .o_field_widget[name=line_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=product_id] input",
            run: "edit Tried Tea",
        },
        {
            trigger: ".ui-autocomplete a:contains(Tried Tea)",
            run: "click",
        },
        {
            content: "says what it would give, and why",
            trigger: ".modal .o_field_widget[name=why_html]:contains(50 points)",
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "and what purchases would have earned is one click away",
            trigger: "body:not(:has(.modal)) .alert-info button:contains(What would this change?)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=after]:contains(5 points for each)",
        },
        {
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "the rule isn't saved",
            trigger: "body:not(:has(.modal)) .o_form_button_cancel",
            run: "click",
        },
        {
            trigger: "body:not(:has(.alert-info:contains(Until now)))",
        },
    ],
});
