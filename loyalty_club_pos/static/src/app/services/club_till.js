import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AttachCardDialog } from "@loyalty_club_pos/app/components/popups/attach_card_dialog/attach_card_dialog";
import { IdentifyDialog } from "@loyalty_club_pos/app/components/popups/identify_dialog/identify_dialog";
import { JoinDialog } from "@loyalty_club_pos/app/components/popups/join_dialog/join_dialog";
import { basketLines } from "@loyalty_club_pos/app/utils/club_basket";
import { estimatePoints } from "@loyalty_club_pos/app/utils/club_estimate";
import { formatAccount, shownDigits, shownMobile } from "@loyalty_club_pos/app/utils/club_format";
import { isName, memberNumber } from "@loyalty_club_pos/app/utils/club_mobile";
import { isBankCard } from "@loyalty_club_pos/app/utils/club_reading";
import { ClubMemory } from "@loyalty_club_pos/app/utils/club_memory";
import { readRefusal } from "@loyalty_club_pos/app/utils/club_refusal";

// A question that takes longer is treated as a network that isn't there: somebody waits.
const PATIENCE = 4000;
// Whoever was asked about so recently isn't asked about again.
const FRESH = 5000;

/**
 * The club at this till: who stands before it, and what they have.
 *
 * Members come one by one, when they show something; none is loaded at opening.
 */
export class ClubTill {
    /** @param {Object} pos the till's store */
    constructor(pos) {
        this.pos = pos;
        // Customer's id to {member: SUMMARY|null, at, remembered}.
        this.seen = {};
        this.asking = new Set();
        // Who takes the next card that is read; see `takeCards`.
        this.cardTakers = [];
    }

    /** What the till was told of its club at opening; false before the club is founded. */
    get policy() {
        return this.pos.config._club || false;
    }
    get enabled() {
        return Boolean(this.policy);
    }
    get memory() {
        if (!this._memory) {
            const name = `${odoo.info?.db}.${this.pos.config.id}.${this.policy.id || 0}`;
            const { mobile_prefix: prefix } = this.policy;
            this._memory = new ClubMemory(browser.localStorage, name, { prefix });
        }
        return this._memory;
    }

    /**
     * Ask the server.
     *
     * @param {string} method of `loyalty.club.till`
     * @param {Object} [kwargs] without the till's id
     * @throws {ConnectionLostError} without a network
     */
    call(method, kwargs = {}) {
        const config_id = this.pos.config.id;
        return this.pos.data.call("loyalty.club.till", method, [], { config_id, ...kwargs });
    }

    // ------------------------------------------------------------------ who is known

    /**
     * @param {Object} partner customer of Odoo
     * @returns {Object|null} their summary as a member; null when they are none, or not yet
     *     known here
     */
    memberOf(partner) {
        return this.seen[partner?.id]?.member || null;
    }
    /**
     * What a customer has in the club who is no member: a wallet, for example.
     *
     * @returns {{partner_id: number, balances: Object}|null}
     */
    guestOf(partner) {
        return this.seen[partner?.id]?.guest || null;
    }
    /** The summary of the member whose order this is. */
    get current() {
        return this.memberOf(this.pos.getOrder()?.getPartner());
    }
    /** When the server told it (milliseconds), if that came from memory; else false. */
    rememberedSince(partner) {
        const seen = this.seen[partner?.id];
        return seen?.remembered ? seen.at : false;
    }
    /** Points that the current basket will probably earn. */
    get estimate() {
        const order = this.pos.getOrder();
        if (!order || !this.enabled) {
            return 0;
        }
        return estimatePoints(this.policy, this.current?.tier?.code, basketLines(order));
    }

    /**
     * Learn again what a customer has. Never throws for want of a network.
     *
     * @param {Object} partner
     * @param {Object} [order] theirs, that other tills may hold something for
     * @returns {Promise<Object|null>} their summary, null when they are no member
     */
    async refresh(partner, order = null) {
        if (!this.enabled || typeof partner?.id !== "number") {
            return null;
        }
        const params = { partner_id: partner.id };
        if (order) {
            params.order_uuid = order.uuid;
        }
        try {
            const { holds } = this.spending;
            let answer, turns;
            do {
                // What was held or given up meanwhile may be in the answer, or not yet.
                turns = holds.turns;
                answer = await this._ask("summary", params);
            } while (turns !== holds.turns);
            this.learn(answer, [], partner.id);
            if (order) {
                holds.learnHeld(order, answer.order_held || false);
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            const remembered = this.memory.recallPartner(partner.id);
            if (remembered && !this.memberOf(partner)) {
                this._relearn(remembered);
            }
        }
        return this.memberOf(partner);
    }
    /** The same, unless it was just learnt; says what the server refuses. */
    async ensure(partner) {
        const seen = this.seen[partner?.id];
        const fresh = seen && !seen.remembered && Date.now() - seen.at < FRESH;
        const order = this._sharedOrderOf(partner);
        const unasked = order && order.uiState.clubHeldElsewhere === undefined;
        if (!partner || (fresh && !unasked) || this.asking.has(partner.id)) {
            return;
        }
        this.asking.add(partner.id);
        try {
            await this.refresh(partner, order);
        } catch (error) {
            const refusal = readRefusal(error);
            if (!refusal) {
                throw error;
            }
            this.tell(refusal.message, "warning");
        } finally {
            this.asking.delete(partner.id);
        }
    }
    /** The current order, if it is this customer's and other tills may have it as well. */
    _sharedOrderOf(partner) {
        const order = this.pos.getOrder();
        const isTheirs = Boolean(partner) && order?.getPartner()?.id === partner.id;
        return isTheirs && order.isSynced && !order.finalized ? order : null;
    }

    // ------------------------------------------------------------------ who shows up

    /**
     * Find out who shows this, without doing anything about it.
     *
     * @param {string} text a mobile, number, barcode, e-mail, or what a card says
     * @param {"card"|undefined} scheme what it is, where a reader knows
     * @returns {Promise<Object>} the server's answer; or, without a network, one from
     *     memory with `remembered` (since when), or with the status "offline"
     */
    async look(text, scheme = undefined) {
        if (isBankCard(this.pos, text)) {
            const message = _t("This is a bank card: its number is not read.");
            return { status: "refused", member: false, choices: [], message };
        }
        try {
            if (!scheme && isName(text)) {
                return await this._lookByName(text);
            }
            let answer = await this._ask("recognise", scheme ? { text, scheme } : { text });
            const number = !scheme && answer.status === "unknown" && memberNumber(text);
            if (number) {
                const padded = await this._ask("recognise", { text: number });
                answer = padded.status === "unknown" ? answer : padded;
            }
            this.learn(answer, [text]);
            if (answer.status === "blocked" || answer.status === "unknown") {
                this.memory.forgetShown(text);
            }
            return answer;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return this._lookBack(text);
            }
            const refusal = readRefusal(error);
            if (!refusal) {
                throw error;
            }
            return { status: "refused", member: false, choices: [], message: refusal.message };
        }
    }

    /** Members who are called so; the cashier chooses, however few they are. */
    async _lookByName(text) {
        const choices = await this._ask("search_name", { text });
        const shown = { scheme: "name", display: text };
        const status = choices.length ? "ambiguous" : "unknown";
        return { status, member: false, shown, choices, message: false };
    }

    /**
     * Somebody shows this at the till: make it their order, or offer what can be done.
     *
     * @param {string} text
     * @param {Object} [options]
     * @param {"typed"|"scanner"|"wedge"|"reader"} [options.source]
     * @param {"card"} [options.scheme] what it is, where a reader knows
     * @returns {Promise<Object|null>} the member's summary
     */
    async show(text, { source = "typed", scheme = undefined } = {}) {
        const value = (text || "").trim();
        if (!value) {
            return null;
        }
        const taker = source !== "typed" && this.cardTakers.at(-1);
        if (taker) {
            await taker(value);
            return null;
        }
        return this.settle(await this.look(value, scheme), value, { source });
    }

    /**
     * Act on an answer of `look`.
     *
     * @returns {Promise<Object|null>} the member's summary
     */
    async settle(answer, text, { source = "typed" } = {}) {
        switch (answer.status) {
            case "found":
                return this.choose(answer.member);
            case "ambiguous":
                return this._chooseAmong(answer);
            case "unknown":
                return source === "typed"
                    ? this._joinTyped(answer, text)
                    : this._newCard(answer, text);
            default:
                this.tell(answer.message || _t("This can't be used here."), "danger");
                return null;
        }
    }

    /**
     * Make the current order this member's.
     *
     * @param {Object} member summary
     * @returns {Object|null} the summary; null when the order must stay another's
     */
    choose(member) {
        const order = this.pos.getOrder();
        const partner = this.pos.models["res.partner"].get(member.partner_id);
        if (!order || !partner || order.finalized) {
            return null;
        }
        const before = order.getPartner();
        if (before?.id === partner.id) {
            return member;
        }
        if (before && order.getHasRefundLines()) {
            const name = before.name;
            this.tell(_t("This order returns goods of %s, and stays theirs.", name), "warning");
            return null;
        }
        this.pos.setPartnerToCurrentOrder(partner);
        this.pos.updateRewards();
        const since = this.rememberedSince(partner);
        if (!since && member.state && member.state !== "active") {
            this.tell(_t("%s can't earn or spend at the moment.", member.name), "warning");
        }
        return member;
    }

    // ------------------------------------------------------------------ dialogs

    /**
     * Ask the cashier who it is.
     *
     * @returns {Promise<Object|null>} the member's summary
     */
    async identify() {
        const picked = await makeAwaitable(this.pos.dialog, IdentifyDialog, { club: this });
        return picked ? this.settle(picked.answer, picked.text, picked) : null;
    }

    /**
     * Let somebody join.
     *
     * @param {Object} [known] mobile, card ({value, display}), partner
     * @returns {Promise<Object|null>} the new member's summary
     */
    async join(known = {}) {
        const answer = await makeAwaitable(this.pos.dialog, JoinDialog, { club: this, ...known });
        if (!answer) {
            return null;
        }
        this.welcome(answer);
        const member = this.choose(answer.member);
        if (!this.enabled) {
            this._founded();
        }
        return member;
    }

    /** Say what the new member got, so that the cashier can say it too. */
    welcome({ member, created, welcome }) {
        const mobile = shownMobile(member.mobile, this.policy.mobile_prefix);
        const name = member.name || mobile || shownDigits(member.number);
        if (!created) {
            this.tell(_t("%s is a member already.", name), "info");
            return;
        }
        const gift = this.giftText(welcome);
        this.tell(gift || _t("Welcome to the club."), "success", _t("%s is a member now", name));
    }

    /** What who joins will get; also of the club that the first one founds. */
    get welcomeGift() {
        const first = this.pos.config._club_first_welcome;
        return this.policy
            ? this.policy.welcome
            : { points: first?.welcome_points, credit: first?.welcome_credit };
    }

    /** A sentence about a welcome gift; empty without one. */
    giftText({ points, credit } = {}) {
        const got = [];
        if (points) {
            got.push(_t("%s points", formatAccount("points", points)));
        }
        if (credit) {
            got.push(_t("%s credit", formatAccount("credit", credit, this.pos.currency.id)));
        }
        return got.length ? _t("A welcome gift of %s.", got.join(_t(" and "))) : "";
    }

    tell(message, type = "info", title = undefined) {
        this.pos.notification.add(message, { type, title });
    }

    /**
     * While a dialog is open that waits for a card, cards go to it.
     *
     * @param {(value: string) => any} taker
     * @returns {() => void} ends it
     */
    takeCards(taker) {
        this.cardTakers.push(taker);
        return () => {
            this.cardTakers = this.cardTakers.filter((other) => other !== taker);
        };
    }

    // ------------------------------------------------------------------ learning

    /**
     * Take in what the server says about a member.
     *
     * @param {Object} answer of the server
     * @param {string[]} [shown] texts that found them
     * @param {number} [partnerId] of a customer who may turn out to be no member
     */
    learn(answer, shown = [], partnerId = answer.member?.partner_id) {
        if (answer.status === "found") {
            this.pos.models.connectNewData(answer.records);
            this.pos.data.synchronizeServerDataInIndexedDB(answer.records);
            this.memory.remember(answer.member, answer.records, shown);
        }
        const ids = new Set([partnerId, answer.member?.partner_id].filter(Boolean));
        for (const id of ids) {
            this.seen[id] = {
                member: answer.member || null,
                guest: answer.guest || null,
                at: Date.now(),
                remembered: false,
            };
            if (!answer.member) {
                this.memory.forget(id);
            }
        }
    }

    _relearn({ member, records, at }) {
        const news = {};
        // What the till still has is at least as good as what was kept.
        for (const [model, values] of Object.entries(records)) {
            news[model] = values.filter(({ id }) => !this.pos.models[model].get(id));
        }
        this.pos.models.connectNewData(news);
        this.seen[member.partner_id] = { member, at, remembered: true };
    }

    _lookBack(text) {
        const remembered = this.memory.recall(text);
        if (!remembered) {
            const message = _t(
                "No network: only members whom this till has seen before are recognised. " +
                    "Joining needs the network too; the sale can go on."
            );
            return { status: "offline", member: false, choices: [], message };
        }
        this._relearn(remembered);
        const { member, at } = remembered;
        return { status: "found", member, choices: [], message: false, remembered: at };
    }

    /** A read: one that takes too long counts as lost. */
    _ask(method, kwargs) {
        return new Promise((resolve, reject) => {
            const impatient = browser.setTimeout(
                () => reject(new ConnectionLostError(method)),
                PATIENCE
            );
            this.call(method, kwargs)
                .then(resolve, reject)
                .finally(() => browser.clearTimeout(impatient));
        });
    }

    // ------------------------------------------------------------------ next steps

    async _chooseAmong({ choices }) {
        const prefix = this.policy.mobile_prefix;
        const text = ({ mobile, number }) =>
            [shownMobile(mobile, prefix), number].filter(Boolean).join(" | ");
        const picked = await makeAwaitable(this.pos.dialog, SelectionPopup, {
            title: _t("Which member is it?"),
            list: choices.map((choice) => ({
                id: choice.partner_id,
                label: choice.name || choice.number,
                description: shownDigits(text(choice)),
                item: choice,
            })),
        });
        return picked ? this.settle(await this.look(picked.number), picked.number) : null;
    }
    _joinTyped(answer, text) {
        const mobile = answer.shown?.scheme === "mobile" ? answer.shown.display : "";
        const email = answer.shown?.scheme === "email" ? text : "";
        return this.join({ mobile, email });
    }
    async _newCard(answer, value) {
        const card = { value, display: answer.shown?.display || "" };
        const done = await makeAwaitable(this.pos.dialog, AttachCardDialog, { club: this, card });
        if (done?.join) {
            return this.join({ card });
        }
        return done?.member ? this.choose(done.member) : null;
    }
    /** The first member founded the club; its programs are known after loading anew. */
    _founded() {
        this.pos.dialog.add(ConfirmationDialog, {
            title: _t("Your club begins"),
            body: _t(
                "This was its first member. Load the till's data anew to show points and to earn."
            ),
            confirmLabel: _t("Load now"),
            confirm: () => this.pos.reloadData(true),
            cancelLabel: _t("Later"),
            cancel: () => {},
        });
    }
}
