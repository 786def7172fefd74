from . import demo_till
