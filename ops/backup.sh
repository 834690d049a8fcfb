#!/bin/sh
# Writes one backup of the database into a folder: ops/backup.sh FOLDER
#
# DATABASE_URL names the database, past any pooler; pg_dump must not be older than its server. KEEP_DAYS
# (30) says when old backups go. The backup is complete in itself, readable by its owner alone, and noted
# in the database, so that monitoring knows its age. It holds no key of the service: keep those elsewhere.
set -eu
umask 077
folder=${1:?usage: ops/backup.sh FOLDER}
: "${DATABASE_URL:?DATABASE_URL is missing}"

mkdir -p "$folder"
name=$folder/keyturn-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f "$name.part"' EXIT

pg_dump --format=custom --no-owner --no-privileges --dbname="$DATABASE_URL" --file="$name.part"
# A file that cannot be read is no backup.
pg_restore --list "$name.part" | grep -q 'TABLE DATA public audit_links'
sync "$name.part" 2>/dev/null || sync
mv "$name.part" "$name"
(cd "$folder" && sha256sum "$(basename "$name")" >"$name.sha256")

bytes=$(wc -c <"$name" | tr -d ' ')
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$DATABASE_URL" \
  --command="insert into backups (finished_at, bytes) values (clock_timestamp(), $bytes)"
find "$folder" -name 'keyturn-*.dump*' -mtime +"${KEEP_DAYS:-30}" -delete
echo "$name"
