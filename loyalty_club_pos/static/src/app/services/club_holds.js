import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { readRefusal } from "@loyalty_club_pos/app/utils/club_refusal";
import { LessDialog } from "@loyalty_club_pos/app/components/popups/less_dialog/less_dialog";
import { SetPinDialog } from "@loyalty_club_pos/app/components/popups/set_pin_dialog/set_pin_dialog";
import { PinDialog } from "@loyalty_club_pos/app/components/popups/pin_dialog/pin_dialog";

const { DateTime } = luxon;
// A hold that ends while the customer looks for a coin is none.
const ENOUGH = { minutes: 2 };

/**
 * Holds: before an order is paid, the server sets aside what it claims, so that two tills
 * can't spend the same balance. The server captures them when the paid order arrives.
 */
export class ClubHolds {
    /** @param {import("./club_spending").ClubSpending} spending */
    constructor(spending) {
        this.spending = spending;
        this.pos = spending.pos;
        this.running = new Map();
        // What the last answer about an order said, by its uuid.
        this.seen = new Map();
        // Counted when a call begins and when it ends: what was asked meanwhile is old.
        this.turns = 0;
        // Orders that the server may hold something for, though nobody wants it any more.
        this.unreleased = new Set();
    }

    // -------------------------------------------------------------- what is held

    /** What the server holds of a card for this order, as far as the till knows. */
    heldFor(order, card) {
        const held = order.uiState?.clubHold || order.uiState?.clubHeldElsewhere;
        if (!held || DateTime.fromISO(held.until) <= DateTime.now()) {
            return 0;
        }
        return held.amounts[card.id] || 0;
    }

    /**
     * Another till that shares the order may hold for it already: that is there for this
     * order, wherever it is paid.
     *
     * @param {Object} order pos.order
     * @param {{amounts: Object, expires_at: string}|false} held as `summary` tells it
     */
    learnHeld(order, held) {
        const before = order.uiState.clubHeldElsewhere;
        order.uiState.clubHeldElsewhere =
            held && !order.uiState.clubHold
                ? { amounts: held.amounts, until: held.expires_at }
                : null;
        const { clubHeldElsewhere: now } = order.uiState;
        if (JSON.stringify(before || null) !== JSON.stringify(now)) {
            // What seemed to be too much for the balance isn't.
            this.pos.updateRewards();
        }
    }

    /**
     * @returns {Object} card id to amount, of the order's claims
     */
    wanted(order) {
        const amounts = {};
        for (const { card, cost } of this.spending.claims(order)) {
            amounts[card.id] = (amounts[card.id] || 0) + cost;
        }
        return amounts;
    }

    _stands(order, amounts) {
        const held = order.uiState.clubHold;
        return (
            held &&
            held.partner === order.getPartner()?.id &&
            DateTime.fromISO(held.until) > DateTime.now().plus(ENOUGH) &&
            JSON.stringify(held.amounts) === JSON.stringify(amounts)
        );
    }

    // -------------------------------------------------------------- holding

    /**
     * @param {Object} order pos.order
     * @returns {Promise<boolean>} whether the payment may go on
     */
    async holdFor(order) {
        // The payment screen opens and the cashier validates at once: one question only.
        if (!this.running.has(order.uuid)) {
            const run = this._holdFor(order).finally(() => this.running.delete(order.uuid));
            this.running.set(order.uuid, run);
        }
        return this.running.get(order.uuid);
    }

    async _holdFor(order) {
        let proof = false;
        for (;;) {
            const amounts = this.wanted(order);
            if (!Object.keys(amounts).length) {
                await this.releaseFor(order);
                return true;
            }
            if (this._stands(order, amounts)) {
                return true;
            }
            const answer = await this._ask(order, amounts, proof);
            this._learn(order, answer);
            if (answer.status === "held") {
                order.uiState.clubHold = {
                    amounts,
                    until: answer.expires_at,
                    partner: order.getPartner().id,
                };
                return true;
            }
            if (answer.status === "offline") {
                return this._goOnOffline(order, amounts);
            }
            if (answer.status === "proof" && answer.methods.length) {
                proof = await this._askProof(order, answer);
                if (!proof) {
                    return false;
                }
            } else if (answer.status === "wrong" && answer.left !== 0) {
                proof = await this._askProof(order, answer);
                if (!proof) {
                    return false;
                }
            } else if (answer.status === "proof") {
                if (!(await this._offerWithoutPin(order, amounts, answer))) {
                    return false;
                }
            } else if (!(await this._offerLess(order, amounts, answer))) {
                return false;
            } else {
                proof = false;
            }
        }
    }

    /** The server's answer; "offline" when there was none, "refused" for any other error. */
    async _ask(order, amounts, proof) {
        if (this.spending.offline) {
            return { status: "offline" };
        }
        // Even without an answer the server may hold something now.
        order.uiState.clubAsked = true;
        try {
            return await this._callInTurn("hold", order.uuid, {
                partner_id: order.getPartner().id,
                claims: Object.entries(amounts).map(([card, amount]) => ({
                    card_id: Number(card),
                    amount,
                })),
                proof,
            });
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return { status: "offline" };
            }
            const refusal = readRefusal(error);
            if (refusal) {
                return { status: "refused", ...refusal };
            }
            throw error;
        }
    }

    /**
     * Call the server about what an order holds. Another call, also an earlier one of
     * this till's that was cut off, may be there first: then this one comes late, and goes
     * on from what the server says.
     */
    async _callInTurn(method, uuid, params) {
        for (;;) {
            const seen = this.seen.get(uuid) || 0;
            this.turns++;
            const answer = await this.pos.club
                .call(method, { order_uuid: uuid, seen, ...params })
                .finally(() => this.turns++);
            if (Number.isInteger(answer?.seen)) {
                this.seen.set(uuid, answer.seen);
            }
            if (answer?.status !== "late") {
                this._releaseForgotten(uuid);
                return answer;
            }
        }
    }

    /** The network is there: give up what couldn't be given up without it. */
    _releaseForgotten(uuid) {
        this.unreleased.delete(uuid);
        for (const other of [...this.unreleased]) {
            this.unreleased.delete(other);
            this._release(other);
        }
    }

    _learn(order, answer) {
        const member = this.spending.memberOf(order.getPartner());
        if (answer.status !== "offline") {
            delete order.uiState.clubHeldElsewhere;
        }
        if (answer.status !== "held") {
            delete order.uiState.clubHold;
        }
        for (const [account, balance] of Object.entries(answer.balances || {})) {
            if (member?.balances) {
                member.balances[account] = { ...member.balances[account], ...balance };
            }
        }
    }

    async _askProof(order, answer) {
        const previous = this.methods;
        this.methods = answer.methods || previous || ["pin"];
        return makeAwaitable(this.pos.dialog, PinDialog, {
            methods: this.methods,
            message: answer.message,
            wrong: answer.status === "wrong",
            sendCode: () =>
                this.pos.club.call("send_code", {
                    order_uuid: order.uuid,
                    partner_id: order.getPartner().id,
                }),
        });
    }

    // -------------------------------------------------------------- not granted

    /**
     * More than may be used without a PIN, by a member who has none: say what is possible.
     *
     * @returns {Promise<boolean>} whether something was changed, so that asking again helps
     */
    async _offerWithoutPin(order, amounts, answer) {
        const { spending } = this;
        const cards = this.pos.models["loyalty.card"];
        const member = spending.memberOf(order.getPartner());
        if (member && answer.free) {
            member.free = answer.free;
        }
        const less = {};
        let changed = false;
        for (const [id, amount] of Object.entries(amounts)) {
            const account = cards.get(Number(id)).program_id.club_account;
            const free = spending.withoutPin(order, account);
            less[id] = free === null ? amount : Math.min(amount, free);
            changed = changed || less[id] < amount;
        }
        const setPin = async () => {
            await makeAwaitable(this.pos.dialog, SetPinDialog, { club: this.pos.club, member });
            return member.pin;
        };
        const maySetPin = answer.can_set_pin ?? this.pos.club.policy.can_set_pin;
        return this._askLess(
            order,
            amounts,
            changed ? less : {},
            answer.message,
            maySetPin ? setPin : null
        );
    }

    /** Say why, and offer what can be had instead. */
    async _offerLess(order, amounts, answer) {
        const cards = this.pos.models["loyalty.card"];
        const less = {};
        if (answer.code === "insufficient_balance") {
            for (const [id, amount] of Object.entries(amounts)) {
                const most = this.spending.spendable(order, cards.get(Number(id)));
                less[id] = Math.min(amount, most);
            }
        }
        return this._askLess(order, amounts, less, answer.message);
    }

    /** Without a network: within the allowance it goes on, beyond it the cashier decides. */
    async _goOnOffline(order, amounts) {
        const cards = this.pos.models["loyalty.card"];
        const most = {};
        for (const id of Object.keys(amounts)) {
            const card = cards.get(Number(id));
            const member = this.spending.memberOf(order.getPartner());
            const waiting = this.spending._claimedElsewhere(order, card);
            const allowed = this.spending.allowance(member, card.program_id.club_account);
            most[id] = Math.max(0, allowed - waiting);
        }
        if (Object.entries(amounts).every(([id, amount]) => amount <= most[id])) {
            return true;
        }
        const message = _t(
            "There is no network now, so this till can't ask whether the balance is still there. " +
                "It may only use what was allowed beforehand."
        );
        const less = Object.fromEntries(
            Object.entries(amounts).map(([id, amount]) => [id, Math.min(amount, most[id])])
        );
        if (!(await this._askLess(order, amounts, less, message))) {
            return false;
        }
        return this._goOnOffline(order, this.wanted(order));
    }

    /**
     * @param {Object} less card id to what can still be had
     * @param {Function} [setPin] lets the member have a PIN; gives whether they have one
     * @returns {Promise<boolean>} whether the claims were changed
     */
    async _askLess(order, amounts, less, message, setPin = null) {
        const cards = this.pos.models["loyalty.card"];
        const words = Object.keys(amounts)
            .filter((id) => less[id] > 0)
            .map((id) =>
                this.spending.formatAmount(cards.get(Number(id)).program_id.club_account, less[id])
            );
        const choice = await makeAwaitable(this.pos.dialog, LessDialog, {
            message,
            useLabel: words.length ? _t("Use %s", words.join(" + ")) : "",
            maySetPin: Boolean(setPin),
        });
        if (choice === "pin") {
            return setPin();
        }
        if (!choice) {
            return false;
        }
        for (const id of Object.keys(amounts)) {
            const most = choice === "less" ? less[id] || 0 : 0;
            this.spending.reduce(order, cards.get(Number(id)), most);
        }
        return true;
    }

    // -------------------------------------------------------------- releasing

    /**
     * Safe to call at any time. An order that is paid keeps its hold: the server takes
     * from it when the order arrives.
     */
    async releaseFor(order) {
        if (!order?.uiState?.clubAsked || order.finalized) {
            return;
        }
        delete order.uiState.clubHold;
        delete order.uiState.clubAsked;
        await this._release(order.uuid);
    }

    async _release(uuid) {
        try {
            await this._callInTurn("release", uuid);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.unreleased.add(uuid); // with the next call that comes through
            } else if (!(error instanceof RPCError)) {
                throw error; // a refusal: it times out by itself
            }
        }
    }

    /** Tell the cashier that money is missing now that a reward went. */
    tellRest(order) {
        this.pos.dialog.add(AlertDialog, {
            title: _t("More is to be paid"),
            body: _t(
                "%s is left to pay now.",
                this.pos.env.utils.formatCurrency(order.remainingDue)
            ),
        });
    }
}
