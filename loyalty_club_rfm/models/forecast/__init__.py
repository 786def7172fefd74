from . import definition
from . import forecast
from . import fit
