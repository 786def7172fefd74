{
    "name": "Loyalty Club: RFM at the Till",
    "summary": "Till orders count for segments; the till shows them and what goes well",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["loyalty_club_rfm", "loyalty_club_pos"],
    "data": [
        "views/loyalty_club_rfm_definition_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "loyalty_club_rfm_pos/static/src/**/*",
        ],
        "web.assets_unit_tests": [
            "loyalty_club_rfm_pos/static/tests/unit/**/*",
        ],
    },
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
