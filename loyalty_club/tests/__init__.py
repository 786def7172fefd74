from . import test_exact_numbers
