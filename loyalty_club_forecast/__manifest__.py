{
    "name": "Loyalty Club: Forecast",
    "summary": "How much each customer will probably buy next, and what it is worth",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["loyalty_club_rfm"],
    "data": [
        "security/ir.model.access.csv",
        "security/loyalty_club_forecast_rules.xml",
        "views/loyalty_club_rfm_definition_views.xml",
        "views/loyalty_club_rfm_customer_views.xml",
    ],
    "demo": [
        "demo/demo_forecast.xml",
    ],
}
