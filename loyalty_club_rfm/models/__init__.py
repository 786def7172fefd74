from . import segments
from . import run
from . import facts
from . import recommend
from . import forecast
from . import screen
from . import native
