#!/bin/sh
# Installs the interpreters that the snippet tests run, where that is allowed, and names those
# that cannot be had. The tests skip nothing silently: they say which runtime is missing.
set -u

need() { command -v "$1" >/dev/null 2>&1 || packages="$packages $2"; }

packages=""
need curl curl
need node nodejs
need go golang-go
need php php-cli
need ruby ruby

if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    # One at a time: what one package lacks must not keep the others out.
    apt-get update -qq || true
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $packages >/dev/null ||
        for package in $packages; do
            apt-get install -y -qq --no-install-recommends "$package" >/dev/null
        done
fi

for program in curl node go php ruby; do
    command -v "$program" >/dev/null 2>&1 || echo "missing: $program"
done
exit 0
