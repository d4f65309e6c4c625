# Sourced by board/run and tests/run: installs the Debian packages that are missing, and says why.
# shellcheck shell=bash

# package|why, one set a purpose.
packages_build='build-essential|compiler
cmake|build system
ninja-build|build system
pkg-config|finds the libraries
libmosquitto-dev|MQTT client
libcoap3-dev|CoAP devices
libssl-dev|TLS of the MQTT client and of CoAP
nlohmann-json3-dev|JSON
libmbedtls-dev|keys and certificates
libsodium-dev|Argon2id for the passwords of people
libqrencode-dev|the claim code as a QR in the terminal
libsqlite3-dev|the store
zlib1g-dev|archives: backups and diagnostics
libexpected-dev|results
libfmt-dev|text formatting
libboost1.81-dev|the event loop
libcli11-dev|command lines
libsystemd-dev|readiness, watchdog, journal
libgpiod-dev|lock, contact and reader on lines of the board
libgtest-dev|tests
libgmock-dev|tests'

packages_run='mosquitto|the site broker
mosquitto-clients|mosquitto_pub and mosquitto_sub to try by hand
libcoap3-bin|coap-client-openssl to try by hand, and the CoAP devices of the tests
openssl|certificates of the demo platform
python3|small scripts
python3-paho-mqtt|doors, face terminal and residents of the demo'

packages_test='python3-venv|test peers from PyPI
python3-dev|builds the DTLS of the peer aiocoap
autoconf|builds the DTLS of the peer aiocoap
automake|builds the DTLS of the peer aiocoap
clang-14|fuzz targets
clang-format-14|the lint run
clang-tidy-14|the tidy run
libclang-rt-14-dev|fuzz targets
strace|holds the store in a test
curl|a browser that is none, for the console
slowhttptest|slow and silent visitors of the console
faketime|a gateway that starts in 1970
git|the lint run asks which files are ours
tshark|reads the captures of the frame log'

packages_browser='chromium|drives the pages in tests
fonts-noto-cjk|Chinese letters in screenshots'

say() { printf '== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo -n "$@"
  else
    echo "Packages are missing, and this user is not root and has no sudo. As root: apt-get install $missing" >&2
    return 1
  fi
}

# ensure_packages build run test
ensure_packages() {
  missing=
  local purpose line installed
  # Broken off (Ctrl-C) it must not look as if nothing were installed.
  installed=$(set -o pipefail; dpkg-query -W -f '${Package}|${Status}\n' 2>/dev/null | sed -n 's/|.*ok installed$//p') || return 1
  for purpose in "$@"; do
    local set_name="packages_$purpose"
    while IFS= read -r line; do
      local package=${line%%|*} why=${line#*|}
      grep -qxF "$package" <<<"$installed" && continue
      [ -z "$missing" ] && say "installing what is missing:"
      printf '   %-22s %s\n' "$package" "$why"
      missing="$missing $package"
    done <<<"${!set_name}"
  done
  [ -z "$missing" ] && return 0
  install_packages
}

install_packages() {
  # Debian starts a broker of its own on installation; ours are started by us, with our configuration.
  local had_mosquitto=no
  command -v mosquitto >/dev/null && had_mosquitto=yes
  as_root apt-get update -qq || return 1
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || return 1
  if [ "$had_mosquitto" = no ] && command -v systemctl >/dev/null; then
    as_root systemctl disable --now mosquitto >/dev/null 2>&1 || true
  fi
}

# The node on the machine if it can do, Debian's otherwise.
ensure_node() {
  local major
  major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')
  if [ "${major:-0}" -ge 18 ] && command -v npm >/dev/null; then return 0; fi
  missing='nodejs npm'
  say "installing nodejs and npm for the pages and the test peers"
  install_packages
}
