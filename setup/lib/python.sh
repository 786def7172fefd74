# shellcheck shell=bash
# A virtualenv for each version of the two lists of requirements.

VENV=$CACHE/venv-$(hash_of "$CHECKOUT"/setup/requirements*.txt)

# Odoo 19 and its pins run on Python 3.10 to 3.12; Debian 12 has 3.11.
python_for_odoo() {
    local candidate
    for candidate in /usr/bin/python3 python3.11 python3.12 python3.10 python3; do
        if "$candidate" -c '
import ensurepip, sys, venv
sys.exit(not (3, 10) <= sys.version_info < (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

python_install_locked() {
    [ ! -f "$VENV/complete" ] || return 0
    local python
    python=$(python_for_odoo) ||
        die "no Python 3.10 to 3.12 with venv was found; on Debian 12: apt-get install python3-venv"
    say "Python: installing what setup/requirements*.txt name"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --no-compile --disable-pip-version-check \
        --requirement "$CHECKOUT/setup/requirements.txt" \
        --requirement "$CHECKOUT/setup/requirements-test.txt" \
        2> >(grep -v -e '^WARNING' -e '^ *DEPRECATION' >&2) ||
        die "pip could not install the requirements; the reason is above"
    touch "$VENV/complete"
}

python_install() {
    [ -f "$VENV/complete" ] || with_lock python python_install_locked
}
