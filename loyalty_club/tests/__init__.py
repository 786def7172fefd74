from . import test_exact_numbers
from . import test_invoices
from . import test_invoice_credit_notes
from . import test_earning_rules
from . import test_why
from . import test_door
