import { delay, waitUntil } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { till } from "@loyalty_club_pos/../tests/tours/utils/club_spending_util";

/** A program starts, and a till notices late that a box is silent. */
const PATIENCE = 60000;
const LOGIN = ".screen-login .open-register-btn";
const NOTICE = ".o_notification:contains(This is a bank card)";

function tour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () =>
            [
                { trigger: LOGIN, timeout: PATIENCE },
                Chrome.startPoS(),
                boxIs("connected"),
                ...steps(),
            ].flat(2),
    });
}

/** The test's Python side does it, and says when it is done. */
function atBox(...orders) {
    return orders.flatMap((order) => [
        {
            content: `at the box: ${order}`,
            trigger: "body",
            run() {
                delete document.body.dataset.box;
                console.log(`[box] ${order}`);
            },
        },
        { trigger: `body[data-box="${order}"]`, timeout: PATIENCE },
    ]);
}

function pause(milliseconds, reason) {
    return [{ content: reason, trigger: "body", run: () => delay(milliseconds) }];
}

function boxIs(state) {
    return [{ trigger: `.club-reader[data-state=${state}]`, timeout: PATIENCE }];
}

function isMember(name) {
    return [
        {
            content: `the order is ${name}'s`,
            trigger: `.o_club_strip .o_club_name:contains("${name}")`,
            timeout: PATIENCE,
        },
    ];
}

function nobody() {
    return [
        {
            content: "whose order it is isn't known",
            trigger: ".o_club_strip",
            run: () => till().setPartnerToCurrentOrder(false),
        },
        { trigger: ".o_club_ask" },
    ];
}

function refusesBankCard() {
    return [
        { trigger: `${NOTICE} .o_notification_close`, run: "click" },
        { trigger: `body:not(:has(${NOTICE}))` },
        { trigger: ".o_club_ask" },
    ];
}

tour("ClubBoxCardsTour", () => [
    ProductScreen.clickDisplayedProduct("Desk Pad"),
    // Its frame is repeated for longer than what makes another tap.
    atBox("tap sara 2.5"),
    isMember("Sara Member"),
    atBox("tap new"),
    { content: "it becomes hers", trigger: ".o_club_attach_current", run: "click" },
    { trigger: "body:not(:has(.o_club_attach))" },
    nobody(),
    pause(1100, "a card is a second away, or it is no other tap"),
    atBox("tap new"),
    isMember("Sara Member"),
    nobody(),
    atBox("tap lost"),
    { trigger: ".o_notification:contains(blocked)" },
    { trigger: ".o_club_ask" },
    atBox("swipe serial"),
    refusesBankCard(),
    pause(2100, "a notice isn't repeated within two seconds"),
    atBox("swipe keyboard"),
    refusesBankCard(),
    atBox("tap omid"),
    isMember("Omid Member"),
]);

tour("ClubBoxStartsAnewTour", () => [
    atBox("tap sara"),
    isMember("Sara Member"),
    nobody(),
    atBox("kill"),
    boxIs("waiting"),
    atBox("start"),
    boxIs("connected"),
    atBox("tap omid"),
    isMember("Omid Member"),
    nobody(),
    atBox("kill"),
    boxIs("waiting"),
    atBox("start 31536000"),
    boxIs("connected"),
    atBox("tap sara"),
    isMember("Sara Member"),
    nobody(),
    atBox("kill"),
    boxIs("waiting"),
    atBox("start -31536000"),
    boxIs("connected"),
    atBox("tap omid"),
    isMember("Omid Member"),
    atBox("kill"),
    boxIs("waiting"),
    atBox("start"),
    boxIs("connected"),
]);

tour("ClubBoxCutTour", () => [
    atBox("tap sara"),
    isMember("Sara Member"),
    nobody(),
    atBox("cut"),
    boxIs("waiting"),
    atBox("mend"),
    boxIs("connected"),
    atBox("tap omid"),
    isMember("Omid Member"),
    nobody(),
    atBox("freeze"),
    boxIs("waiting"),
    // It is read when the box goes on.
    atBox("tap sara", "thaw"),
    isMember("Sara Member"),
    boxIs("connected"),
    nobody(),
    atBox("tap omid"),
    isMember("Omid Member"),
]);

/** What happens in the page of the other till. */
function there(selector, act = () => {}) {
    return [
        {
            content: `at the other till: ${selector}`,
            trigger: "body",
            timeout: PATIENCE,
            async run() {
                const find = () => window.otherTill?.document.querySelector(selector);
                act(await waitUntil(find, { timeout: PATIENCE }));
            },
        },
    ];
}

tour("ClubBoxTwoTillsTour", () => [
    atBox("open"),
    there(LOGIN, (button) => button.click()),
    there(".club-reader[data-state=connected]"),
    atBox("taps sara omid sara omid sara omid sara omid", "hear 8"),
    isMember("Omid Member"),
    there(".o_club_strip .o_club_name", (name) => {
        if (name.textContent.trim() !== "Omid Member") {
            throw new Error(`The other till has ${name.textContent}`);
        }
    }),
    { content: "close the other till", trigger: "body", run: () => window.otherTill.close() },
]);
