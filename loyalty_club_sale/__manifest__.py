{
    "name": "Loyalty Club: Sales",
    "summary": "Members spend points and wallets on sales orders and in the web shop",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "website": "https://loyalty-club.example.com",
    "author": "Loyalty Club contributors",
    "license": "LGPL-3",
    "depends": ["loyalty_club", "sale_loyalty"],
    "auto_install": True,
}
