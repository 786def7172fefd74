"""What has left this addon keeps its tables, columns and what was set in them.

The forecast has become an addon of its own, ``loyalty_club_forecast``, which is
installed with this upgrade. Whether till orders count is ``loyalty_club_rfm_pos``'s to
ask, where that is installed.
"""

MODELS = ("loyalty.club.rfm.forecast", "loyalty.club.rfm.forecast.fit")
FIELDS = {
    "loyalty.club.rfm.parameters": ("forecast", "forecast_days"),
    "loyalty.club.rfm.definition": ("forecast", "forecast_days"),
    "loyalty.club.rfm.customer": ("expected_purchases", "expected_value"),
}
RECORDS = (
    "rule_forecast_company",
    "rule_forecast_fit_company",
    "access_forecast_desk",
    "access_forecast_auditor",
    "access_forecast_fit_desk",
    "access_forecast_fit_auditor",
)
OLD, NEW, TILLS = "loyalty_club_rfm", "loyalty_club_forecast", "loyalty_club_rfm_pos"


def migrate(cr, version):
    if not version:
        return
    names = list(RECORDS)
    for model in MODELS:
        names += _names_of_model(cr, model)
        _own_constraints(cr, model)
    for model, fields in FIELDS.items():
        names += _names_of_fields(cr, model, fields)
    _give(cr, NEW, names)
    for model in ("loyalty.club.rfm.parameters", "loyalty.club.rfm.definition"):
        _give(cr, TILLS, _names_of_fields(cr, model, ["use_pos"]))
    cr.execute(
        "UPDATE ir_module_module SET state = 'to install' "
        "WHERE name = %s AND state = 'uninstalled'",
        [NEW],
    )


def _give(cr, addon, names):
    """Let another addon, if there is one, be the owner of what has these names."""
    cr.execute(
        """
        UPDATE ir_model_data SET module = %(addon)s
         WHERE module = %(old)s AND name = ANY(%(names)s)
           AND EXISTS (SELECT FROM ir_module_module WHERE name = %(addon)s
                          AND (state != 'uninstalled' OR name = %(new)s))
        """,
        {"addon": addon, "old": OLD, "new": NEW, "names": names},
    )


def _names_of_model(cr, model):
    """Names of all that Odoo keeps about a model: itself, fields, options."""
    cr.execute(
        """
        SELECT data.name FROM ir_model_data AS data
          JOIN ir_model AS model ON model.model = %(model)s
         WHERE data.module = %(old)s
           AND (data.model = 'ir.model' AND data.res_id = model.id
                OR data.model = 'ir.model.fields' AND data.res_id IN (
                    SELECT id FROM ir_model_fields WHERE model_id = model.id)
                OR data.model = 'ir.model.fields.selection' AND data.res_id IN (
                    SELECT option.id
                      FROM ir_model_fields_selection AS option
                      JOIN ir_model_fields AS field ON field.id = option.field_id
                     WHERE field.model_id = model.id)
                OR data.model = 'ir.model.constraint' AND data.res_id IN (
                    SELECT id FROM ir_model_constraint WHERE model = model.id))
        """,
        {"model": model, "old": OLD},
    )
    return [name for (name,) in cr.fetchall()]


def _names_of_fields(cr, model, fields):
    cr.execute(
        """
        SELECT data.name
          FROM ir_model_data AS data
          LEFT JOIN ir_model_fields_selection AS option
            ON data.model = 'ir.model.fields.selection' AND option.id = data.res_id
          JOIN ir_model_fields AS field
            ON field.id = CASE data.model WHEN 'ir.model.fields' THEN data.res_id
                                          ELSE option.field_id END
         WHERE data.module = %s AND field.model = %s AND field.name = ANY(%s)
           AND data.model IN ('ir.model.fields', 'ir.model.fields.selection')
        """,
        [OLD, model, list(fields)],
    )
    return [name for (name,) in cr.fetchall()]


def _own_constraints(cr, model):
    cr.execute(
        """
        UPDATE ir_model_constraint AS own
           SET module = new.id
          FROM ir_module_module AS new, ir_model AS model
         WHERE new.name = %s AND model.model = %s AND own.model = model.id
        """,
        [NEW, model],
    )
