import { isPersian, showDigitsIn } from "@loyalty_club_pos/app/utils/club_format";

/** What is typed, or read by machines, keeps the digits that it has. */
const AS_IT_IS = "style, script, textarea, [contenteditable=true], .portal-url, .unique-code";

/**
 * In Persian, write every digit on the till's screen as people read it.
 *
 * Odoo writes its own amounts, quantities and keys with Latin digits, beside Persian ones
 * of names, days and points. What stands in data and in fields stays as it is, and Owl,
 * which compares what it wrote itself, writes over it when something changes.
 *
 * @param {HTMLElement} [root]
 * @returns {() => void} stops it
 */
export function setupClubDigits(root = document.body) {
    if (!isPersian()) {
        return () => {};
    }
    const observer = new MutationObserver((changes) => {
        for (const { type, target, addedNodes } of changes) {
            const written = type === "characterData" ? [target] : addedNodes;
            written.forEach((node) => showDigitsIn(node, AS_IT_IS));
        }
    });
    observer.observe(root, { subtree: true, childList: true, characterData: true });
    showDigitsIn(root, AS_IT_IS);
    return () => observer.disconnect();
}
