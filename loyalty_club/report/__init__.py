from . import member_statement
