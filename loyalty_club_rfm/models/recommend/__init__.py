from . import basket
from . import pair
from . import recommending
from . import favourite
from . import recommendation
