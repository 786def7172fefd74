import { _t } from "@web/core/l10n/translation";
import { clubCode, hasBankCard } from "@loyalty_club_pos/app/utils/card_numbers";

/** Between two notices: a swipe sends up to three tracks, each of which is refused. */
const NOTICE_EVERY = 2000;
const lastNotices = new WeakMap();

/**
 * Say that a bank card isn't read here. The card's number isn't a parameter.
 *
 * @param {{ add: Function }} notification
 */
export function refuseBankCard(notification) {
    if (Date.now() - lastNotices.get(notification) < NOTICE_EVERY) {
        return;
    }
    lastNotices.set(notification, Date.now());
    notification.add(_t("This is a bank card: its number is not read. Please use the terminal."), {
        type: "danger",
    });
}

/** Whether the till sells something under this barcode, so that it's no card here. */
export function isProduct(pos, code) {
    return ["product.product", "product.uom"].some((model) =>
        pos?.models?.[model]?.getBy("barcode", code)
    );
}

/**
 * Whether a text is a bank card's, at this till.
 *
 * @param {object} pos
 * @param {string} text
 * @returns {boolean}
 */
export function isBankCard(pos, text) {
    return hasBankCard(text, (digits) => isProduct(pos, digits));
}

/** Whether the till takes members now: not at its login, where cards are cashiers'. */
export function clubListens(pos) {
    return Boolean(pos?.club?.enabled && pos.cashier && !pos.barcodeReader?.exclusiveCbMap);
}

/** Whether a dialog is open that asks for a card. */
function asksForCard(pos) {
    return Boolean(pos.club.cardTakers?.length);
}

/** Whether the shop's nomenclature gives the code a meaning of its own. */
function hasMeaning(pos, code) {
    try {
        const parsed = pos.barcodeReader.parser.parse_barcode(code);
        return Array.isArray(parsed) || !["product", "error"].includes(parsed.type);
    } catch {
        return false; // no GS1 barcode
    }
}

/**
 * What a reader's text is at this till.
 *
 * @param {object} pos
 * @param {string} text
 * @returns {{ kind: "bank" | "club" | "other", value?: string }} club: a member's,
 *   `value` is what to look up
 */
export function reading(pos, text) {
    if (isBankCard(pos, text)) {
        return { kind: "bank" };
    }
    const code = clubCode(text);
    if (
        !code ||
        !clubListens(pos) ||
        isProduct(pos, text) ||
        isProduct(pos, code.value) ||
        hasMeaning(pos, text) ||
        !(code.sure || asksForCard(pos))
    ) {
        return { kind: "other" };
    }
    return { kind: "club", value: code.value };
}
