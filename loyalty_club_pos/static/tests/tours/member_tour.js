import { waitUntil } from "@odoo/hoot-dom";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { openRegister, till } from "@loyalty_club_pos/../tests/tours/utils/club_spending_util";

// Tours are loaded by the back office too, which has no till: looked up when it is open.
const wedgeModule = () => odoo.loader.modules.get("@loyalty_club_pos/app/services/club_wedge");

function tour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => [openRegister(), ...steps()].flat(2),
    });
}

function ask(text) {
    return [
        { content: "whose order is it?", trigger: ".o_club_ask", run: "click" },
        search(text),
    ].flat();
}

function search(text) {
    return [
        { content: "say it", trigger: ".o_club_identify .o_club_field:focus", run: `edit ${text}` },
        { trigger: ".o_club_choose:enabled", run: "press Enter" },
    ];
}

function isMember(name) {
    return [
        {
            content: `the order is ${name}'s`,
            trigger: `.o_club_strip .o_club_name:contains("${name}")`,
        },
        { trigger: "body:not(:has(.o_club_identify))" },
    ];
}

function has(account, amount) {
    return [{ trigger: `.o_club_strip .o_club_${account}:contains("${amount}")` }];
}

function estimates(points) {
    return [
        { trigger: `.o_club_panel .o_club_estimate:contains("+${points}"):contains("estimate")` },
    ];
}

function payAndGoOn() {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.isShown(),
        ReceiptScreen.clickNextOrder(),
    ].flat();
}

/** A reader read a card. */
function tap(value) {
    return [
        {
            content: "a card is tapped",
            trigger: ".pos",
            // Not waited for: it may open a dialog.
            run: () => void till().club.show(value, { source: "reader" }),
        },
    ];
}

/** A scanner types a barcode where the focus is: in the field that looks for products. */
function scanInSearch(barcode) {
    const field = ".pos-rightheader input";
    const type = (input, key) => {
        const values = { key, bubbles: true, cancelable: true };
        if (input.dispatchEvent(new KeyboardEvent("keydown", values)) && key.length === 1) {
            input.value += key;
            input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
        input.dispatchEvent(new KeyboardEvent("keyup", values));
    };
    return [
        { trigger: field, run: "click" },
        {
            content: `${barcode} is scanned`,
            trigger: field,
            run() {
                // Keys that a script types are no reader's, but here.
                const { ClubWedge } = wedgeModule();
                const wedge = new ClubWedge(till(), { simulated: true });
                wedge.start();
                [...barcode, "Enter"].forEach((key) => type(this.anchor, key));
                wedge.stop();
            },
        },
        { content: "it is no search", trigger: `${field}:not(:value(/./))` },
    ];
}

let restoreNetwork;

function cutNetwork() {
    return [
        {
            content: "the network is gone",
            trigger: ".pos",
            run() {
                restoreNetwork = patch(till().data, {
                    async execute() {
                        throw new ConnectionLostError("till");
                    },
                });
            },
        },
    ];
}

function mendNetwork() {
    return [
        {
            content: "the network is back",
            trigger: ".pos",
            run: () => restoreNetwork(),
        },
    ];
}

tour("ClubRecogniseTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    estimates(40),
    ask("0912 123 4567"),
    isMember("Sara Member"),
    has("points", "300"),
    has("wallet", "25.00"),
    estimates(60),
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    estimates(120),
    { content: "all about her", trigger: ".o_club_strip", run: "click" },
    { trigger: ".o_club_member_dialog .o_club_tier:contains(Gold)" },
    { trigger: ".o_club_member_dialog [data-account=points]:contains(300)" },
    { trigger: ".o_club_member_dialog .o_club_basket:contains(120):contains(estimate)" },
    { content: "it's somebody else", trigger: ".o_club_other", run: "click" },
    search("۰۹۱۲ ۷۶۵ ۴۳۲۱"),
    isMember("Omid Member"),
    estimates(80),
    { trigger: ".o_club_strip", run: "click" },
    { content: "it's nobody", trigger: ".o_club_leave", run: "click" },
    { trigger: ".o_club_ask" },
]);

tour("ClubJoinTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    ask("0935 000 0000"),
    { trigger: ".o_club_unknown" },
    { content: "let them join", trigger: ".o_club_join", run: "click" },
    { trigger: ".o_club_join_dialog .o_club_mobile:value(09350000000)" },
    { trigger: ".o_club_join_dialog .o_club_name:focus", run: "edit Dara Newcomer" },
    { trigger: ".o_club_consents input[name=sms]", run: "click" },
    // A first PIN is set by a manager, not by who sells.
    { trigger: ".o_club_join_dialog:not(:has(.o_club_join_pin))" },
    { trigger: ".o_club_do_join:enabled", run: "click" },
    { trigger: ".o_notification:contains(100 points)" },
    isMember("Dara Newcomer"),
    has("points", "100"),
    payAndGoOn(),
]);

tour("ClubMakeMemberTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    ProductScreen.clickPartnerButton(),
    ProductScreen.clickCustomer("Just A Customer"),
    { trigger: ".o_club_stranger:contains(Just A Customer)" },
    { trigger: ".o_club_make_member", run: "click" },
    { trigger: ".o_club_join_dialog .o_club_mobile", run: "edit 0936 111 2222" },
    { trigger: ".o_club_do_join:enabled", run: "click" },
    isMember("Just A Customer"),
]);

tour("ClubCardTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    ask("0912 123 4567"),
    isMember("Sara Member"),
    tap("04A1B2C3D4"),
    { content: "it becomes hers", trigger: ".o_club_attach_current", run: "click" },
    { trigger: "body:not(:has(.o_club_attach))" },
    payAndGoOn(),
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    tap("04A1B2C3D4"),
    isMember("Sara Member"),
    { trigger: ".o_club_strip", run: "click" },
    { trigger: ".o_club_cards:contains(C3D4)" },
    // A cashier is no staff of the club.
    { trigger: ".o_club_member_dialog:not(:has(.o_club_block))" },
    { trigger: ".o_club_member_dialog .btn-primary", run: "click" },
    payAndGoOn(),
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    { content: "a card that was lost", trigger: ".pos" },
    tap("04FFFFFFFF"),
    { trigger: ".o_notification .bg-danger, .o_notification:contains(blocked)" },
    { trigger: ".o_club_ask" },
]);

tour("ClubSeenBeforeTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    ask("0912 123 4567"),
    isMember("Sara Member"),
    payAndGoOn(),
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    cutNetwork(),
    ask("0912 765 4321"),
    { content: "who wasn't seen isn't known", trigger: ".o_club_refusal:contains(No network)" },
    { trigger: ".o_club_field", run: "edit +98 912 123 4567" },
    { trigger: ".o_club_choose:enabled", run: "press Enter" },
    isMember("Sara Member"),
    { trigger: ".o_club_strip:contains(seen)" },
    mendNetwork(),
    {
        content: "with the network the sale is paid",
        trigger: ".pos",
        run: () => waitUntil(() => !till().data.network.offline, { timeout: 5000 }),
    },
    payAndGoOn(),
]);

tour("ClubFirstMemberTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    { content: "nothing of a club is shown", trigger: ".pos:not(:has(.o_club_panel))" },
    ProductScreen.clickControlButtonMore(),
    { trigger: ".o_club_first_member", run: "click" },
    search("0935 000 0000"),
    { trigger: ".o_club_join", run: "click" },
    { trigger: ".o_club_do_join:enabled", run: "click" },
    {
        content: "the club begins",
        trigger: ".modal:contains(first member) .btn-secondary",
        run: "click",
    },
    ProductScreen.isShown(),
]);

tour("ClubScanInSearchTour", () => [
    ProductScreen.clickDisplayedProduct("Club Shirt"),
    scanInSearch("0429000000962"),
    isMember("Sara Member"),
    ProductScreen.clickPayButton(),
    PaymentScreen.enterPaymentLineAmount("Cash", "50"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    // Beside the change: what a cashier says now.
    { trigger: ".o_club_earned:contains(10.00):contains(Sara Member has earned 60 points)" },
]);
