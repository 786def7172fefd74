import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Club from "@loyalty_club_pos/../tests/tours/utils/club_spending_util";

/** What stands there is this and nothing else: no Latin digit, no English word. */
function says(trigger, ...texts) {
    return [
        {
            content: `${trigger}: ${texts.join(" · ")}`,
            trigger,
            run() {
                const parts = texts.length > 1 ? [...this.anchor.children] : [this.anchor];
                const found = parts.map((part) =>
                    part.textContent.replace(/[\s\u200e]+/g, " ").trim()
                );
                if (JSON.stringify(found) !== JSON.stringify(texts)) {
                    throw new Error(`${trigger} says ${JSON.stringify(found)}`);
                }
            },
        },
    ];
}

function receiptSays(key, label, value) {
    return says(`.pos-receipt .o_club_${key}`, label, value);
}

/** The order stands at the right, and what is sold at its left. */
function readsFromTheRight() {
    return [
        {
            content: "the page reads from the right",
            trigger: ".pos .product-screen .product-list article",
            run() {
                const order = document.querySelector(".product-screen .o_club_panel");
                const isRight =
                    order.getBoundingClientRect().left > this.anchor.getBoundingClientRect().left;
                const { direction } = getComputedStyle(document.querySelector(".pos"));
                if (!document.body.matches(".o_rtl") || direction !== "rtl" || !isRight) {
                    throw new Error(`direction ${direction}, order at the right: ${isRight}`);
                }
            },
        },
    ];
}

function ask(text) {
    return [
        says(".o_club_ask .fw-bolder", "عضو باشگاه؟"),
        { content: "whose order is it?", trigger: ".o_club_ask", run: "click" },
        says(".o_club_identify .modal-title", "مشتری کیست؟"),
        { content: "say it", trigger: ".o_club_identify .o_club_field:focus", run: `edit ${text}` },
        { trigger: ".o_club_choose:enabled", run: "press Enter" },
    ].flat();
}

function joinWithConsent() {
    return [
        says(".o_club_unknown", "در باشگاه عضوی پیدا نشد: ۰۹۳۵۰۰۰۰۰۰۰."),
        { trigger: ".o_club_join:contains(عضویت در باشگاه)", run: "click" },
        { trigger: ".o_club_join_dialog .o_club_mobile:value(۰۹۳۵۰۰۰۰۰۰۰)" },
        { trigger: ".o_club_join_dialog .o_club_name:focus", run: "edit دارا نوروزی" },
        { trigger: ".o_club_birthday .o_club_day", run: "edit ۱" },
        { trigger: ".o_club_birthday .o_club_month", run: "selectByLabel فروردین" },
        { trigger: ".o_club_birthday .o_club_year", run: "edit ۱۳۷۰" },
        {
            content: "they may be written to",
            trigger: ".o_club_consents label:contains(پیامک) input[name=sms]",
            run: "click",
        },
        { trigger: ".o_club_do_join:enabled", run: "click" },
        { trigger: '.o_notification:contains("هدیهٔ خوش‌آمد: ۲۰۰ امتیاز.")' },
    ];
}

function isDara(points) {
    return [
        says(".o_club_strip .o_club_name", "دارا نوروزی"),
        says(".o_club_strip .o_club_points", points),
    ].flat();
}

function payInCash(total) {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.totalIs(total),
        PaymentScreen.clickPaymentMethod("نقد"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.isShown(),
    ].flat();
}

function openRefund() {
    return [
        ProductScreen.clickControlButtonMore(),
        // Found by its icon: its word is Odoo's.
        { trigger: ".control-buttons button:has(.fa-undo)", run: "click" },
    ].flat();
}

registry.category("web_tour.tours").add("ClubJourneyFaTour", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm(),
            readsFromTheRight(),
            // They aren't known yet, and join.
            ask("۰۹۳۵ ۰۰۰ ۰۰۰۰"),
            joinWithConsent(),
            isDara("۲۰۰"),
            ProductScreen.clickDisplayedProduct("چای"),
            says(".o_club_panel .o_club_estimate", "≈ +۱۰", "امتیاز (تخمینی)"),
            payInCash("۱۰۰٬۰۰۰"),
            receiptSays("earned_points", "امتیاز این خرید", "+ ۱۰"),
            receiptSays("balance_points", "موجودی امتیاز", "۲۱۰"),
            ReceiptScreen.clickNextOrder(),
            // They come again, and some of their points pay.
            ProductScreen.clickDisplayedProduct("چای"),
            ProductScreen.clickDisplayedProduct("پیراهن"),
            ask("۰۹۳۵۰۰۰۰۰۰۰"),
            isDara("۲۱۰"),
            Club.openSpending(),
            says(".o_club_spend_dialog .modal-title", "خرج امتیاز"),
            says(".o_club_spend_dialog .o_club_balance", "۲۱۰ امتیاز"),
            Club.type("120"),
            Club.use("خرج ۱۲۰ امتیاز به ارزش ۱۲٬۰۰۰"),
            Club.isClosed(),
            payInCash("۴۸۸٬۰۰۰"),
            receiptSays("earned_points", "امتیاز این خرید", "+ ۴۸"),
            receiptSays("spent_points", "امتیاز خرج‌شده", "- ۱۲۰"),
            receiptSays("balance_points", "موجودی امتیاز", "۱۳۸"),
            ReceiptScreen.clickNextOrder(),
            // The shirt comes back, the tea stays.
            openRefund(),
            TicketScreen.selectOrderByPrice("۴۸۸٬۰۰۰"),
            { trigger: '.order-container .orderline:contains("پیراهن")', run: "click" },
            ProductScreen.clickNumpad("۱"),
            says(".o_club_given_back > span:not(.badge)", "به عضو برمی‌گردد:"),
            says(".o_club_given_back [data-account=points]", "۹۶ امتیاز"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            PaymentScreen.totalIs("۳۹۰٬۴۰۰"),
            PaymentScreen.clickPaymentMethod("نقد"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            receiptSays("given_back_points", "برگشت امتیاز به شما", "+ ۹۶"),
            receiptSays("taken_back_points", "امتیاز پس‌گرفته‌شده", "- ۳۸"),
            receiptSays("balance_points", "موجودی امتیاز", "۱۹۶"),
        ].flat(2),
});
