{
    "name": "Loyalty Club: Point of Sale",
    "summary": "Members are recognised, earn, spend and return at the till",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png", "static/description/till.png"],
    "depends": ["loyalty_club", "pos_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "security/loyalty_club_pos_rules.xml",
        "views/loyalty_club_views.xml",
        "views/loyalty_program_views.xml",
        "views/loyalty_club_till_exception_views.xml",
        "views/res_config_settings_views.xml",
        "views/pos_order_views.xml",
    ],
    "demo": [
        "demo/demo_till.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "loyalty_club/static/src/calendar/jalali.js",
            "loyalty_club/static/src/numbers/typed_digits.js",
            "loyalty_club_pos/static/src/**/*",
        ],
        "web.assets_tests": [
            "loyalty_club_pos/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "loyalty_club_pos/static/tests/unit/**/*",
        ],
    },
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
