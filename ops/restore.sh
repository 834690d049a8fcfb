#!/bin/sh
# Brings a backup back into an empty database: ops/restore.sh FILE
#
# DATABASE_URL names the empty database, past any pooler. No instance may run meanwhile. Afterwards, before
# the first instance is started, what happened since the backup must be replayed:
#
#   keyturn restore-journal     deletions and the like, from JOURNAL_DIR (docs/operations.md)
#   keyturn audit verify        the chain is whole; with --head FILE, as it was kept outside
set -eu
file=${1:?usage: ops/restore.sh FILE}
: "${DATABASE_URL:?DATABASE_URL is missing}"

if [ -f "$file.sha256" ]; then
  (cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256")
fi
tables=$(psql --no-psqlrc --tuples-only --no-align --dbname="$DATABASE_URL" \
  --command="select count(*) from pg_tables where schemaname = 'public'")
if [ "$tables" != 0 ]; then
  echo "DATABASE_URL: the database is not empty; create a new one for the restore." >&2
  exit 1
fi
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$DATABASE_URL" "$file"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$DATABASE_URL" --command='analyze'
echo 'Restored. Now run "keyturn restore-journal", before any instance is started.'
