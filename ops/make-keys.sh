#!/bin/sh
# Prints the settings that must be random, for an .env file: ops/make-keys.sh >.env
# Keep a copy apart from the database: without HASH_KEYS no secret can be verified, without
# ENCRYPTION_KEYS nobody can sign in.
set -eu
for name in SESSION_KEYS HASH_KEYS ENCRYPTION_KEYS; do
  printf '%s=1:%s\n' "$name" "$(openssl rand -base64 32)"
done
printf 'METRICS_TOKEN=%s\n' "$(openssl rand -hex 24)"
printf 'POSTGRES_PASSWORD=%s\n' "$(openssl rand -hex 24)"
