import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { uuid } from "@web/core/utils/strings";
import { formatEndpoint, post } from "@iot_base/network_utils/http";
import { clubCode } from "@loyalty_club_pos/app/utils/card_numbers";
import { clubListens, isBankCard, refuseBankCard } from "@loyalty_club_pos/app/utils/club_reading";

/**
 * Milliseconds after which a waiting poll is asked anew. The box forgets a waiting till
 * as soon as another till asks, but gives whoever asks what happened in the last five
 * seconds: so asking within five seconds loses nothing.
 */
const RENEW = 4000;
/** The same once another till was seen on the box: late by a second is late enough. */
const RENEW_SHARED = 1000;
/** What an answer at once means: it had happened before we asked. */
const AT_ONCE = 250;
/** The box answers a poll after 50 seconds at the latest. */
const POLL_TIMEOUT = 60000;
/** A poll waits as silently at a box that is gone as at one where nobody taps. */
const PING_EVERY = 8000;
const PING_TIMEOUT = 3000;
const RETRIES = [1000, 2000, 4000, 8000];
const REMEMBERED = 50;
const MEMORY = "loyalty_club_taps";

/**
 * The last eight of an EM4100 card's ten hexadecimal digits: its serial number.
 *
 * All ten may happen to be decimal digits, and would be taken for the decimal
 * number that is printed on another card.
 */
function em4100Serial(text) {
    return text.slice(-8);
}

/** Taps that were taken, by the box's id of each; they outlive a reload of the page. */
class Taps {
    constructor() {
        try {
            this.ids = JSON.parse(browser.sessionStorage.getItem(MEMORY)) || [];
        } catch {
            this.ids = [];
        }
    }

    /** @returns {boolean} whether this tap is taken for the first time */
    take(id) {
        if (this.ids.includes(id)) {
            return false;
        }
        this.ids = [...this.ids, id].slice(-REMEMBERED);
        browser.sessionStorage.setItem(MEMORY, JSON.stringify(this.ids));
        return true;
    }
}

/**
 * The card reader on an IoT box, listened to for as long as the till is open.
 *
 * Odoo's own client of the box gives up for good after the first network error and
 * doesn't tell; this one has its polls in its own hands, over the same route.
 */
export class ClubReaders {
    constructor(pos) {
        this.pos = pos;
        this.address = pos.config.club_box_ip;
        this.device = pos.config.club_box_reader || "device";
        this.session = uuid();
        this.taps = new Taps();
        this.lastEvent = 0;
        this.contact = -Infinity;
        this.renewal = RENEW;
        this.isFirstPoll = true;
        this.isRunning = false;
        this.cancel = () => {};
    }

    set state(state) {
        if (this.pos.clubReader.state !== state) {
            this.pos.clubReader.state = state;
        }
    }

    async run() {
        this.isRunning = true;
        this.state = "waiting";
        let failures = 0;
        while (this.isRunning) {
            try {
                await this.listenOnce();
                failures = 0;
            } catch {
                // Its clock may have gone back and its memory is gone if it was started
                // anew: ask for everything, what was taken is known.
                this.lastEvent = 0;
                this.contact = -Infinity;
                this.isFirstPoll = true;
                if (this.isRunning) {
                    this.state = "waiting";
                    await this.sleep(RETRIES[Math.min(failures++, RETRIES.length - 1)]);
                }
            }
        }
    }

    stop() {
        this.isRunning = false;
        this.state = "off";
        this.cancel();
    }

    /** One poll, and a sign of life of the box before it when there was none lately. */
    async listenOnce() {
        if (Date.now() - this.contact > PING_EVERY) {
            await this.ping();
            this.onContact();
        }
        const asked = Date.now();
        const event = await this.poll();
        const isFirst = this.isFirstPoll;
        this.isFirstPoll = false;
        if (!this.isRunning || event === undefined) {
            return;
        }
        this.onContact();
        if (!event) {
            // It should have waited; a box that answers nothing at once isn't asked
            // without a pause.
            await this.sleep(RENEW_SHARED);
            return;
        }
        this.lastEvent = event.time;
        if (this.take(event) && !isFirst && Date.now() - asked < AT_ONCE) {
            this.renewal = RENEW_SHARED;
        }
    }

    onContact() {
        this.contact = Date.now();
        if (this.isRunning) {
            this.state = "connected";
        }
    }

    /** @throws when the box doesn't answer */
    async ping() {
        const url = formatEndpoint(this.address, "/iot_drivers/ping", Boolean(odoo.use_lna));
        const answer = await this.limited(PING_TIMEOUT, (signal) =>
            browser.fetch(url, {
                signal,
                targetAddressSpace: odoo.use_lna ? "local" : undefined,
            })
        );
        if (!answer?.ok) {
            throw new Error("The box doesn't answer");
        }
    }

    /**
     * @returns {Promise<object | null | undefined>} what happened; undefined when it is
     *   time to ask anew
     * @throws when the box can't be reached
     */
    async poll() {
        const listener = {
            session_id: this.session,
            devices: { [this.device]: { device_identifier: this.device } },
            last_event: this.lastEvent,
        };
        const answer = await this.limited(this.renewal, (signal) =>
            post(
                this.address,
                "/iot_drivers/event",
                { listener },
                POLL_TIMEOUT,
                {},
                signal,
                Boolean(odoo.use_lna)
            )
        );
        if (answer?.error) {
            throw new Error("The box refuses");
        }
        return answer && (answer.result ?? null);
    }

    /** The answer of a request, or undefined if it takes longer. */
    async limited(milliseconds, request) {
        const abort = new AbortController();
        this.cancel = () => abort.abort();
        const timer = browser.setTimeout(this.cancel, milliseconds);
        try {
            return await request(abort.signal);
        } catch (error) {
            if (abort.signal.aborted) {
                return undefined;
            }
            throw error;
        } finally {
            browser.clearTimeout(timer);
        }
    }

    sleep(milliseconds) {
        return new Promise((resolve) => {
            const timer = browser.setTimeout(resolve, milliseconds);
            this.cancel = () => {
                browser.clearTimeout(timer);
                resolve();
            };
        });
    }

    /** @returns {boolean} whether the event is a new one */
    take({ tap, time, kind, value }) {
        if (!this.taps.take(tap || time)) {
            return false;
        }
        const text = String(value ?? "");
        if (kind === "bank_card" || isBankCard(this.pos, text)) {
            refuseBankCard(this.pos.notification);
        } else if (kind === "random_uid") {
            this.pos.notification.add(
                _t("This card or phone shows another number each time: it can't be known again."),
                { type: "warning" }
            );
        } else if (text && clubListens(this.pos)) {
            // A serial may look like a mobile or a number; only what is typed can be one.
            const scheme = kind === "hid" ? undefined : "card";
            const value = kind === "em4100" ? em4100Serial(text) : clubCode(text)?.value || text;
            this.pos.club.show(value, { source: "reader", scheme });
        }
        return true;
    }
}

/**
 * Listen to the card reader on the till's box, if it has one.
 *
 * `pos.clubReader.state` is "connected", "waiting" (for a box that doesn't answer) or
 * "off".
 *
 * @param {object} pos the till
 * @returns {() => void} stops it
 */
export function setupClubReaders(pos) {
    pos.clubReader = reactive({ state: "off" });
    if (!pos.config.club_box_ip) {
        return () => {};
    }
    const readers = new ClubReaders(pos);
    readers.run();
    return () => readers.stop();
}
