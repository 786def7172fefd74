{
    "name": "Loyalty Club",
    "summary": "Members, points, wallets and tiers on a ledger fit for money",
    "version": "19.0.1.0.0",
    "category": "Sales/Loyalty",
    "website": "https://loyalty-club.example.com",
    "author": "Loyalty Club contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": ["loyalty", "account", "portal", "phone_validation"],
    "external_dependencies": {
        "python": ["persiantools", "phonenumbers", "python-stdnum"],
    },
    "data": [
        "data/loyalty_club_guards.xml",
        "data/loyalty_club_sequence.xml",
        "security/loyalty_club_groups.xml",
        "security/ir.model.access.csv",
        "security/loyalty_club_rules.xml",
    ],
    "demo": [],
    "uninstall_hook": "uninstall_hook",
}
