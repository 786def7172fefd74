from . import demo_segments
