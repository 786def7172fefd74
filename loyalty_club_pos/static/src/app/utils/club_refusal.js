import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";

/**
 * The server's own "no", in words for a cashier; null when it is another error.
 *
 * @param {Error} error as an RPC throws it
 * @returns {{code: string, message: string}|null}
 */
export function readRefusal(error) {
    // Odoo's own sentences for people (access rights, a closed till) have no code.
    const { message = "", context } = error?.data || {};
    const said = /\.(AccessError|UserError|ValidationError)$/.test(error?.exceptionName || "");
    return said ? { code: context?.club_code || "refused", message } : null;
}

/**
 * What a cashier is told when the server said no or couldn't be asked.
 *
 * @param {Error} error as an RPC throws it
 * @param {string} [offline] said without a network
 * @returns {string}
 * @throws {Error} any other error, as it is
 */
export function problemOf(error, offline = undefined) {
    if (error instanceof ConnectionLostError) {
        return offline || _t("This needs the network. The sale can go on.");
    }
    const refusal = readRefusal(error);
    if (!refusal) {
        throw error;
    }
    return refusal.message;
}
