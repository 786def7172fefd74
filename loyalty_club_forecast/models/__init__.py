from . import parameters
from . import definition
from . import forecast
from . import fit
from . import customer
