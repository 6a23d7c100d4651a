#!/bin/sh
# Makes the development CA and certificate of deploy/compose.yaml, unless there are valid ones, and prints the CA certificate:
#   sh deploy/certificate.sh > ca.crt
#   sh deploy/certificate.sh --renew       a new certificate of the same CA; Envoy serves it without a restart
set -eu
if docker compose version > /dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
# shellcheck disable=SC2086 # two words in one of the cases
exec $compose -f "$(dirname "$0")/compose.yaml" run --rm --no-deps -T certificate edge certificate "$@"
