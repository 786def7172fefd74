# shellcheck shell=bash
# Odoo 19: one that is already there, or Debian's package unpacked in the cache.

ODOO_SERIES=19.0
ODOO_PACKAGE=odoo-19
# Odoo's static files are links into these packages. Font Awesome and
# Inconsolata come from Debian 12: later ones have other file names.
ODOO_STATIC=(
    libjs-jquery libjs-jquery-form libjs-underscore
    fonts-montserrat fonts-roboto-unhinted fonts-ocr-b
    fonts-font-awesome/bookworm fonts-inconsolata/bookworm
)
ODOO_ROOT=$CACHE/odoo-$ODOO_SERIES

# odoo_site PATH: the folder to put on PYTHONPATH for an Odoo given as a
# checkout, as a dist-packages folder, or as the package odoo itself.
odoo_site() {
    local folder
    for folder in "$1" "$1/.." "$1/usr/lib/python3/dist-packages"; do
        if [ -f "$folder/odoo/release.py" ]; then
            (cd "$folder" && pwd)
            return
        fi
    done
    die "there is no Odoo in $1 (no odoo/release.py)"
}

odoo_check_series() {
    local found
    found=$(sed -n 's/^version_info *= *(\([0-9]*\), *\([0-9]*\).*/\1.\2/p' \
        "$1/odoo/release.py")
    [ "$found" = "$ODOO_SERIES" ] ||
        die "Loyalty Club runs on Odoo $ODOO_SERIES, and $1 holds Odoo ${found:-of an unknown series}"
}

# The machine's own mirror, so that a proxy or a local copy of Debian is used.
debian_mirror() {
    local mirror
    mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:[^ ]*\/debian)\/?( .*)?$/\3/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1 || true)
    [ -n "$mirror" ] || die "apt's sources name no Debian mirror to get Odoo from"
    echo "$mirror"
}

# An apt of our own: it must not see the machine's sources nor change them,
# because sid among those would upgrade half of the machine.
odoo_apt_setup() {
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mirror=$(debian_mirror)
    mkdir -p "$CACHE"/apt/{lists/partial,cache/archives/partial}
    printf "deb [signed-by=$keyring] $mirror %s main\n" sid trixie bookworm \
        >"$CACHE/apt/sources.list"
    cat >"$CACHE/apt/apt.conf" <<-CONF
		Dir::State::Lists "$CACHE/apt/lists";
		Dir::Cache "$CACHE/apt/cache";
		Dir::Etc::SourceList "$CACHE/apt/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::Retries "3";
		CONF
}

odoo_download() (
    cd "$1" || exit
    export APT_CONFIG=$CACHE/apt/apt.conf
    apt-get update -qq || die "Debian's package lists could not be fetched; is there a network?"
    apt-cache show "$ODOO_PACKAGE" >/dev/null 2>&1 ||
        die "Debian sid has no package $ODOO_PACKAGE any more; take Odoo $ODOO_SERIES from its" \
            "source repository or snapshot.debian.org and name its folder with --odoo PATH or LOYALTY_CLUB_ODOO"
    apt-get download -qq "$ODOO_PACKAGE" "${ODOO_STATIC[@]}"
)

odoo_unpack() {
    local package addons dangling
    for package in "$1"/*.deb; do
        dpkg-deb -x "$package" "$2"
    done
    addons=$(odoo_site "$2")/odoo/addons
    install -D -m 644 -t "$addons/mail/static/lib/selfie_segmentation" \
        "$NODE_HOME/node_modules/@mediapipe/selfie_segmentation/selfie_segmentation.js"
    dangling=$(find "$addons" -xtype l | head -1)
    [ -z "$dangling" ] ||
        die "a static file of Odoo leads nowhere: $dangling; Debian renamed something"
}

odoo_install_locked() {
    [ ! -f "$ODOO_ROOT/complete" ] || return 0
    local fresh=$ODOO_ROOT.unpacking
    rm -rf "$fresh" "$ODOO_ROOT" && mkdir -p "$fresh/debs"
    say "Odoo: downloading Debian's package of Odoo $ODOO_SERIES"
    odoo_apt_setup
    odoo_download "$fresh/debs"
    say "Odoo: unpacking"
    odoo_unpack "$fresh/debs" "$fresh"
    dpkg-deb -f "$fresh/debs/$ODOO_PACKAGE"_*.deb Version >"$fresh/complete"
    rm -rf "$fresh/debs"
    mv "$fresh" "$ODOO_ROOT"
}

# Sets ODOO_SITE, the folder that holds the package odoo, and ODOO_ID, which
# changes when another Odoo lies there.
odoo_locate() {
    ODOO_SITE=$(odoo_site "${LOYALTY_CLUB_ODOO:-$ODOO_ROOT}")
    odoo_check_series "$ODOO_SITE"
    if [ -n "${LOYALTY_CLUB_ODOO:-}" ]; then
        ODOO_ID="$ODOO_SITE $(git -C "$ODOO_SITE" rev-parse HEAD 2>/dev/null || true)"
    else
        ODOO_ID=$(cat "$ODOO_ROOT/complete")
    fi
    export ODOO_SITE ODOO_ID
}

odoo_install() {
    if [ -z "${LOYALTY_CLUB_ODOO:-}" ] && [ ! -f "$ODOO_ROOT/complete" ]; then
        with_lock odoo odoo_install_locked
    fi
    odoo_locate
}
