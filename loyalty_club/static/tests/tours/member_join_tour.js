import { registry } from "@web/core/registry";

// Loaded with the tours' own machinery, after this file.
const hoot = () => odoo.loader.modules.get("@odoo/hoot-dom");

// Every click counts, in fields too: the tour writes where the cursor stands.
const clicks = [];
const count = (ev) => clicks.push(ev.target);

function check(condition, message) {
    if (!condition) {
        throw new Error(message);
    }
}

registry.category("web_tour.tours").add("loyalty_club_join", {
    steps: () => [
        {
            content: "the tour begins on the members",
            trigger: ".o_list_view, .o_kanban_view, .o_view_nocontent",
            run: () => document.addEventListener("click", count, true),
        },
        {
            content: "New member",
            trigger: ".o_control_panel button:contains(New member)",
            run: "click",
        },
        {
            content: "the cursor stands in the name",
            trigger: ".modal .o_field_widget[name=name] input:focus",
            async run() {
                await hoot().edit("Sara Ahmadi", { confirm: false });
                await hoot().press("Tab");
            },
        },
        {
            content: "and then in the mobile, which is written in Persian digits",
            trigger: ".modal .o_field_widget[name=mobile] input:focus",
            async run() {
                await hoot().edit("۰۹۱۲ ۳۴۵ ۶۷۸۹", { confirm: "blur" });
            },
        },
        {
            content: "one button joins and welcomes",
            trigger: ".modal footer button:contains(Join and welcome):not([disabled])",
            run: "click",
        },
        {
            content: "the member's points are on the screen",
            trigger: ".oe_stat_button:contains(Points) .o_stat_value:contains(100)",
        },
        {
            content: "and the credit",
            trigger: ".oe_stat_button:contains(Credit) .o_stat_value:contains(5.00)",
        },
        {
            content: "in at most three clicks",
            trigger: ".o_field_widget[name=mobile] input:value(+989123456789)",
            run() {
                document.removeEventListener("click", count, true);
                check(clicks.length >= 2, "the clicks were not counted");
                check(clicks.length <= 3, `it took ${clicks.length} clicks`);
            },
        },
    ],
});
