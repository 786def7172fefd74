{
    "name": "Loyalty Club: Tests of Its Hooks",
    "summary": "Extends the club at every hook and open list; for tests only",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Loyalty Club contributors",
    "maintainer": "Loyalty Club contributors",
    "license": "LGPL-3",
    "depends": ["loyalty_club"],
    "data": [
        "security/ir.model.access.csv",
        "data/consumer_cron.xml",
    ],
}
