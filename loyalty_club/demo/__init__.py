from . import demo_year
