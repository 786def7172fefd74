"""How large a currency's unit is: what a rule, a gift or a limit begins with.

How many decimals a currency has says nothing of it: the rial has two by the book and
is a millionth of a euro, the Kuwaiti dinar has three and is worth three.
"""

import math

# About one euro, as a round amount of currencies that are far from it. Where money
# loses worth fast it is a matter of taste; a shop changes what it begins with.
SIZES = {
    10: "BWP CNY CZK DKK GTQ HKD HNL MAD MDL MXN NAD NOK SCR SEK TJS TWD UAH UYU ZAR",
    100: "AFN ALL AMD BDT DJF DOP DZD EGP ETB GMD HTG HUF INR ISK JMD JPY KES KGS KMF "
    "LKR LRD MKD MUR NIO NPR PHP PKR RSD RUB SOS THB TRY VUV XPF YER",
    1_000: "AOA ARS BIF CDF CLP COP CRC IQD KHR KRW KZT MGA MMK MNT MWK NGN RWF SDG "
    "SSP TZS UGX XAF XOF",
    10_000: "GNF IDR IRT LAK PYG SLE SLL STD SYP TMM UZS VND",
    100_000: "IRR LBP",
}
_EURO_LIKE = "AUD BHD BND CAD CHF EUR GBP JOD KWD NZD OMR SGD USD"
_BY_CODE = dict.fromkeys(_EURO_LIKE.split(), 1) | {
    code: size for size, codes in SIZES.items() for code in codes.split()
}


def is_known(code: str) -> bool:
    """Whether the size of a currency goes by its code.

    >>> is_known("IRR"), is_known("EUR"), is_known("XYZ")
    (True, True, False)
    """
    return code in _BY_CODE


def money_size(code: str, per_euro: float | None = None) -> int:
    """About one euro in a currency, as a power of ten.

    ``code`` is that of ISO 4217. ``per_euro`` is the rate of a currency that isn't
    known by its code, where somebody keeps rates; without one it is 1.

    >>> money_size("EUR"), money_size("JPY"), money_size("IRR")
    (1, 100, 100000)
    >>> money_size("XYZ", per_euro=870.0), money_size("XYZ")
    (1000, 1)
    """
    if code in _BY_CODE:
        return _BY_CODE[code]
    if not per_euro or not math.isfinite(per_euro) or per_euro < 1:
        return 1
    return 10 ** round(math.log10(per_euro))
