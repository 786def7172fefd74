import { delay } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";

/** Beginning of the card's number, in both scripts; no page may ever show it. */
const CARD = /6037 ?9900|۶۰۳۷ ?۹۹۰۰/;
const NOTICE = ".o_notification:contains(This is a bank card)";

function assertNotShown() {
    const shown = [
        document.documentElement.innerHTML,
        ...[...document.querySelectorAll("input, textarea")].map((field) => field.value),
    ];
    if (shown.some((text) => CARD.test(text))) {
        throw new Error("The page shows the card's number");
    }
}

/**
 * The test's Python side types with the browser's own keys, as tours can't: theirs are
 * marked as a script's. The text is told by name, so that the console has no number.
 */
function swipe(name, field = null) {
    return [
        {
            content: `swipe ${name} ${field ? "in " + field : ""}`,
            trigger: field || "body",
            async run() {
                // Nobody swipes twice within two seconds, and a notice isn't repeated.
                await delay(2100);
                if (field) {
                    this.anchor.focus();
                } else {
                    document.activeElement?.blur();
                }
                console.log(`[keys] ${name}`);
            },
        },
        { content: "the card is refused", trigger: NOTICE, run: assertNotShown },
        {
            content: "close the notice",
            trigger: `${NOTICE} .o_notification_close`,
            run: "click",
        },
        {
            content: "nothing of it stays",
            trigger: `body:not(:has(${NOTICE}))`,
            run: assertNotShown,
        },
    ];
}

const SEARCH = ".pos-rightheader input.o_input";
const PARTNERS = ".modal .o_input";

registry.category("web_tour.tours").add("ClubBankCardTour", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            swipe("number"),
            swipe("tracks"),
            swipe("tracks persian"),
            swipe("track", SEARCH),
            swipe("track persian", SEARCH),
            swipe("number slowly", SEARCH),
            ProductScreen.clickPartnerButton(),
            swipe("number", PARTNERS),
            swipe("track slowly", PARTNERS),
            Dialog.discard(),
            // What is no bank card does go its way; the test looks for it afterwards.
            {
                content: "tap a card nobody has",
                trigger: "body",
                run: () => console.log("[keys] card persian"),
            },
            { content: "it is asked about", trigger: ".modal" },
        ].flat(),
});
