#!/bin/sh
# Replaces an application's secret when it has MIN_DAYS days or fewer left: creates a new one, puts it in
# place, sees that it works, deletes the old one. Run it daily; it needs curl and jq.
#
#   KEYTURN      address of Keyturn, e.g. https://keyturn.example.org
#   CLIENT_ID    of the application; IT has granted it the resource Keyturn with secrets.manage
#   SECRET_FILE  file that holds the secret; it is replaced
#   ON_NEW       optional command that puts the new secret into your systems; it reads it from SECRET_FILE.new
#   MIN_DAYS     30 unless said otherwise
#   SHARED       yes when other systems have secrets of the same application, which then are left alone
set -eu
: "${KEYTURN:?}" "${CLIENT_ID:?}" "${SECRET_FILE:?}"
MIN_DAYS=${MIN_DAYS:-30}
umask 077
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Credentials go to curl by its standard input, where no list of processes shows them.
token_for() {
  printf 'user = "%s:%s"\n' "$CLIENT_ID" "$1" |
    curl -fsS --config - "$KEYTURN/oauth2/token" \
      -d grant_type=client_credentials -d resource="$KEYTURN/api/v1" | jq -r .access_token
}

# call TOKEN METHOD PATH [curl's arguments]: prints the status, leaves the answer in $answer
call() {
  bearer=$1 method=$2 path=$3
  shift 3
  printf 'header = "Authorization: Bearer %s"\n' "$bearer" |
    curl -sS --config - -X "$method" "$KEYTURN/api/v1/$path" -o "$answer" -w '%{http_code}' "$@" || true
}

fail() {
  echo "rotate-secret: $1" >&2
  exit 1
}

old=$(cat "$SECRET_FILE")
token=$(token_for "$old")
[ "$(call "$token" GET self)" = 200 ] || fail "$(cat "$answer")"
secrets="applications/$(jq -r .applicationId "$answer")/secrets"
old_id=$(jq -r .secretId "$answer")
[ "$(call "$token" GET "$secrets/$old_id")" = 200 ] || fail "$(cat "$answer")"
left=$(jq -r .daysLeft "$answer")
if [ "$left" -gt "$MIN_DAYS" ] && [ ! -s "$SECRET_FILE.new" ]; then
  echo "$left days left"
  exit 0
fi
[ "${SHARED:-no}" = yes ] && wish='{}' || wish="{\"minimumDaysRemaining\": $MIN_DAYS}"

# An earlier run may have made the new secret and not come to its end: then this one goes on from there.
if [ ! -s "$SECRET_FILE.new" ]; then
  # A creation is repeated with its key until it is answered, so a lost answer makes no second secret.
  round=0
  while :; do
    round=$((round + 1))
    [ "$round" -le 3 ] || fail 'gave up after three rounds'
    key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    for wait in 0 2 10; do
      sleep "$wait"
      status=$(call "$token" POST "$secrets" -H "Idempotency-Key: $key" \
        -H 'Content-Type: application/json' -d "$wish")
      case $status in 000 | 429 | 5??) ;; *) break ;; esac
    done
    case $status in
      201) break ;;
      200)
        # There is a newer one. If nobody uses it, its value was lost on the way, and nobody knows it.
        [ "$(jq -r .lastUsedAt "$answer")" = null ] || fail 'a newer secret is in use; set SHARED=yes?'
        lost=$(jq -r .id "$answer") ;;
      409)
        [ "$(jq -r .code "$answer")" = secret_already_created ] || fail "$(cat "$answer")"
        lost=$(jq -r .secret.id "$answer") ;;
      *) fail "$status $(cat "$answer")" ;;
    esac
    [ "$(call "$token" DELETE "$secrets/$lost")" = 204 ] || fail "$(cat "$answer")"
  done
  jq -j .value "$answer" >"$SECRET_FILE.new"
fi

[ -z "${ON_NEW:-}" ] || sh -c "$ON_NEW" || fail 'the new secret could not be put in place; the old one still works'
mv "$SECRET_FILE.new" "$SECRET_FILE"
# First used when it is in place: a new secret that nobody used is one that was lost.
new_token=$(token_for "$(cat "$SECRET_FILE")")
status=$(call "$new_token" DELETE "$secrets/$old_id")
[ "$status" = 204 ] || fail "the new secret is in place, the old one could not be deleted: $status"
echo 'rotated'
