"""Every score and segment of two shops' customers is what counting by hand gives.

A grocer's 155,848 baskets and a music shop's 6,919 purchases are in the database twice,
as till orders and as invoices, in a country 3:30 or 4:30 ahead of UTC.
"""

from datetime import date, datetime, time
from decimal import Decimal
from itertools import cycle

import pytest

from tests.engine import cdnow
from tests.engine.published_maps import ELEVEN, TEN
from tests.real import baskets
from tests.support import rfm_oracle as oracle
from tests.support.rfm_books import Sale, open_books
from tests.support.server import database_from_template

TZ = "Asia/Tehran"
#: Numbers of invoices begin anew each year.
OF_THE_SEQUENCE = {"sequence_prefix", "made_sequence_gap"}
#: The music shop's file has days only: these are the hours at which they go wrong.
HOURS = [
    time(0, 0, 1),
    time(23, 59, 59),
    time(3, 29),
    time(12),
    time(4, 31),
    time(0, 30),
]
THRESHOLDS = ((14, 30, 90, 180), (1, 5, 20, 80), (50, 200, 1000, 2500))
MUSIC_DAY, GROCER_DAY, SUMMER = date(1998, 7, 1), date(2018, 1, 1), date(2017, 7, 15)


def of_the_grocer():
    return [
        Sale(f"household {household}", basket.moment, basket.paid)
        for household, own in baskets.by_household().items()
        for basket in own
    ]


def of_the_music_shop():
    return [
        Sale(f"customer {customer}", datetime.combine(day, hour), amount)
        for (customer, day, amount), hour in zip(
            cdnow.purchases(), cycle(HOURS), strict=False
        )
    ]


def twins_of(sales):
    """Some whole customers under another name: few baskets, at night, or of nothing."""
    by_customer = {}
    for sale in sales:
        by_customer.setdefault(sale.customer, []).append(sale)
    few = [own for own in by_customer.values() if len(own) < 12]
    at_night = [own for own in few if any(sale.moment.hour < 4 for sale in own)]
    of_nothing = [own for own in few if any(not sale.amount for sale in own)]
    chosen = {own[0].customer: own for own in at_night[:4] + of_nothing[:3] + few[:6]}
    return [
        Sale(f"twin of {name}", sale.moment, sale.amount)
        for name, own in chosen.items()
        for sale in own
    ]


@pytest.fixture(scope="module")
def sales():
    return of_the_grocer() + of_the_music_shop()


@pytest.fixture(scope="module")
def twins(sales):
    return twins_of(of_the_music_shop()) + twins_of(of_the_grocer())


@pytest.fixture(scope="module")
def books(sales, twins):
    with database_from_template("rfm") as database:
        books = open_books(database, TZ)
        books.sell(twins)
        books.write(sales)
        gathered = books.gather()
        assert gathered == {"done": True, "facts": 2 * (len(sales) + len(twins))}
        yield books


def names_of(twins):
    return sorted({sale.customer for sale in twins})


@pytest.mark.parametrize(
    ("table", "parent"),
    [
        ("pos_order", "id"),
        ("pos_order_line", "order_id"),
        ("account_move", "id"),
        ("account_move_line", "move_id"),
    ],
)
def test_rows_are_those_that_odoo_writes(books, twins, table, parent):
    for name in names_of(twins):
        odoos = books.documents(table, parent, books.customers[name])
        ours = books.documents(
            table, parent, books.customers[name.removeprefix("twin of ")]
        )
        assert odoos
        for one, other in zip(odoos, ours, strict=True):
            differing = {key for key in one if one[key] != other[key]}
            assert not differing - OF_THE_SEQUENCE, (name, differing)


def test_facts_of_rows_are_those_of_odoos_own_orders(books, twins):
    query = """
        SELECT source, day, net, returned, goods, counts FROM loyalty_club_rfm_fact
         WHERE partner_id = %s ORDER BY source, day, res_id
    """
    for name in names_of(twins):
        own = books.rows(query, books.customers[name])
        other = books.customers[name.removeprefix("twin of ")]
        assert own == books.rows(query, other)


def test_the_time_zone_matters(books, sales):
    """The control: counted by days of UTC, baskets of the night are a day early."""
    early = sum(books.utc(sale.moment).date() < sale.moment.date() for sale in sales)
    assert early > 1000


#: By name: map, snapshot day, and what differs from the definition that is installed.
DEFINITIONS = {
    "music": (ELEVEN, MUSIC_DAY, {}),
    "music of 1997": (TEN, date(1997, 10, 1), {"window_count": 273}),
    "grocer": (ELEVEN, GROCER_DAY, {}),
    "days and averages": (
        TEN,
        GROCER_DAY,
        {"frequency_by": "day", "monetary_by": "average"},
    ),
    "summer": (ELEVEN, SUMMER, {"window_count": 90}),
    "thresholds": (
        ELEVEN,
        GROCER_DAY,
        {
            "cut_mode": "fixed",
            "r_thresholds": "14, 30, 90, 180",
            "f_thresholds": "1, 5, 20, 80",
            "m_thresholds": "50, 200, 1000, 2500",
        },
    ),
}
SOURCES = {"tills": "use_invoice", "invoices": "use_pos"}


@pytest.fixture(scope="module")
def runs(books):
    """The first run of each definition, by source and name."""
    asked = {
        (source, name): (
            "map_rfm" if segments is ELEVEN else "map_rf",
            day,
            {**values, other: False},
        )
        for source, other in SOURCES.items()
        for name, (segments, day, values) in DEFINITIONS.items()
    }
    return dict(zip(asked, books.run(asked.values()), strict=True))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_score_and_segment(books, runs, sales, twins, source, name):
    segments, day, values = DEFINITIONS[name]
    wording = oracle.Wording(
        day,
        values.get("window_count", 365),
        by_days=values.get("frequency_by") == "day",
        by_average=values.get("monetary_by") == "average",
        thresholds=THRESHOLDS if "cut_mode" in values else None,
    )
    documents = [
        oracle.Document(books.customers[s.customer], s.moment.date(), s.amount)
        for s in sales + twins
    ]
    expected = oracle.verdicts(documents, wording, segments)
    run = runs[source, name]
    found = scored(books, run["definition"])
    assert found.keys() == expected.keys()
    wrong = {c: (found[c], expected[c]) for c in found if found[c] != expected[c]}
    assert not wrong, f"{len(wrong)} of {len(found)}: {next(iter(wrong.items()))}"
    assert run["buyers"] == sum(v.scores is not None for v in expected.values()) > 800
    assert run["mode"] == values.get("cut_mode", "quantile")
    assert len({v.segment for v in found.values()}) > 8


def scored(books, definition):
    rows = books.rows(
        """
        SELECT now.partner_id, now.last_day, now.frequency, now.net::text,
               now.r, now.f, now.m, segment.name->>'en_US'
          FROM loyalty_club_rfm_score_now now
          JOIN loyalty_club_rfm_segment segment ON segment.id = now.segment_id
         WHERE now.definition_id = %s
        """,
        definition,
    )
    return {
        customer: oracle.Verdict(
            last, frequency, Decimal(net), None if r is None else (r, f, m), segment
        )
        for customer, last, frequency, net, r, f, m, segment in rows
    }
