import { SearchModel } from "@web/search/search_model";
import { patch } from "@web/core/utils/patch";
import { JalaliMoment, isJalali } from "./jalali_dates";

/** The months, quarters and years that filters offer are those of the user's calendar. */
patch(SearchModel.prototype, {
    setup() {
        super.setup(...arguments);
        if (isJalali()) {
            this.referenceMoment = new JalaliMoment(this.referenceMoment);
        }
    },
    /** Groups too: the server counts by these months where a screen asks for them. */
    get context() {
        return isJalali() ? { ...super.context, club_jalali: true } : super.context;
    },
});
