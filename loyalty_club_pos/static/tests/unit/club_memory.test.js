import { describe, expect, test } from "@odoo/hoot";
import { ClubMemory } from "@loyalty_club_pos/app/utils/club_memory";
import { mockMember } from "@loyalty_club_pos/../tests/unit/club_mocks";

describe.current.tags("headless");

const DAY = 24 * 60 * 60 * 1000;

class FakeStorage {
    items = {};
    getItem(key) {
        return this.items[key] ?? null;
    }
    setItem(key, value) {
        if (this.full) {
            throw new Error("QuotaExceededError");
        }
        this.items[key] = value;
    }
    removeItem(key) {
        delete this.items[key];
    }
    get text() {
        return JSON.stringify(this.items);
    }
}

function memory(options = {}) {
    const storage = options.storage || new FakeStorage();
    return { storage, memory: new ClubMemory(storage, "shop", { prefix: "+98", ...options }) };
}

test("a member is found by every spelling of their mobile", () => {
    const { memory: seen } = memory();
    seen.remember(mockMember(), {});
    for (const text of [
        "+989121234567",
        "0912 123 4567",
        "00989121234567",
        "989121234567",
        "9121234567",
        "+98 (0) 912-123-4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
    ]) {
        expect(seen.recall(text)?.member.partner_id).toBe(3, { message: text });
    }
    expect(seen.recall("0912 123 4568")).toBe(null);
});

test("and by their number, and by what they showed", () => {
    const { memory: seen } = memory();
    seen.remember(mockMember(), {}, ["04:A1:B2:C3", "sara@example.com"]);
    expect(seen.recall("00000422")).not.toBe(null);
    expect(seen.recall("04a1b2c3")).not.toBe(null);
    expect(seen.recall(" SARA@example.com ")).not.toBe(null);
    expect(seen.recall("04a1b2c4")).toBe(null);
});

test("what they showed before isn't forgotten when they show something else", () => {
    const { memory: seen } = memory();
    seen.remember(mockMember(), {}, ["04A1B2C3"]);
    seen.remember(mockMember({ name: "Sara A." }), {}, ["sara@example.com"]);
    expect(seen.recall("04A1B2C3").member.name).toBe("Sara A.");
});

test("no card and no account's code is kept in clear", () => {
    const { memory: seen, storage } = memory();
    const records = { "loyalty.card": [{ id: 5, code: "044f-secret", points: 3 }] };
    seen.remember(mockMember(), records, ["04A1B2C3D4"]);
    expect(storage.text.toLowerCase().includes("04a1b2c3d4")).toBe(false);
    expect(storage.text.includes("044f-secret")).toBe(false);
    // The control: what may be kept is.
    expect(storage.text.includes("Sara Ahmadi")).toBe(true);
    expect(seen.recall("04A1B2C3D4").records["loyalty.card"][0].points).toBe(3);
});

test("the same card leaves another mark in another till", () => {
    const [first, second] = [memory(), memory()];
    first.memory.remember(mockMember(), {}, ["04A1B2C3D4"]);
    second.memory.remember(mockMember(), {}, ["04A1B2C3D4"]);
    const marks = ({ storage }) => JSON.parse(Object.values(storage.items)[0]).members[3].marks;
    expect(marks(first).length).toBe(3);
    expect(marks(first).some((mark) => marks(second).includes(mark))).toBe(false);
});

test("after a fortnight nobody is remembered", () => {
    let now = 1e12;
    const { memory: seen } = memory({ now: () => now });
    seen.remember(mockMember(), {});
    now += 13 * DAY;
    expect(seen.recallPartner(3)?.at).toBe(1e12);
    now += 2 * DAY;
    expect(seen.recallPartner(3)).toBe(null);
});

test("the oldest go when there are too many", () => {
    let now = 1e12;
    const { memory: seen } = memory({ now: () => now });
    for (let id = 1; id <= 301; id++) {
        now += 1000;
        seen.remember(mockMember({ partner_id: id, number: `n${id}`, mobile: false }), {});
    }
    expect(seen.recall("n1")).toBe(null);
    expect(seen.recall("n2")?.member.partner_id).toBe(2);
});

test("a blocked card isn't recognised any more, its member is", () => {
    const { memory: seen } = memory();
    seen.remember(mockMember(), {}, ["04A1B2C3"]);
    seen.forgetShown("04A1B2C3");
    expect(seen.recall("04A1B2C3")).toBe(null);
    expect(seen.recall("00000422")).not.toBe(null);
    seen.forget(3);
    expect(seen.recall("00000422")).toBe(null);
});

test("a full or broken storage costs the memory and nothing else", () => {
    const { memory: seen, storage } = memory();
    storage.full = true;
    seen.remember(mockMember(), {});
    expect(seen.recallPartner(3)).toBe(null);
    storage.full = false;
    seen.remember(mockMember(), {});
    storage.items[Object.keys(storage.items)[0]] = "{broken";
    expect(seen.recall("00000422")).toBe(null);
});
