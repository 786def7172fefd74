import { _t } from "@web/core/l10n/translation";
import { formatPoints } from "@loyalty_club_pos/app/utils/club_format";

/**
 * What an order earned its member, in a sentence that a cashier can say.
 *
 * @param {Object} order pos.order, paid
 * @returns {string} empty until the server has told it
 */
export function earnedWords(order) {
    const points = order?.club_receipt?.earned;
    if (!points) {
        return "";
    }
    const name = order.getPartner()?.name || _t("The member");
    return points === 1
        ? _t("%s has earned 1 point", name)
        : _t("%(name)s has earned %(points)s points", { name, points: formatPoints(points) });
}
