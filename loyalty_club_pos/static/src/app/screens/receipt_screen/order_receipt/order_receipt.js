import { useEffect, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { clubSpending } from "@loyalty_club_pos/app/services/club_spending";
import { basketLines } from "@loyalty_club_pos/app/utils/club_basket";
import { estimatePoints } from "@loyalty_club_pos/app/utils/club_estimate";
import {
    formatAccount,
    formatDay,
    showDigitsIn,
    shownDigits,
} from "@loyalty_club_pos/app/utils/club_format";

/** What a customer types into a browser. */
const TYPED = ".portal-url, .unique-code, style, script";
const ACCOUNTS = ["points", "wallet", "credit"];

/**
 * What the club did for an order: as the server says; or, until it knows the order, an
 * estimate that says that it is one.
 */
patch(OrderReceipt.prototype, {
    setup() {
        super.setup?.(...arguments);
        // Odoo writes amounts with Latin digits, beside Persian ones of names and days.
        this.clubRoot = useRef("club-receipt");
        useEffect(() => showDigitsIn(this.clubRoot.el, TYPED));
    },
    /**
     * @returns {{name: string, number: string, rows: {key: string, label: string, value:
     *     string}[], notes: string[]}|null}
     */
    get club() {
        const policy = this.order.config._club;
        if (!policy || !this.order.finalized) {
            return null;
        }
        const told = this.order.club_receipt;
        const member = clubSpending()?.memberOf(this.order.getPartner());
        if (!told && !member) {
            return null;
        }
        return {
            name: policy.name,
            number: shownDigits(told ? told.number || "" : member.number),
            ...(told ? this._clubTold(told) : this._clubEstimated(member, policy)),
        };
    },
    _clubTold(told) {
        const rows = [];
        const add = (key, label, account, amount, sign = "") =>
            amount && rows.push(this._clubRow(key, label, account, amount, sign));
        add("earned", _t("Points earned"), "points", told.earned, "+");
        add("paid_off", _t("Of it for what was owed"), "points", told.paid_off?.points, "-");
        add("taken_back", _t("Points taken back"), "points", told.taken_back, "-");
        for (const account of ACCOUNTS) {
            add("spent", this._clubUsed(account), account, told.spent?.[account], "-");
        }
        for (const account of ACCOUNTS) {
            add("given_back", this._clubBack(account), account, told.given_back?.[account], "+");
        }
        add("topped_up", _t("Wallet topped up"), "wallet", told.topped_up, "+");
        for (const account of ACCOUNTS) {
            add("balance", this._clubBalance(account), account, told.balance?.[account]);
        }
        add("owed", _t("Points owed"), "points", told.owed?.points);
        const notes = [];
        if (told.owed?.points) {
            notes.push(_t("The next points pay what is owed first."));
        }
        if (told.pending_until && told.earned) {
            // In the calendar of the language, as Odoo writes the receipt's own date.
            const day = formatDay(told.pending_until, { year: "other" });
            notes.push(_t("The new points can be used from %s on.", day));
        }
        if (told.tier_up) {
            notes.push(_t("Welcome to %s!", told.tier));
        } else if (told.tier) {
            rows.push({ key: "tier", label: _t("Tier"), value: told.tier });
        }
        return { rows, notes };
    },
    _clubEstimated(member, policy) {
        const points = this.order.isRefund
            ? 0
            : estimatePoints(policy, member.tier?.code, basketLines(this.order));
        const rows = [];
        if (points) {
            rows.push(this._clubRow("estimate", _t("Points, estimated"), "points", points, "+"));
        }
        const costs = {};
        for (const line of this.order.clubRewardLines()) {
            costs[line.clubAccount] = (costs[line.clubAccount] || 0) + line.points_cost;
        }
        for (const account of ACCOUNTS.filter((account) => costs[account])) {
            rows.push(
                this._clubRow("spent", this._clubUsed(account), account, costs[account], "-")
            );
        }
        return { rows, notes: [_t("To be confirmed: this till had no network.")] };
    },
    _clubRow(key, label, account, amount, sign) {
        const value = formatAccount(account, amount, this.order.currency.id);
        return { key: `${key}_${account}`, label, value: sign ? `${sign} ${value}` : value };
    },
    _clubUsed(account) {
        return {
            points: _t("Points used"),
            wallet: _t("Wallet used"),
            credit: _t("Credit used"),
        }[account];
    },
    _clubBack(account) {
        return {
            points: _t("Points given back"),
            wallet: _t("Back into the wallet"),
            credit: _t("Credit given back"),
        }[account];
    },
    _clubBalance(account) {
        return {
            points: _t("Points now"),
            wallet: _t("In the wallet now"),
            credit: _t("Credit now"),
        }[account];
    },
});
