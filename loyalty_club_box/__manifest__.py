{
    "name": "Loyalty Club: Box",
    "summary": "Card readers on a plain Linux machine, for Odoo's box program",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["iot_drivers"],
    # It runs on the box, where there is no database: see readme/INSTALL.md.
    "installable": False,
}
