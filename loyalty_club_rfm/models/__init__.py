from . import segments
from . import definition
from . import run
from . import facts
from . import recommend
from . import native
