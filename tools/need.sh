#!/usr/bin/env bash
# need.sh NAME…: makes sure that these are installed. As root on Debian it
# installs what is missing; elsewhere it fails with the line that does.
set -euo pipefail

missing=()
for name in "$@"; do
	case $name in
	ca-certificates) [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates) ;;
	gcc) # for Go's race detector: the compiler and C's headers
		echo '#include <stdlib.h>' | gcc -E -x c - >/dev/null 2>&1 || missing+=(gcc libc6-dev) ;;
	postgresql)
		compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ||
			missing+=(postgresql) ;;
	chromium) # under any of its names
		command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
			command -v google-chrome >/dev/null || missing+=(chromium fonts-dejavu-core) ;;
	*) command -v "$name" >/dev/null || missing+=("$name") ;;
	esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || [ ! -e /etc/debian_version ]; then
	echo "Missing: ${missing[*]}. On Debian this installs it (as root; elsewhere install the like):" >&2
	echo "  $install" >&2
	exit 1
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -q update >&2
apt-get -q install -y --no-install-recommends "${missing[@]}" >&2
