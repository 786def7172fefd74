import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("loyalty_club_refusal", {
    steps: () => [
        {
            content: "somebody joins",
            trigger: ".o_control_panel button:contains(New member)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Sara Ahmadi",
        },
        {
            content: "with a mobile that is none",
            trigger: ".modal .o_field_widget[name=mobile] input",
            run: "edit 12",
        },
        {
            trigger: ".modal footer button:contains(Join and welcome):not([disabled])",
            run: "click",
        },
        {
            content: "the sentence stands in Odoo's own dialog",
            trigger: ".o_error_dialog .text-prewrap",
            run({ anchor }) {
                const dialog = anchor.closest(".o_error_dialog");
                const title = dialog.querySelector(".modal-title").textContent;
                const said = anchor.textContent;
                if (title !== "Invalid Operation" || said !== "Mobile: this is no mobile number") {
                    throw new Error(`the dialog says "${title}": "${said}"`);
                }
            },
        },
        {
            content: "and can be closed",
            trigger: ".o_error_dialog footer button",
            run: "click",
        },
        {
            content: "to mend what was written",
            trigger: ".modal .o_field_widget[name=mobile] input",
        },
    ],
});
