{
    "name": "Loyalty Club: Sales",
    "summary": "Members spend points and wallets on sales orders and in the web shop",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["loyalty_club", "sale_loyalty"],
    "auto_install": True,
}
