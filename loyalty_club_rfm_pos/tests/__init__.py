from . import test_facts
from . import test_recommend_till
from . import test_sources
from . import test_till_segment
from . import test_hoot
