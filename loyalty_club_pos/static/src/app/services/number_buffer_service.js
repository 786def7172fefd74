import { patch } from "@web/core/utils/patch";
import { numberBufferService } from "@point_of_sale/app/services/number_buffer_service";
import { latinNumber } from "@loyalty_club/numbers/typed_digits";

/** Keys of a Persian or Arabic keyboard are the same digits to the till's keypads. */
patch(numberBufferService, {
    start() {
        const buffer = super.start(...arguments);
        patch(buffer, {
            _onInput(keyAccessor) {
                return super._onInput((event) => {
                    const key = keyAccessor(event);
                    return key?.length === 1 ? latinNumber(key) : key;
                });
            },
        });
        return buffer;
    },
});
