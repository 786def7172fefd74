import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";

const DAY = 24 * 60 * 60 * 1000;
const MOST = 300;
const DAYS = 14;

/**
 * The members whom this till has seen, for when there is no network.
 *
 * Bounded in number and in time. What a member showed (a card above all) is kept as a
 * salted hash only, so that a look into the browser's storage gives nobody a card to
 * copy. A hash of a short number can be guessed by trying: it hides, it doesn't prove.
 */
export class ClubMemory {
    /**
     * @param {Storage} storage of the browser
     * @param {string} name tells tills, databases and clubs in one browser apart
     * @param {Object} [options]
     * @param {string} [options.prefix] dialling code of mobiles typed without one: "+98"
     * @param {() => number} [options.now] milliseconds
     */
    constructor(storage, name, { prefix = "", now = Date.now } = {}) {
        this.storage = storage;
        this.name = `loyalty_club.seen.${name}`;
        this.prefix = prefix;
        this.now = now;
    }

    /**
     * Keep a member, as the server told them.
     *
     * @param {Object} member summary
     * @param {Object} records their contact and accounts, as the till loads them
     * @param {string[]} [shown] texts that found them
     */
    remember(member, records, shown = []) {
        const kept = this._load();
        const before = kept.members[member.partner_id];
        const texts = [...shown, member.mobile, member.number].filter(Boolean);
        const marks = texts.map((text) => this._mark(kept.salt, canonical(text, this.prefix)[0]));
        kept.members[member.partner_id] = {
            at: this.now(),
            marks: [...new Set([...(before?.marks || []), ...marks])],
            member,
            records: withoutCodes(records),
        };
        this._save(kept);
    }

    /**
     * Who showed this text before.
     *
     * @returns {{member: Object, records: Object, at: number}|null}
     */
    recall(text) {
        const kept = this._load();
        const marks = canonical(text, this.prefix).map((one) => this._mark(kept.salt, one));
        return (
            Object.values(kept.members).find((seen) => marks.some((m) => seen.marks.includes(m))) ||
            null
        );
    }

    /** The same, of a customer's id. */
    recallPartner(partnerId) {
        return this._load().members[partnerId] || null;
    }

    forget(partnerId) {
        const kept = this._load();
        delete kept.members[partnerId];
        this._save(kept);
    }

    /** Forget what was shown: a card that doesn't open any more. */
    forgetShown(text) {
        const kept = this._load();
        const marks = canonical(text, this.prefix).map((one) => this._mark(kept.salt, one));
        for (const seen of Object.values(kept.members)) {
            seen.marks = seen.marks.filter((mark) => !marks.includes(mark));
        }
        this._save(kept);
    }

    _load() {
        let kept;
        try {
            kept = JSON.parse(this.storage.getItem(this.name));
        } catch {
            // What can't be read is as good as not there.
        }
        kept = kept?.members ? kept : { salt: newSalt(), members: {} };
        const oldest = this.now() - DAYS * DAY;
        for (const [id, seen] of Object.entries(kept.members)) {
            if (seen.at < oldest) {
                delete kept.members[id];
            }
        }
        return kept;
    }

    _save(kept) {
        const newest = Object.entries(kept.members).sort(([, a], [, b]) => b.at - a.at);
        kept.members = Object.fromEntries(newest.slice(0, MOST));
        try {
            this.storage.setItem(this.name, JSON.stringify(kept));
        } catch {
            // A full storage costs the memory, never a sale.
            this.storage.removeItem(this.name);
        }
    }

    _mark(salt, text) {
        return fnv1a(`${salt} ${text}`);
    }
}

function newSalt() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0")
    ).join("");
}

/** The forms that one text may have been kept under, the likeliest first. */
function canonical(text, prefix) {
    const plain = asciiDigits(text).trim().toLowerCase();
    const number = plain.replace("(0)", "").replace(/[\s\-().:/_]/g, "");
    if (!/^\d+$/.test(number)) {
        return [number];
    }
    const spelt = [number];
    if (number.startsWith("00")) {
        spelt.push(`+${number.slice(2)}`);
    } else if (number.startsWith("0")) {
        spelt.push(prefix + number.slice(1));
    } else {
        spelt.push(`+${number}`, prefix + number);
    }
    return spelt;
}

/** The 64-bit FNV-1a hash, in hexadecimal (RFC 9923). */
function fnv1a(text) {
    let hash = 0xcbf29ce484222325n;
    for (const byte of new TextEncoder().encode(text)) {
        hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
    return hash.toString(16);
}

/** An account's code opens it elsewhere, so it doesn't stay in the browser. */
function withoutCodes(records) {
    const cards = (records["loyalty.card"] || []).map((card) => ({ ...card, code: false }));
    return { ...records, "loyalty.card": cards };
}
