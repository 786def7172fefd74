import { after, beforeEach, describe, expect, test } from "@odoo/hoot";
import { browser } from "@web/core/browser/browser";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { setupClubReaders } from "@loyalty_club_pos/app/services/club_readers";
import { fakeTill, PAN, pass } from "./reader_utils";

describe.current.tags("headless");

/**
 * Odoo's box as it is: it wakes only the session that asked last, as any poll throws
 * out the others, and gives every poll what happened in the last five seconds.
 */
class Box {
    constructor() {
        this.isOn = true;
        this.clock = 1700000000;
        this.restart();
        this.polls = 0;
    }

    restart() {
        this.events = [];
        this.waiting?.reject(new TypeError("Failed to fetch"));
        this.waiting = null;
    }

    now() {
        return this.clock + Date.now() / 1000;
    }

    tap(event) {
        const happened = { device_identifier: "device", time: this.now(), ...event };
        this.events.push(happened);
        this.waiting?.answer(happened);
    }

    fetch(url, { body, signal } = {}) {
        if (!this.isOn) {
            throw new TypeError("Failed to fetch");
        }
        if (String(url).endsWith("/iot_drivers/ping")) {
            return new Response(JSON.stringify({ status: "success" }));
        }
        this.polls++;
        const { listener } = JSON.parse(body).params;
        const answer = (result) =>
            new Response(
                JSON.stringify({ result: { ...result, session_id: listener.session_id } })
            );
        const stored = this.events.find(
            ({ time, device_identifier }) =>
                time > this.now() - 5 &&
                time > listener.last_event &&
                device_identifier in listener.devices
        );
        if (stored) {
            return answer(stored);
        }
        return new Promise((resolve, reject) => {
            const waiting = { answer: (event) => resolve(answer(event)), reject };
            this.waiting = waiting; // and whoever waited before waits in vain
            signal.addEventListener("abort", () =>
                reject(new DOMException("aborted", "AbortError"))
            );
        });
    }
}

let box;

/** Not HOOT's mock of fetch, which keeps to itself that a request was given up. */
function mockFetch(fetch) {
    patchWithCleanup(browser, { fetch: async (...args) => fetch(...args) });
}

beforeEach(() => {
    allowTranslations();
    box = new Box();
    mockFetch((url, init) => box.fetch(url, init));
});

async function till(config) {
    const pos = fakeTill();
    Object.assign(pos.config, config);
    after(setupClubReaders(pos));
    await pass(50);
    return pos;
}

const tap = (value, id = value) => box.tap({ kind: "em4100", value, tap: id });

test("a tap shows the member, once for each tap", async () => {
    const pos = await till();
    expect(pos.clubReader.state).toBe("connected");
    tap("0A0060D6D1", "first");
    await pass(6000);
    tap("0A0060D6D1", "second");
    await pass(50);
    expect(pos.shown).toEqual([
        ["0060D6D1", "reader"],
        ["0060D6D1", "reader"],
    ]);
});

test("a box that answers everything to everybody doesn't make two taps of one", async () => {
    const pos = await till();
    tap("0A0060D6D1");
    await pass(50);
    box.events[0].time += 1; // it looks like another one to whoever goes by time
    await pass(5000);
    expect(pos.shown).toHaveLength(1);
});

test("one network error isn't the end", async () => {
    const pos = await till();
    box.isOn = false;
    await pass(15000);
    expect(pos.clubReader.state).toBe("waiting");
    box.isOn = true;
    await pass(9000);
    expect(pos.clubReader.state).toBe("connected");
    tap("04A22B1C");
    await pass(50);
    expect(pos.shown).toEqual([["04A22B1C", "reader"]]);
});

test("a box that is gone is asked less and less", async () => {
    box.isOn = false;
    const pos = await till();
    let asked = 0;
    mockFetch(() => {
        asked++;
        throw new TypeError("Failed to fetch");
    });
    await pass(60000);
    expect(pos.clubReader.state).toBe("waiting");
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(12);
});

test("a box that takes connections and says nothing is noticed", async () => {
    const pos = await till();
    mockFetch((_url, { signal }) => {
        const never = new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        });
        return never;
    });
    await pass(20000);
    expect(pos.clubReader.state).toBe("waiting");
});

test("a box that was started anew is heard, though its clock went back", async () => {
    const pos = await till();
    tap("04A22B1C", "before");
    await pass(50);
    box.isOn = false;
    box.restart();
    box.clock -= 86400;
    await pass(3000);
    box.isOn = true;
    tap("04A22B1D", "while nobody listened");
    await pass(4000);
    expect(pos.shown.map(([value]) => value)).toEqual(["04A22B1C", "04A22B1D"]);
});

test("what was taken isn't taken again after a reload", async () => {
    const pos = fakeTill();
    const stop = setupClubReaders(pos);
    await pass(50);
    tap("04A22B1C");
    await pass(50);
    stop();
    const reloaded = await till();
    await pass(1000);
    expect(pos.shown).toHaveLength(1);
    expect(reloaded.shown).toHaveLength(0);
});

test("two tills on one box: each gets every tap, and soon", async () => {
    const one = await till();
    await pass(1500);
    // Its own page has its own memory.
    sessionStorage.clear();
    const other = await till();
    await pass(300);
    for (let i = 10; i < 18; i++) {
        tap(`04A22B${i}`);
        await pass(4700);
    }
    const values = (pos) => pos.shown.map(([value]) => value);
    expect(values(one)).toEqual(values(other));
    expect(values(one)).toHaveLength(8);
    // Once a till knows that it isn't alone, it asks every second.
    tap("04A22BFF");
    await pass(1100);
    expect(values(one).at(-1)).toBe("04A22BFF");
    expect(values(other).at(-1)).toBe("04A22BFF");
});

test("a till that is alone asks every four seconds", async () => {
    await till();
    box.polls = 0;
    await pass(40000);
    expect(box.polls).toBeLessThan(12);
});

test("a bank card is refused, whoever noticed that it is one", async () => {
    const pos = await till();
    box.tap({ kind: "bank_card", value: "", tap: "1" });
    await pass(50);
    expect(pos.notices).toHaveLength(1);
    await pass(3000);
    box.tap({ kind: "hid", value: PAN, tap: "2" });
    await pass(50);
    expect(pos.notices).toHaveLength(2);
    expect(pos.notices.join()).not.toInclude(PAN);
    expect(pos.shown).toEqual([]);
});

test("a card without a number of its own, and a stripe", async () => {
    const pos = await till();
    box.tap({ kind: "random_uid", value: "", tap: "1" });
    await pass(50);
    expect(pos.notices).toHaveLength(1);
    box.tap({ kind: "hid", value: ";00000422?", tap: "2" });
    await pass(50);
    expect(pos.shown).toEqual([["00000422", "reader"]]);
});

test("at the login and without a club taps do nothing", async () => {
    const pos = await till();
    pos.cashier = false;
    tap("04A22B1C", "1");
    await pass(50);
    pos.cashier = { id: 1 };
    pos.club.enabled = false;
    tap("04A22B1C", "2");
    await pass(50);
    expect(pos.shown).toEqual([]);
});

test("without a box nothing is asked; stopped is stopped", async () => {
    const none = await till({ club_box_ip: false });
    expect(none.clubReader.state).toBe("off");
    expect(box.polls).toBe(0);
    const pos = fakeTill();
    const stop = setupClubReaders(pos);
    await pass(50);
    stop();
    expect(pos.clubReader.state).toBe("off");
    box.polls = 0;
    await pass(30000);
    expect(box.polls).toBe(0);
});
