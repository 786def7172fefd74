import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { localization } from "@web/core/l10n/localization";
import { parseFloat } from "@web/views/fields/parsers";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import {
    BACKSPACE,
    DECIMAL,
    EMPTY,
    Numpad,
    ZERO,
    getButtons,
} from "@point_of_sale/app/components/numpad/numpad";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { SetPinDialog } from "@loyalty_club_pos/app/components/popups/set_pin_dialog/set_pin_dialog";
import { wholeSteps } from "@loyalty_club_pos/app/utils/club_amounts";
import {
    formatDay,
    shownAmount,
    shownButtons,
    shownDigits,
} from "@loyalty_club_pos/app/utils/club_format";
import { useKeypadKeys } from "@loyalty_club_pos/app/utils/keypad_keys";

const ACCOUNTS = ["points", "wallet", "credit"];
const LONGEST = 12;

/**
 * The member chooses how much of what they have pays this basket, and which rewards they want.
 */
export class SpendDialog extends Component {
    static template = "loyalty_club_pos.SpendDialog";
    static components = { Dialog, Numpad };
    static props = {
        order: Object,
        account: { type: String, optional: true },
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.ui = useService("ui");
        const first =
            this.props.account ||
            this.accounts.find(({ amount, used }) => amount || used)?.account ||
            this.accounts[0]?.account ||
            "points";
        // ``text`` is what was typed; null shows what the slider, or the order, says.
        this.state = useState({ account: first, amount: 0, text: null, busy: false });
        this.select(first);
        useKeypadKeys(
            (key) => this.press(key),
            () => this.spending.digitsOf(this.state.account) > 0
        );
    }

    // -------------------------------------------------------------- what is shown

    get spending() {
        return this.pos.club.spending;
    }
    get order() {
        return this.props.order;
    }
    get member() {
        return this.spending.memberOf(this.order.getPartner());
    }
    get accounts() {
        return ACCOUNTS.filter((account) => this.spending.payingReward(this.order, account))
            .map((account) => ({ account, ...this.spending.maxFor(this.order, account) }))
            .filter(({ account, used }) => used || this.balanceOf(account).available > 0);
    }
    get current() {
        return (
            this.accounts.find(({ account }) => account === this.state.account) || {
                account: this.state.account,
                ...this.spending.maxFor(this.order, this.state.account),
            }
        );
    }
    get rewards() {
        return this.spending.rewardsFor(this.order);
    }
    get claims() {
        return this.spending.claims(this.order).filter((claim) => !claim.adjustable);
    }
    get isEmpty() {
        return !this.accounts.length && !this.rewards.length && !this.claims.length;
    }
    get buttons() {
        const isWhole = !this.spending.digitsOf(this.state.account);
        return shownButtons(getButtons([isWhole ? EMPTY : DECIMAL, ZERO, BACKSPACE]));
    }
    get shown() {
        return shownAmount(this.state.text || this.plain(this.state.amount));
    }
    get useLabel() {
        const { account, rate, used, amount, least } = this.current;
        const chosen = this.chosen;
        if (this.isTooMuch) {
            return _t("At most %s", this.format(account, amount));
        }
        if (this.state.amount && chosen < least) {
            return _t("At least %s", this.format(account, least));
        }
        if (!this.state.amount) {
            return used ? _t("Use nothing") : _t("Use");
        }
        if (account !== "points") {
            return _t("Use %s", this.format(account, chosen));
        }
        return _t("Use %(points)s for %(money)s", {
            points: this.format(account, chosen),
            money: this.money(chosen * rate),
        });
    }
    /** What can be used of the amount that stands there: whole steps. */
    get chosen() {
        const { step } = this.current;
        const digits = this.spending.digitsOf(this.state.account);
        return wholeSteps(this.state.amount, step, digits);
    }
    /** Said where less is used than was typed. */
    get stepped() {
        const { account, step } = this.current;
        if (this.isTooMuch || this.chosen === this.state.amount) {
            return "";
        }
        return _t("Used in steps of %(step)s: %(chosen)s", {
            step: this.format(account, step),
            chosen: this.format(account, this.chosen),
        });
    }
    /** Said as soon as more is chosen than a member without a PIN may use. */
    get unproven() {
        const free = this.spending.withoutPin(this.order, this.state.account);
        if (free === null || this.chosen <= free) {
            return null;
        }
        return {
            free,
            message: _t("Using so much needs a PIN, and this member has none yet."),
            use: free && _t("Use %s without a PIN", this.format(this.state.account, free)),
        };
    }
    useFree() {
        this.set(this.unproven.free);
        this.apply();
    }
    setPin() {
        this.dialog.add(SetPinDialog, { club: this.pos.club, member: this.member });
    }
    get isTooMuch() {
        return this.state.amount > this.current.amount;
    }
    get canUse() {
        const { used, least } = this.current;
        const wanted = this.chosen;
        if (this.state.amount && !wanted) {
            return false;
        }
        return wanted !== used && (!wanted || wanted >= least) && !this.state.busy;
    }
    balanceOf(account) {
        return this.member?.balances?.[account] || { available: 0, pending: 0, held: 0 };
    }
    /** What is left of an account when the order is paid like this. */
    remains(row) {
        const isCurrent = row.account === this.state.account;
        return row.balance - (isCurrent ? this.state.amount : row.used);
    }
    expiring(account) {
        const { expiring } = this.balanceOf(account);
        if (!expiring) {
            return "";
        }
        return _t("%(amount)s expire on %(day)s, and are used first", {
            amount: this.format(account, expiring.amount),
            day: formatDay(expiring.on, {
                calendar: this.pos.club.policy.calendar,
                year: "other",
            }),
        });
    }
    bound(row) {
        const most = _t("At most %(amount)s. %(why)s", {
            amount: this.format(row.account, row.amount),
            why: this.spending.why(row, row.account),
        });
        // What there is may be more than what can be used of it.
        const steps = row.step > 1 && _t("In steps of %s.", this.format(row.account, row.step));
        return [most, steps].filter(Boolean).join(" ");
    }
    format(account, amount) {
        return this.spending.formatAmount(account, amount);
    }
    money(amount) {
        return shownDigits(this.env.utils.formatCurrency(amount));
    }
    plain(amount) {
        return String(amount || 0).replace(".", localization.decimalPoint);
    }

    // -------------------------------------------------------------- choosing

    select(account) {
        this.state.account = account;
        this.state.amount = this.current.used;
        this.state.text = null;
    }
    onSlide(ev) {
        this.set(Number(ev.target.value));
    }
    set(amount) {
        this.state.amount = Math.max(0, Math.min(amount, this.current.amount));
        this.state.text = null;
    }
    press(key) {
        // The first key replaces what is there.
        const before = this.state.text ?? "";
        let text = before;
        if (key === "Backspace") {
            text = before.slice(0, -1);
        } else if (key === localization.decimalPoint) {
            text = before.includes(key) ? before : (before || "0") + key;
        } else if (/^\d$/.test(key) && before.length < LONGEST) {
            text = before + key;
        }
        this.state.text = text;
        this.state.amount = text ? parseFloat(text) : 0;
    }
    async apply() {
        const { account } = this.state;
        if (this.isTooMuch) {
            // It is shown first: nobody should use another amount than they said.
            this.set(this.current.amount);
            return;
        }
        const amount = this.chosen;
        await this.change(() => this.spending.use(this.order, account, amount));
        if (amount && !this.hasMore) {
            this.props.close();
        }
    }
    /** Whether another account could be used besides. */
    get hasMore() {
        return this.accounts.some(({ amount, used }) => amount && !used);
    }
    takeBack(account) {
        this.state.account = account;
        this.change(() => this.spending.undo(this.order, account));
    }
    /** Do something to the claims, and show where that leads. */
    async change(action) {
        this.state.busy = true;
        try {
            const result = await this.spending.keepExact(this.order, action);
            if (typeof result === "string") {
                this.notification.add(result, { type: "warning" });
            }
        } finally {
            this.state.busy = false;
        }
        this.select(this.state.account);
    }

    // -------------------------------------------------------------- rewards

    async claim({ reward, card }) {
        let product;
        if (reward.reward_type === "product" && reward.multi_product) {
            product = await makeAwaitable(this.dialog, SelectionPopup, {
                title: _t("Which one?"),
                list: reward.reward_product_ids.map((item) => ({
                    id: item.id,
                    label: item.display_name,
                    item,
                })),
            });
            if (!product) {
                return;
            }
        }
        await this.change(() => this.spending.claim(this.order, reward, card, product));
    }
    undoClaim(code) {
        this.change(() => this.spending.undoClaim(this.order, code));
    }
}
