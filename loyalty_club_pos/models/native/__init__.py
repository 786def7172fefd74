from . import account_move
from . import program
from . import reward
from . import rule
from . import pos_config
from . import res_config_settings
from . import res_partner
