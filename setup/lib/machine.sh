# shellcheck shell=bash
# Debian packages that the machine itself has to have.

machine_missing() {
    [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
    [ -f /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    [ -x "$(pg_bin)/initdb" ] || echo postgresql
    python_for_odoo >/dev/null || echo python3-venv
    command -v npm >/dev/null || echo npm
    command -v msgmerge >/dev/null || echo gettext
    command -v chromium >/dev/null || echo chromium
    # Prints statements and invoices as PDF; tills print the invoice when it is paid.
    command -v wkhtmltopdf >/dev/null || echo wkhtmltopdf
    [ -z "${LOYALTY_CLUB_LINT:-}" ] || command -v shellcheck >/dev/null || echo shellcheck
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian's postgresql would create and start a cluster of its own; we want its
# programs only. A setting that is there during the installation forbids it.
machine_install() {
    local no_cluster=/etc/postgresql-common/createcluster.d/loyalty-club.conf
    as_root mkdir -p "$(dirname "$no_cluster")"
    echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@" >"$CACHE/apt-get.log" 2>&1
    local status=$?
    as_root rm -f "$no_cluster"
    return "$status"
}

machine_check() {
    local missing
    mapfile -t missing < <(machine_missing)
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
        die "these Debian packages are missing: ${missing[*]}; ask an administrator for: apt-get install ${missing[*]}"
    fi
    command -v apt-get >/dev/null ||
        die "this machine lacks ${missing[*]}, and has no apt-get to install them (Debian 12 is expected)"
    say "Debian: installing ${missing[*]}"
    machine_install "${missing[@]}" ||
        die "apt-get could not install ${missing[*]}; see $CACHE/apt-get.log"
}
