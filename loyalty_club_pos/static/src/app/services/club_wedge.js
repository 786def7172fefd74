import { barcodeService } from "@barcodes/barcode_service";
import { browser } from "@web/core/browser/browser";
import { keyCharacter } from "@loyalty_club_pos/app/utils/card_numbers";
import { clubListens, reading, refuseBankCard } from "@loyalty_club_pos/app/utils/club_reading";
import { guardFields } from "@loyalty_club_pos/app/services/club_field_guard";

/** Milliseconds between two keys of one reading. People don't keep this up for long. */
const MAX_GAP = 50;
/** Milliseconds without a key after which held keys go where they were typed. */
const PAUSE = 60;
/** Fewer keys than this are no reading, however fast. */
const LEAST_KEYS = 4;
/** Keys that may reach a field before they are held back, by what they look like. */
const SHOWN_OF_TRACK = 3;
const SHOWN_OF_NUMBER = 6;

/** Where products are looked for. */
const SEARCH = ".pos-rightheader";

const NOT_FOR_TEXT = ["button", "checkbox", "color", "file", "radio", "range", "reset", "submit"];

/** The field that keys go to, if they go to one. */
function fieldOf(element) {
    return element?.matches?.("input:not(.o-barcode-input), textarea") &&
        !NOT_FOR_TEXT.includes(element.type)
        ? element
        : null;
}

/**
 * Whether keys that were kept can be typed again by script. On phones they can't out of
 * fields either: there Odoo reads scanners from a field of its own.
 */
function canGiveBack(element) {
    return (
        fieldOf(element) ||
        !(barcodeService.isMobileChrome || element.isContentEditable || element.matches?.("select"))
    );
}

function isCharacter(ev) {
    return ev.key.length === 1 && !ev.ctrlKey && !ev.metaKey && !ev.altKey && !ev.repeat;
}

function setValue(field, value, caret) {
    field.value = value;
    if (caret !== null) {
        field.setSelectionRange(caret, caret);
    }
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Keys that follow each other as fast as only a reader types. */
class Burst {
    constructor(ev) {
        this.target = ev.target;
        this.field = fieldOf(ev.target);
        /** What the field is restored to when the keys turn out to be a card's. */
        this.before = this.field && {
            value: this.field.value,
            caret: this.field.selectionStart,
        };
        this.keys = [];
        /** Events that were kept from the page, in order. */
        this.held = [];
        this.state = "reading"; // then "taken" or "given"
        this.last = ev.timeStamp;
    }

    add(ev) {
        const { key, code, shiftKey } = ev;
        this.keys.push({ key, code, shiftKey });
        this.last = ev.timeStamp;
    }

    /** By position of the keys when the layout isn't a Latin one, else as they are. */
    characterOf(key) {
        return this.isForeign ? keyCharacter(key) : key.key;
    }

    get isForeign() {
        return this.keys.some(({ key }) => key > "\x7f");
    }

    get text() {
        return this.keys.map((key) => this.characterOf(key)).join("");
    }

    /**
     * Whether the next key is to be kept from the page. Out of fields all are: whoever
     * listens there waits longer for the next key than we hold it. A field shows what
     * is typed at once, except what may become a bank card's number.
     */
    get mustHold() {
        if (!this.field || this.held.length) {
            return true;
        }
        const text = this.text;
        return (
            (text.length > SHOWN_OF_TRACK && /^[;%]/.test(text)) ||
            (text.length > SHOWN_OF_NUMBER && /^[1-9]\d+$/.test(text))
        );
    }
}

/**
 * Card readers that type like a keyboard, told from people by their speed.
 *
 * What a person or a barcode scanner types reaches the page as if nothing were here.
 */
export class ClubWedge {
    /**
     * @param {object} pos
     * @param {{ simulated?: boolean }} [options] simulated: also take keys that scripts
     *   dispatch. They are no reader's: tours and password managers type fast as well.
     */
    constructor(pos, { simulated = false } = {}) {
        this.pos = pos;
        this.simulated = simulated;
        this.burst = null;
        /** Bursts by the keys that are down, as a key that was kept comes up as well. */
        this.down = new Map();
        this.ours = new WeakSet();
        /** Until when keys belong to something that can't be a card's text. */
        this.foreignUntil = -Infinity;
        this.onKeydown = this.onKeydown.bind(this);
        this.onKeyup = this.onKeyup.bind(this);
    }

    start() {
        window.addEventListener("keydown", this.onKeydown, { capture: true });
        window.addEventListener("keyup", this.onKeyup, { capture: true });
    }

    stop() {
        this.giveBack();
        window.removeEventListener("keydown", this.onKeydown, { capture: true });
        window.removeEventListener("keyup", this.onKeyup, { capture: true });
    }

    isIgnored(ev) {
        return this.ours.has(ev) || !ev.key || ev.isComposing || !(ev.isTrusted || this.simulated);
    }

    onKeydown(ev) {
        if (this.isIgnored(ev) || ev.key === "Shift") {
            return;
        }
        if (this.burst && ev.timeStamp - this.burst.last > MAX_GAP) {
            this.endOfKeys();
        }
        if (isCharacter(ev)) {
            this.onCharacter(ev);
        } else if (["Enter", "Tab"].includes(ev.key)) {
            this.onEnd(ev);
        } else {
            // Barcodes may have signs that are typed with Control or Alt; what follows
            // them is not a text of its own.
            this.giveBack();
            this.foreignUntil = ev.timeStamp + MAX_GAP;
        }
    }

    onCharacter(ev) {
        if (ev.timeStamp <= this.foreignUntil) {
            this.foreignUntil = ev.timeStamp + MAX_GAP;
            return;
        }
        if (this.burst && this.burst.target !== ev.target) {
            this.giveBack();
        }
        if (!this.burst) {
            // Space presses the button that has the focus, and begins no card's text.
            if (ev.key === " " || !canGiveBack(ev.target)) {
                return;
            }
            this.burst = new Burst(ev);
        }
        this.burst.add(ev);
        if (this.burst.mustHold) {
            this.hold(ev);
        }
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.endOfKeys(), PAUSE);
    }

    onKeyup(ev) {
        const burst = !this.isIgnored(ev) && this.down.get(ev.code || ev.key);
        if (!burst) {
            return;
        }
        this.down.delete(ev.code || ev.key);
        if (burst.state !== "given") {
            this.keep(ev);
            burst.held.push(ev);
        }
    }

    keep(ev) {
        ev.preventDefault();
        ev.stopImmediatePropagation();
    }

    hold(ev) {
        this.keep(ev);
        this.burst.held.push(ev);
        this.down.set(ev.code || ev.key, this.burst);
    }

    /** Enter or Tab: a reader's text is complete. */
    onEnd(ev) {
        if (!this.burst) {
            return;
        }
        const { kind, value } = this.read();
        if (kind === "other" && this.isScan()) {
            const { text } = this.burst;
            this.hold(ev);
            this.take();
            this.pos.barcodeReader.scan(text);
            return;
        }
        if (!["bank", "club"].includes(kind)) {
            this.giveBack(); // and the key goes its own way, after them
            return;
        }
        this.hold(ev);
        this.take();
        if (kind === "bank") {
            refuseBankCard(this.pos.notification);
        } else {
            this.pos.club.show(value, { source: "wedge" });
        }
    }

    /** No further key came. Some readers are set up to send no Enter. */
    endOfKeys() {
        if (this.burst && this.read().kind === "bank") {
            this.take();
            refuseBankCard(this.pos.notification);
        } else {
            this.giveBack();
        }
    }

    /** A barcode that was read while somebody looks for a product: it is still one. */
    isScan() {
        const { field, text } = this.burst;
        return (
            Boolean(field?.closest?.(SEARCH)) &&
            /^[\x21-\x7e]{4,}$/.test(text) &&
            /\d/.test(text) &&
            clubListens(this.pos)
        );
    }

    read() {
        const { keys, text } = this.burst;
        return keys.length < LEAST_KEYS ? { kind: "other" } : reading(this.pos, text);
    }

    close(state) {
        const burst = this.burst;
        burst.state = state;
        this.burst = null;
        browser.clearTimeout(this.timer);
        return burst;
    }

    /** The keys were a card's: nothing of them stays where they were typed. */
    take() {
        const { field, before, held } = this.close("taken");
        held.length = 0;
        if (field?.isConnected && field.value !== before.value) {
            setValue(field, before.value, before.caret);
        }
    }

    /** The keys were none of ours. */
    giveBack() {
        if (!this.burst) {
            return;
        }
        const burst = this.close("given");
        const field = burst.field || fieldOf(document.activeElement);
        if (field) {
            // Also when the page has moved the focus to a field in the meantime.
            this.typeInto(field, burst);
            return;
        }
        const target = burst.target.isConnected ? burst.target : document.body;
        for (const { type, key, code, shiftKey, location } of burst.held) {
            const replayed = new KeyboardEvent(type, {
                key: burst.characterOf({ key, code, shiftKey }),
                code,
                shiftKey,
                location,
                bubbles: true,
                cancelable: true,
                composed: true,
            });
            this.ours.add(replayed);
            target.dispatchEvent(replayed);
        }
    }

    typeInto(field, { held }) {
        const typed = held.filter(({ type }) => type === "keydown").map(({ key }) => key);
        if (!typed.length || !field.isConnected || field.readOnly || field.disabled) {
            return;
        }
        const { value, selectionStart, selectionEnd } = field;
        const start = selectionStart ?? value.length;
        const text = typed.join("");
        setValue(
            field,
            value.slice(0, start) + text + value.slice(selectionEnd ?? value.length),
            selectionStart === null ? null : start + text.length
        );
    }
}

/**
 * Listen to readers that type like a keyboard.
 *
 * @param {object} pos the till
 * @param {{ simulated?: boolean }} [options] see ClubWedge
 * @returns {() => void} stops it
 */
export function setupClubWedge(pos, options) {
    if (pos.barcodeReader) {
        pos.barcodeReader.pos = pos;
    }
    const wedge = new ClubWedge(pos, options);
    const stopGuard = guardFields(pos);
    wedge.start();
    return () => {
        wedge.stop();
        stopGuard();
    };
}
