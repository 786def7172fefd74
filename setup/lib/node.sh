# shellcheck shell=bash
# rtlcss turns Odoo's style sheets round for Persian; Odoo finds it on PATH.
# selfie_segmentation is a file that Debian left out of Odoo's addon mail and
# that its asset bundle still names: without it the web client logs an error.

NODE_PACKAGES=(rtlcss@4.3.0 @mediapipe/selfie_segmentation@0.1.1675465747)
NODE_HOME=$CACHE/npm-$(printf '%s\n' "${NODE_PACKAGES[@]}" | sha256sum | cut -c1-12)

# What setup/lint checks the addons' JavaScript with.
NODE_LINT_PACKAGES=(eslint@9.39.5 @eslint/js@9.39.5 globals@15.15.0 prettier@3.10.1)
NODE_LINT=$CACHE/npm-lint-$(printf '%s\n' "${NODE_LINT_PACKAGES[@]}" | sha256sum | cut -c1-12)

# node_packages FOLDER PACKAGE…: installs them there, once.
node_packages() {
    local home=$1
    shift
    [ ! -f "$home/complete" ] || return 0
    say "Node: installing ${*%@*}"
    rm -rf "$home"
    npm install --prefix "$home" --no-audit --no-fund --loglevel=error "$@" >/dev/null ||
        die "npm could not install $*; the reason is above"
    touch "$home/complete"
}

node_install() {
    [ -f "$NODE_HOME/complete" ] ||
        with_lock node node_packages "$NODE_HOME" "${NODE_PACKAGES[@]}"
}

node_lint_install() {
    [ -f "$NODE_LINT/complete" ] ||
        with_lock node node_packages "$NODE_LINT" "${NODE_LINT_PACKAGES[@]}"
}
