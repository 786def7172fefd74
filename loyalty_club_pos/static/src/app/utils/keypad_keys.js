import { useExternalListener } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { asciiDigits } from "@loyalty_club_pos/app/utils/card_numbers";

/**
 * Let a keypad on the screen take a keyboard's keys while its dialog is open.
 *
 * They are the keypad's alone: whoever types quickly reads no barcode, and a PIN isn't
 * shown as an unknown one.
 *
 * @param {(key: string) => any} press with a digit, "Backspace" or the decimal point
 * @param {() => boolean} [hasDecimals] whether there is a decimal point
 */
export function useKeypadKeys(press, hasDecimals = () => false) {
    const keyOf = (ev) => {
        const key = asciiDigits(ev.key);
        if (/^\d$/.test(key) || key === "Backspace") {
            return key;
        }
        return [".", ",", "٫"].includes(key) && hasDecimals() ? localization.decimalPoint : "";
    };
    const onKeydown = (ev) => {
        // The slider has the focus when the dialog opens; digits are none of its keys.
        const isText = ev.target.matches?.("input:not([type=range]), textarea");
        if (ev.ctrlKey || ev.altKey || ev.metaKey || isText) {
            return;
        }
        const key = keyOf(ev);
        if (key) {
            ev.preventDefault();
            ev.stopPropagation();
            press(key);
        }
    };
    useExternalListener(window, "keydown", onKeydown, { capture: true });
}
