import { browser } from "@web/core/browser/browser";
import {
    bankCardBegun,
    isArticleNumber,
    withoutBankCards,
} from "@loyalty_club_pos/app/utils/card_numbers";
import { isProduct, refuseBankCard } from "@loyalty_club_pos/app/utils/club_reading";

/**
 * Milliseconds without typing after which a field's text is what it was meant to be: a
 * longer number may begin with what looks like a card's.
 */
const SETTLED = 250;
/** The same where the text may be the beginning of a card's number. */
const BEGUN_SETTLED = 1500;

/**
 * Keep bank cards' numbers out of the till's fields: readers that type as slowly as
 * people put them there, and people type or paste them. From a field they would go to
 * the server as a search.
 *
 * @param {object} pos the till
 * @returns {() => void} stops it
 */
export function guardFields(pos) {
    let timer = null;
    /** The field whose text the page isn't told of yet, and what tells it. */
    let untold = null;
    const telling = new WeakSet();
    const clean = (text) => withoutBankCards(text, (digits) => isProduct(pos, digits));
    const isField = (element) => element?.matches?.("input, textarea");

    /** @returns {boolean} whether a card's number was taken out */
    function check(field) {
        const value = field.isConnected ? clean(field.value) : field.value;
        if (value === field.value) {
            return false;
        }
        field.value = value;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        refuseBankCard(pos.notification);
        return true;
    }

    /** Tell the page of what was typed meanwhile. */
    function tell() {
        browser.clearTimeout(timer);
        const field = untold;
        untold = null;
        if (field?.isConnected && !check(field)) {
            const told = new InputEvent("input", { bubbles: true });
            telling.add(told);
            field.dispatchEvent(told);
        }
    }

    /** How long the text stays untold, in milliseconds; 0 when it is no card's. */
    function pauseAfter(text) {
        if (clean(text) !== text) {
            return SETTLED;
        }
        const begun = bankCardBegun(text);
        return begun && (isArticleNumber(begun) ? SETTLED : BEGUN_SETTLED);
    }

    function stop(ev) {
        ev.preventDefault();
        ev.stopImmediatePropagation();
    }

    const listeners = {
        input(ev) {
            if (telling.has(ev) || !isField(ev.target)) {
                return;
            }
            browser.clearTimeout(timer);
            untold = null;
            const pause = pauseAfter(ev.target.value);
            if (pause) {
                // The next character that is none of a card's tells the page of all.
                ev.stopImmediatePropagation();
                untold = ev.target;
                timer = browser.setTimeout(tell, pause);
            }
        },
        change({ target }) {
            if (isField(target)) {
                target === untold ? tell() : check(target);
            }
        },
        keydown(ev) {
            if (!["Enter", "Tab"].includes(ev.key) || !isField(ev.target)) {
                return;
            }
            if (check(ev.target)) {
                stop(ev);
            } else if (ev.target === untold) {
                tell();
            }
        },
        paste(ev) {
            const text = ev.clipboardData?.getData("text") ?? "";
            if (isField(ev.target) && clean(text) !== text) {
                stop(ev);
                refuseBankCard(pos.notification);
            }
        },
    };
    for (const [type, listener] of Object.entries(listeners)) {
        window.addEventListener(type, listener, { capture: true });
    }
    return () => {
        browser.clearTimeout(timer);
        for (const [type, listener] of Object.entries(listeners)) {
            window.removeEventListener(type, listener, { capture: true });
        }
    };
}
