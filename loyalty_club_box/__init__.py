from . import controllers
from . import door
from . import readers

door.guard()
readers.start()
