# shellcheck shell=bash
# The whole environment. Source it in a shell to work by hand:
#     source setup/lib/env.sh && odoo --version && psql -l
# Nothing is downloaded when everything is there already (about 0.1 s).

_setup_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for _part in common machine python node odoo postgres; do
    # shellcheck source=/dev/null
    . "$_setup_lib/$_part.sh"
done
unset _part _setup_lib

environment_export() {
    PATH=$VENV/bin:$NODE_HOME/node_modules/.bin:$(pg_bin):$PATH
    export PATH NODE_LINT VIRTUAL_ENV=$VENV
    export PYTHONPATH=$ODOO_SITE:$CHECKOUT/setup/lib${PYTHONPATH:+:$PYTHONPATH}
    # Odoo reads each of its options from the environment too, so that there
    # is no configuration file to write, and none of the user's is read.
    export ODOO_RC=/dev/null
    export ODOO_ADDONS_PATH=$ODOO_SITE/odoo/addons,$CHECKOUT
    export ODOO_DATA_DIR=$CACHE/data
    export ODOO_HTTP_INTERFACE=127.0.0.1
    export ODOO_LIST_DB=True
    # Odoo is started many times, and without this it would be compiled each time:
    # nothing has compiled it, and some machines forbid to write beside the sources.
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX=$CACHE/bytecode
    mkdir -p "$ODOO_DATA_DIR"
}

environment_prepare() {
    mkdir -p "$CACHE"
    machine_check
    # The downloads don't need one another, but for one file that Odoo takes
    # from Node's packages.
    python_install &
    local python_job=$!
    node_install
    [ -z "${LOYALTY_CLUB_LINT:-}" ] || node_lint_install
    odoo_install
    wait "$python_job"
    environment_export
    pg_start
}
environment_prepare
