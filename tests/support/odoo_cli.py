"""Odoo's command line as a script.

A server with workers starts its second process by the script that it was started by;
``python -m odoo`` is none that could be started again.
"""

from odoo.cli.command import main

main()
