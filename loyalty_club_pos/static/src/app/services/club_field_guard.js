import { browser } from "@web/core/browser/browser";
import { withoutBankCards } from "@loyalty_club_pos/app/utils/card_numbers";
import { isProduct, refuseBankCard } from "@loyalty_club_pos/app/utils/club_reading";

/**
 * Milliseconds without typing after which a field's text is what it was meant to be: a
 * longer number may begin with what looks like a card's.
 */
const SETTLED = 250;

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

    function stop(ev) {
        ev.preventDefault();
        ev.stopImmediatePropagation();
    }

    const listeners = {
        input(ev) {
            browser.clearTimeout(timer);
            if (isField(ev.target) && clean(ev.target.value) !== ev.target.value) {
                // The page isn't told of it. The next character tells it of both.
                ev.stopImmediatePropagation();
                timer = browser.setTimeout(() => check(ev.target), SETTLED);
            }
        },
        change({ target }) {
            if (isField(target)) {
                check(target);
            }
        },
        keydown(ev) {
            if (["Enter", "Tab"].includes(ev.key) && isField(ev.target) && check(ev.target)) {
                stop(ev);
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
