from . import allowance
from . import till
from . import answer
from . import card
from . import exception
from . import basket
from . import lookup
from . import holding
