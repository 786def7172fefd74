import { patch } from "@web/core/utils/patch";
import { Input } from "@point_of_sale/app/components/inputs/input/input";
import { latinNumber } from "@loyalty_club/numbers/typed_digits";

patch(Input.prototype, {
    setValue(newValue, ...args) {
        // What takes a number, and no word, is a field of amounts.
        const isAmount = this.props.isValid("1") && !this.props.isValid("x");
        super.setValue(isAmount ? latinNumber(newValue) : newValue, ...args);
    },
});
