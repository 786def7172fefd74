const REFUSAL = /^\[(\w+)\]\s*(.+)$/s;

/**
 * The server's own "no", in words for a cashier; null when it is another error.
 *
 * @param {Error} error as an RPC throws it
 * @returns {{code: string, message: string}|null}
 */
export function readRefusal(error) {
    const text = error?.data?.message || "";
    const [, code, message] = REFUSAL.exec(text) || [];
    if (code) {
        return { code, message };
    }
    // Odoo's own sentences for people (access rights, a closed till) have no code.
    const own = /\.(AccessError|UserError|ValidationError)$/.test(error?.exceptionName || "");
    return own ? { code: "refused", message: text } : null;
}
