# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# cache.sh: what the test scripts share: where things are kept, how they speak, how they ask apt.
# To be sourced. Sets TOP (the source tree), CACHE (kept between runs, safe to delete), ARCH and RELEASE.

# shellcheck disable=SC2034 # for those who source this
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${ECC508A_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ecc508a}
ARCH=$(dpkg --print-architecture)
# shellcheck source=/dev/null
RELEASE=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")

ME=${0##*/}

say()
{
	printf '%s: %s\n' "$ME" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# with_lock NAME COMMAND...: one process at a time; the lock goes away with the process that holds it.
with_lock()
{
	local name=$1
	shift
	mkdir -p "$CACHE"
	(
		flock 9
		"$@" 9>&-
	) 9>"$CACHE/.lock-$name"
}

# apt_uri SUITE-PATTERN: the address that this machine's own apt configuration uses for a suite.
apt_uri()
{
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(SITE) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v want="$1" '$2 ~ want { print $3; exit }'
}

# private_apt [ARCHITECTURE]: prints the path of an apt configuration that also knows the other Debian releases, and packages of
# another architecture besides this machine's. The archive's address is this machine's own; nothing of the machine's
# configuration is changed.
# shellcheck disable=SC2120 # most do without
private_apt()
{
	local arch=${1:-$ARCH} d=$CACHE/apt main security suite key=/usr/share/keyrings/debian-archive-keyring.gpg

	main=$(apt_uri "^$RELEASE\$")
	[ -n "$main" ] || main=$(apt_uri '^(bookworm|trixie|stable|testing)$')
	[ -n "$main" ] || die "this machine's apt names no Debian archive for $RELEASE; check /etc/apt/sources.list*"
	security=$(apt_uri -- '-security$')
	[ -n "$security" ] || security=${main%/}-security

	[ "$arch" = "$ARCH" ] || d=$d-$arch
	mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
	: >>"$d/status"
	for suite in bookworm trixie trixie-backports; do
		echo "deb [signed-by=$key] $main $suite main"
	done >"$d/sources.list"
	for suite in bookworm-security trixie-security; do
		echo "deb [signed-by=$key] $security $suite main"
	done >>"$d/sources.list"
	cat >"$d/apt.conf" <<-CONF
		Dir::Etc::sourcelist "$d/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::Etc::preferencesparts "-";
		Dir::State::Lists "$d/lists";
		Dir::Cache "$d/cache";
		Dir::State::status "$d/status";
		APT::Architecture "$ARCH";
		APT::Architectures { "$ARCH"; "$arch"; };
		APT::Sandbox::User "root";
	CONF
	if [ -z "$(find "$d/lists" -maxdepth 1 -name '*Packages*' -mmin -1440 -print -quit)" ]; then
		say "reading the package lists of the other Debian releases"
		APT_CONFIG=$d/apt.conf apt-get -qq update >&2 || say "apt-get update failed; going on with what is cached"
		find "$d/lists" -maxdepth 1 -name '*Packages*' -exec touch {} +
	fi
	echo "$d/apt.conf"
}
