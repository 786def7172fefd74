from . import purchase
from . import awards
from . import recording
from . import returning
from . import receiving
from . import line
from . import supposed
from . import why
