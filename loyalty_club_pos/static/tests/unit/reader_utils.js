import { advanceTime } from "@odoo/hoot-dom";

/** A card number that passes Luhn's check; nobody has it. */
export const PAN = "6037990000000006";
export const TRACK_2 = `;${PAN}=29011010000012345?`;
export const TRACK_1 = `%B${PAN}^REZAEI/ALI^29011010000012345?`;

const US_KEYS = {
    ";": ["Semicolon", false], "=": ["Equal", false], "?": ["Slash", true], "/": ["Slash", false],
    "%": ["Digit5", true], "^": ["Digit6", true], " ": ["Space", false],
}; // prettier-ignore
/** What a Persian layout makes of the keys that tests press. */
const PERSIAN = {
    ";": "ک", "?": "؟", "%": "٪", "^": "×", a: "ش", b: "ذ", c: "ز", d: "ی", e: "ث", f: "ب",
    A: "ؤ", B: "\u200c", C: "ژ", D: "ي", E: "\u064d", F: "إ",
}; // prettier-ignore

function keyOf(char) {
    if (char === "\n") {
        return { key: "Enter", code: "Enter" };
    }
    const [code, shiftKey] = US_KEYS[char] || [
        /\d/.test(char) ? `Digit${char}` : `Key${char.toUpperCase()}`,
        /[A-Z]/.test(char),
    ];
    return { key: char, code, shiftKey };
}

function persian({ key, code, shiftKey }) {
    const digit = /^\d$/.test(key) && String.fromCharCode(0x06f0 + Number(key));
    return { key: digit || PERSIAN[key] || key, code, shiftKey };
}

let clock = 1000;

/** Let time pass in small steps, as what waits for the network sets timers anew. */
export async function pass(milliseconds) {
    for (let left = milliseconds; left > 0; left -= 500) {
        await advanceTime(Math.min(left, 500));
    }
}

/** What the browser does with a key that nobody prevented. */
function typed(target, ev) {
    if (ev.key.length === 1 && target.matches("input, textarea")) {
        target.setRangeText(ev.key, target.selectionStart, target.selectionEnd, "end");
        target.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}

/**
 * Type a text, "\n" for Enter, with a gap in milliseconds between keys.
 *
 * Gaps are those of the events' time stamps; nothing happens meanwhile, as in a browser
 * that was busy. Gaps longer than a moment pass on the page's clock too.
 */
export async function type(text, { target = document.body, gap = 8, layout } = {}) {
    for (const char of text) {
        clock += gap;
        if (gap > 20) {
            await advanceTime(gap);
        }
        const key = layout === "persian" ? persian(keyOf(char)) : keyOf(char);
        for (const name of ["keydown", "keyup"]) {
            const ev = new KeyboardEvent(name, { ...key, bubbles: true, cancelable: true });
            Object.defineProperty(ev, "timeStamp", { value: clock });
            target.dispatchEvent(ev);
            if (name === "keydown" && !ev.defaultPrevented) {
                typed(target, ev);
            }
        }
    }
    clock += 1000;
}

/** As much of a till as readers touch, which writes down what reaches it. */
export function fakeTill({ products = [], meaning = {} } = {}) {
    const till = {
        shown: [],
        notices: [],
        config: { club_box_ip: "10.0.0.9:8069", club_box_reader: "device" },
        cashier: { id: 1 },
        barcodeReader: {
            exclusiveCbMap: null,
            parser: { parse_barcode: (code) => ({ type: meaning[code] || "product", code }) },
        },
        models: {
            "product.product": { getBy: (_, code) => products.includes(code) || undefined },
            "product.uom": { getBy: () => undefined },
        },
        notification: { add: (message) => till.notices.push(String(message)) },
        club: {
            enabled: true,
            show: async (text, { source }) => void till.shown.push([text, source]),
        },
    };
    return till;
}
