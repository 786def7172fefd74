from . import demo_books
from . import demo_pictures
from . import demo_year
