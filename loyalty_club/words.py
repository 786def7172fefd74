"""Words that are stored, and read by people of other languages."""


def say_in_all_languages(records, field, say):
    """Write a translated field in each language that is installed.

    :param say: from a record, whose environment has one of the languages, to its text
    """
    languages = [code for code, _name in records.env["res.lang"].get_installed()]
    for record in records:
        record.update_field_translations(
            field, {code: say(record.with_context(lang=code)) for code in languages}
        )
