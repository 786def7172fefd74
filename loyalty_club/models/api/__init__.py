from . import door_call
from . import door_answer
from . import door_find
from . import door
