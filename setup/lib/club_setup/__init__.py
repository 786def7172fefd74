"""How this checkout is installed, tested and run. Only the standard library
and psycopg2, in the environment that ``setup/lib/env.sh`` makes."""
