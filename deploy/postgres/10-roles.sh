#!/bin/sh
# 10-roles.sh: makes the database and its two roles, when the server starts for
# the first time (docs/database.md): the owner changes the schema, the program's
# role does not. Passwords come from files in SECRETS.
set -eu
secrets=${SECRETS:-/run/secrets}
psql -q -v ON_ERROR_STOP=1 ${POSTGRES_USER:+--username "$POSTGRES_USER"} --dbname "${POSTGRES_DB:-postgres}" \
	-v owner="$(cat "$secrets/owner_password")" -v app="$(cat "$secrets/app_password")" <<'SQL'
CREATE ROLE sallyport_owner LOGIN PASSWORD :'owner';
CREATE ROLE sallyport LOGIN PASSWORD :'app';
CREATE DATABASE sallyport OWNER sallyport_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';
\c sallyport
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO sallyport_owner;
GRANT USAGE ON SCHEMA public TO sallyport;
ALTER DEFAULT PRIVILEGES FOR ROLE sallyport_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sallyport;
ALTER DEFAULT PRIVILEGES FOR ROLE sallyport_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO sallyport;
SQL
