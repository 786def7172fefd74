"""Reading what the rules of a purchase are about, in two statements.

One reads what all rules name (:func:`read_links`), one what is asked of the goods in
the basket and which of them each rule's own search finds (:class:`BasketScopes`). Which
goods a rule then means is decided in :mod:`.engine.scopes`.
"""

import ast
import logging
from collections import defaultdict

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .engine.scopes import Goods, Scope, covered

_logger = logging.getLogger(__name__)

# What a domain that somebody typed may raise when it is read, checked or run.
BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    UserError,
    ValueError,
    psycopg2.Error,
)
# What a rule may name, each in a table of its own.
LINKS = (
    "product_ids",
    "club_tier_ids",
    "club_excluded_product_ids",
    "club_excluded_category_ids",
)


def read_links(rules):
    """What stored rules name, read in one statement whatever their number.

    Odoo reads each of these fields by itself. Those that name nothing, as most do, are
    known to it from here on; and all but the products, whose order a label shows.

    :return: dict of field name to dict of rule id to list of ids; of products those
        that a rule's own field shows
    """
    env = rules.env
    shown = SQL("TRUE")
    if env.context.get("active_test", True):
        shown = SQL(
            "EXISTS (SELECT 1 FROM product_product AS product"
            " WHERE product.id = product_product_id AND product.active)"
        )
    fields = {name: rules._fields[name] for name in LINKS}
    rows = env.execute_query(
        SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s, %s, %s, %s FROM %s WHERE %s = ANY(%s)",
                name,
                SQL.identifier(field.column1),
                SQL.identifier(field.column2),
                shown if name == "product_ids" else SQL("TRUE"),
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                rules.ids,
            )
            for name, field in fields.items()
        )
    )
    linked = {name: defaultdict(list) for name in LINKS}
    named = {name: defaultdict(list) for name in LINKS}
    for name, rule_id, target_id, is_shown in sorted(rows):
        linked[name][rule_id].append(target_id)
        if is_shown:
            named[name][rule_id].append(target_id)
    for name, field in fields.items():
        if name != "product_ids" or not linked[name]:
            ids = [tuple(linked[name].get(rule_id, ())) for rule_id in rules._ids]
            field._insert_cache(rules, ids)
    return named


class BasketScopes:
    """The scopes of some rules, and what they ask of the goods in a basket.

    :param rules: rules of a club, as superuser; drafts of them, too
    :param lines: list of :class:`~.facts.LineFacts`
    :param links: what :func:`read_links` found; without it the rules' own fields say,
        as a draft's have to
    """

    def __init__(self, rules, lines, links=None):
        self._rules = rules
        self._links = links
        self._about = {
            line.key: (line.product_id, line.group_product_id) for line in lines
        }
        products = {
            product
            for of_line in self._about.values()
            for product in of_line
            if product
        }
        self._ids = sorted(products)
        # Archived since it was sold, a product still is what the rule is about.
        env = rules.env(context={**rules.env.context, "active_test": False})
        self._products = env["product.product"]
        self._goods, found = self._read()
        self._scopes = {rule: self._scope(rule, found) for rule in rules}

    def covered(self, rule, unearning):
        """Keys of the lines that earn by a rule; None where all do.

        :param unearning: products that never earn
        """
        return covered(
            self._scopes[rule], self._about, self._goods, set(unearning._ids)
        )

    # ------------------------------------------------------------------ what rules say

    def _scope(self, rule, found):
        text = _search_of(rule)
        return Scope(
            products=self._named(rule, "product_ids"),
            category=rule.product_category_id._origin.id or None,
            tag=rule.product_tag_id._origin.id or None,
            found=found[text] if text else None,
            left_out=self._named(rule, "club_excluded_product_ids"),
            left_out_categories=self._named(rule, "club_excluded_category_ids"),
        )

    def _named(self, rule, name):
        if self._links is None:
            return frozenset(rule[name]._origin.ids)
        return frozenset(self._links[name].get(rule.id, ()))

    # ------------------------------------------------------------------ the goods

    def _read(self):
        """What is asked of the goods, and what each search finds among them.

        :return: (dict of product id to Goods, dict of search to set of ids)
        """
        goods = {product: Goods(product) for product in self._ids}
        texts = sorted({text for text in map(_search_of, self._rules) if text})
        found = {text: set() for text in texts}
        asked = any(self._scope(r, found).asks_for_facts for r in self._rules)
        if not self._ids or not (texts or asked):
            return goods, found
        arms = [self._facts()] if asked else []
        for number, of_search, path, tags in self._run(texts, arms):
            if number is None:
                above = frozenset(int(part) for part in (path or "").split("/") if part)
                goods[of_search] = Goods(of_search, above, frozenset(tags or ()))
            else:
                found[texts[number]].add(of_search)
        return goods, found

    def _run(self, texts, arms):
        """The rows of the facts and of all searches, in one statement.

        A search that can't be read or run finds nothing, and takes no other along.
        """
        if not texts:
            return self._fetch(arms)
        try:
            searches = [self._search(i, text) for i, text in enumerate(texts)]
            return self._guarded(arms + searches)
        except BROKEN:
            _logger.info("one of these searches is broken: %s", texts, exc_info=True)
        rows = self._fetch(arms)
        for number, text in enumerate(texts):
            try:
                rows += self._guarded([self._search(number, text)])
            except BROKEN:
                continue  # listed by what looks for problems
        return rows

    def _guarded(self, arms):
        """The rows, in a savepoint: what somebody typed may fail in the database."""
        query = SQL(" UNION ALL ").join(arms)
        self._products.env.flush_query(query)
        with self._products.env.cr.savepoint(flush=False):
            self._products.env.cr.execute(query, log_exceptions=False)
            return self._products.env.cr.fetchall()

    def _fetch(self, arms):
        return self._products.env.execute_query(*arms) if arms else []

    def _search(self, number, text):
        """The goods that a rule's own search finds, as Odoo would search them."""
        query = self._products._search(
            Domain("id", "in", self._ids) & Domain(ast.literal_eval(text))
        )
        return query.select(
            SQL("%s::int", number),
            SQL.identifier(self._products._table, "id"),
            SQL("NULL::text"),
            SQL("NULL::int[]"),
        )

    def _facts(self):
        """The goods' categories, as a path from the topmost, and all of their tags."""
        env, fields = self._products.env, self._products._fields
        of_template = env["product.template"]._fields["product_tag_ids"]
        of_variant = fields["additional_product_tag_ids"]
        self._products.flush_model(["product_tmpl_id"])
        env["product.template"].flush_model(["categ_id"])
        env["product.category"].flush_model(["parent_path"])
        return SQL(
            """
            SELECT NULL::int, product.id, category.parent_path::text,
                   ARRAY(SELECT %(template_tag)s FROM %(template_tags)s
                          WHERE %(of_template)s = template.id
                          UNION ALL
                         SELECT %(variant_tag)s FROM %(variant_tags)s
                          WHERE %(of_variant)s = product.id)
              FROM product_product AS product
              JOIN product_template AS template
                ON template.id = product.product_tmpl_id
              LEFT JOIN product_category AS category
                ON category.id = template.categ_id
             WHERE product.id = ANY(%(ids)s)
            """,
            template_tag=SQL.identifier(of_template.column2),
            template_tags=SQL.identifier(of_template.relation),
            of_template=SQL.identifier(of_template.column1),
            variant_tag=SQL.identifier(of_variant.column2),
            variant_tags=SQL.identifier(of_variant.relation),
            of_variant=SQL.identifier(of_variant.column1),
            ids=self._ids,
        )


def _search_of(rule):
    """The rule's own search, as text; None where it has none."""
    text = rule.product_domain
    return None if not text or text == "[]" else text
