#!/bin/sh
# secrets.sh [DIR]: makes the secrets of docker-compose.yml, once, in DIR
# (deploy/secrets beside this script). Those that are there stay. The directory
# is for its owner alone; the files in it can be read by the users of the
# containers that they are given to.
set -eu
dir=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$dir"
chmod 700 "$dir"

secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() { # NAME TEXT: writes a file, unless it is there
	[ -e "$dir/$1" ] || printf '%s\n' "$2" >"$dir/$1"
	chmod 644 "$dir/$1"
}

for name in postgres_password owner_password app_password oidc_client_secret; do
	keep "$name" "$(secret)"
done
keep migrate_database_url "postgres://sallyport_owner:$(cat "$dir/owner_password")@db/sallyport?sslmode=disable"
keep database_url "postgres://sallyport:$(cat "$dir/app_password")@db/sallyport?sslmode=disable"
keep dex.env "DEX_CLIENT_SECRET=$(cat "$dir/oidc_client_secret")"
