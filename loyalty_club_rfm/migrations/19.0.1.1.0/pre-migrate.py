"""The forecast has become an addon of its own, ``loyalty_club_forecast``.

Where there is one its tables and columns stay: they belong to the new addon, which is
installed with this upgrade.
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
OLD, NEW = "loyalty_club_rfm", "loyalty_club_forecast"


def migrate(cr, version):
    if not version:
        return
    names = list(RECORDS)
    for model in MODELS:
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
        names += [name for (name,) in cr.fetchall()]
        cr.execute(
            """
            UPDATE ir_model_constraint
               SET module = new.id
              FROM ir_module_module AS new, ir_model AS model
             WHERE new.name = %s AND model.model = %s
               AND ir_model_constraint.model = model.id
            """,
            [NEW, model],
        )
    for model, fields in FIELDS.items():
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
        names += [name for (name,) in cr.fetchall()]
    cr.execute(
        "UPDATE ir_model_data SET module = %s WHERE module = %s AND name = ANY(%s)",
        [NEW, OLD, names],
    )
    cr.execute(
        "UPDATE ir_module_module SET state = 'to install' "
        "WHERE name = %s AND state = 'uninstalled'",
        [NEW],
    )
