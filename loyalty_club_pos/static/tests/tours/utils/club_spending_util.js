import { waitUntil } from "@odoo/hoot-dom";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";

const IN_DIALOG = ".o_club_spend_dialog";

/** The till, as its own code sees it. */
export function till() {
    return window.posmodel;
}

export function openRegister() {
    return [Chrome.startPoS(), Dialog.confirm("Open Register")].flat();
}

/** A customer who is a member, and something in their basket. */
export function basket(customer, ...products) {
    return [
        ProductScreen.clickPartnerButton(),
        ProductScreen.clickCustomer(customer),
        {
            content: "the till knows what the member has",
            trigger: ".pos",
            run: () => waitUntil(() => till().club.current, { timeout: 5000 }),
        },
        ...products.map((product) => ProductScreen.clickDisplayedProduct(product)),
    ].flat();
}

export function openSpending() {
    return [
        {
            content: "use points",
            trigger: ".o_club_spend_button.highlight",
            run: "click",
        },
        { trigger: IN_DIALOG },
    ];
}

/** As much of an account as can be used, with one tap on the strip. */
export function useAll(account, words) {
    return [
        {
            content: `all of ${account}: ${words}`,
            trigger: `.o_club_panel .o_club_all_of[data-account=${account}]:contains("${words}")`,
            run: "click",
        },
    ];
}

/** The payment screen says what pays, beside what is still due. */
export function pays(account, words) {
    return [
        {
            trigger: `.paymentlines-container .o_club_pays [data-account=${account}]:contains("${words}")`,
        },
    ];
}

export function choose(account) {
    return [
        {
            trigger: `${IN_DIALOG} .o_club_account[data-account=${account}]`,
            run: "click",
        },
        { trigger: `${IN_DIALOG} .o_club_account.o_club_selected[data-account=${account}]` },
    ];
}

export function type(keys) {
    return [...keys].map((key) => ({
        content: `press ${key}`,
        trigger: `${IN_DIALOG} .numpad ${digitKey(key)}`,
        run: "click",
    }));
}

/** A keypad's key, with a digit of either script. */
function digitKey(digit) {
    return `button:is([value="${digit}"], [value="${"۰۱۲۳۴۵۶۷۸۹"[digit] ?? digit}"])`;
}

export function slide(amount) {
    return [
        {
            trigger: `${IN_DIALOG} .o_club_slider`,
            run() {
                this.anchor.value = amount;
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
            },
        },
    ];
}

export function use(label) {
    return [
        {
            content: label,
            trigger: `${IN_DIALOG} .o_club_use:enabled:contains("${label}")`,
            run: "click",
        },
        {
            content: "it is used; the dialog closes when there is nothing else to use",
            trigger: "body",
            run: () =>
                waitUntil(
                    () =>
                        !document.querySelector(IN_DIALOG) ||
                        document.querySelector(`${IN_DIALOG} .o_club_selected .o_club_used`),
                    { timeout: 5000 }
                ),
        },
    ];
}

export function dueIs(amount) {
    return [{ trigger: `${IN_DIALOG} .o_club_due:contains("${amount}")` }];
}

export function remainsIs(amount) {
    return [{ trigger: `${IN_DIALOG} .o_club_remains:contains("${amount}")` }];
}

export function claim(reward) {
    return [
        {
            trigger: `${IN_DIALOG} .o_club_reward:contains("${reward}") button:enabled`,
            run: "click",
        },
        { trigger: `${IN_DIALOG} .o_club_claim:contains("${reward}")` },
    ];
}

export function undoClaim() {
    return [{ trigger: `${IN_DIALOG} .o_club_claim button`, run: "click" }];
}

/** It closes by itself when no other account is left. */
export function isClosed() {
    return [{ trigger: `body:not(:has(${IN_DIALOG}))` }];
}

export function done() {
    return [
        {
            trigger: "body",
            run: () => document.querySelector(`${IN_DIALOG} .o_club_done`)?.click(),
        },
        { trigger: `body:not(:has(${IN_DIALOG}))` },
    ];
}

/** The till believes in a balance that isn't there, and claims so much of it. */
export function believe(account, available, amount) {
    return [
        {
            content: "an old balance",
            trigger: ".pos",
            run() {
                const { club } = till();
                const order = till().getOrder();
                club.current.balances[account].available = available;
                club.spending.use(order, account, amount);
            },
        },
    ];
}

export function pin(digits) {
    return [
        ...[...digits].map((digit) => ({
            trigger: `.o_club_pin_dialog .numpad ${digitKey(digit)}`,
            run: "click",
        })),
        { trigger: ".o_club_pin_dialog .o_club_pin_confirm:enabled", run: "click" },
    ];
}

export function isHeld(held) {
    return [
        {
            content: held ? "something is set aside" : "nothing is set aside",
            trigger: ".pos",
            run: () =>
                waitUntil(() => Boolean(till().getOrder().uiState.clubHold) === held, {
                    timeout: 5000,
                }),
        },
    ];
}

/** No open order has something set aside, and the server has heard so. */
export function nothingIsHeld() {
    return [
        {
            content: "nothing is set aside any more",
            trigger: ".pos",
            run: () =>
                waitUntil(
                    () =>
                        till()
                            .getOpenOrders()
                            .every((order) => !order.uiState.clubHold) &&
                        !till().data.network.loading,
                    { timeout: 5000 }
                ),
        },
    ];
}

export function receiptSays(key, label, value) {
    return [{ trigger: `.pos-receipt .o_club_${key}:contains("${label}"):contains("${value}")` }];
}
