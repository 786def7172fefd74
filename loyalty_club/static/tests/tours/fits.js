/**
 * Whether all of a screen can be seen and reached at this width.
 *
 * What scrolls within a box of its own may be wider than the box; what a person must read
 * or press may not stick out of the window, nor be cut off or broken in the middle.
 */

const TEXT = 3;

function isShown(element) {
    const { width, height } = element.getBoundingClientRect();
    return width && height && getComputedStyle(element).visibility !== "hidden";
}

function hasText(element) {
    return [...element.childNodes].some(
        (node) => node.nodeType === TEXT && node.textContent.trim()
    );
}

function inScroller(element) {
    for (let box = element.parentElement; box; box = box.parentElement) {
        const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
        if (scrolls && box.scrollWidth > box.clientWidth + 1) {
            return true;
        }
    }
    return false;
}

/** Where the text of an element stands, without what only screen readers read. */
function placesOf(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const places = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.data.trim() && !node.parentElement.closest(".visually-hidden")) {
            const range = document.createRange();
            range.selectNodeContents(node);
            places.push(...range.getClientRects());
        }
    }
    return places;
}

/** What is wrong with the text of an element that has to stand in one line, uncut. */
function faultOf(element) {
    const box = element.getBoundingClientRect();
    const places = placesOf(element);
    const lines = new Set(places.map(({ top }) => Math.round(top))).size;
    if (!isShown(element) || !lines) {
        return "not shown";
    }
    if (lines > 1) {
        return `${lines} lines`;
    }
    return places.some(({ left, right }) => left < box.left - 1 || right > box.right + 1)
        ? "cut"
        : "";
}

/**
 * Refuse a screen that is too wide.
 *
 * @param {string} screen selector of what has to fit
 * @param {string} [whole] selector of what has to stand in one line, uncut
 */
export function checkFits(screen, whole) {
    const width = document.documentElement.clientWidth;
    const faults = [];
    if (document.documentElement.scrollWidth > width + 1) {
        faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
    }
    for (const element of document.querySelectorAll(`${screen} *`)) {
        const must = hasText(element) || element.matches("button, input, select, a");
        const { left, right } = element.getBoundingClientRect();
        if (must && isShown(element) && (left < -1 || right > width + 1)) {
            if (!inScroller(element)) {
                faults.push(`${Math.round(left)} to ${Math.round(right)}: ${describe(element)}`);
            }
        }
    }
    for (const element of whole ? document.querySelectorAll(`${screen} ${whole}`) : []) {
        const fault = faultOf(element);
        if (fault) {
            faults.push(`${fault}: ${describe(element)}`);
        }
    }
    if (faults.length) {
        throw new Error(`At ${width} pixels:\n${faults.slice(0, 10).join("\n")}`);
    }
}

function describe(element) {
    return `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 40)}`;
}

/**
 * Whether the sign of a number stands to the left of its digits.
 *
 * @param {Element} element whose text has a number below zero
 */
export function checkSign(element) {
    const [sign, digit] = places(element, /[-−][\d۰-۹]/, [0, 1]);
    if (sign > digit) {
        throw new Error(`the sign stands to the right: ${element.textContent}`);
    }
}

/**
 * Whether the currency follows its number, for who reads from the right.
 *
 * @param {Element} element whose text is an amount
 */
export function checkCurrency(element) {
    const [digit, currency] = places(element, /\d\s\S/, [0, 2]);
    if (currency > digit) {
        throw new Error(`the currency comes first: ${element.textContent}`);
    }
}

/**
 * How far from the left letters of a text stand.
 *
 * @param {Element} element
 * @param {RegExp} pattern of letters that stand in one node
 * @param {number[]} offsets of the letters in what the pattern finds
 * @returns {number[]} pixels, one for each offset
 */
function places(element, pattern, offsets) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const found = pattern.exec(node.data);
        if (found) {
            return offsets.map((offset) => {
                const range = document.createRange();
                range.setStart(node, found.index + offset);
                range.setEnd(node, found.index + offset + 1);
                return range.getBoundingClientRect().left;
            });
        }
    }
    throw new Error(`no ${pattern} in: ${element.textContent}`);
}
