# shellcheck shell=bash
# rtlcss turns Odoo's style sheets round for Persian; Odoo finds it on PATH.
# selfie_segmentation is a file that Debian left out of Odoo's addon mail and
# that its asset bundle still names: without it the web client logs an error.

NODE_PACKAGES=(rtlcss@4.3.0 @mediapipe/selfie_segmentation@0.1.1675465747)
NODE_HOME=$CACHE/npm-$(printf '%s\n' "${NODE_PACKAGES[@]}" | sha256sum | cut -c1-12)

node_install_locked() {
    [ ! -f "$NODE_HOME/complete" ] || return 0
    say "Node: installing rtlcss"
    rm -rf "$NODE_HOME"
    npm install --prefix "$NODE_HOME" --no-audit --no-fund --loglevel=error \
        "${NODE_PACKAGES[@]}" >/dev/null ||
        die "npm could not install rtlcss; the reason is above"
    touch "$NODE_HOME/complete"
}

node_install() {
    [ -f "$NODE_HOME/complete" ] || with_lock node node_install_locked
}
