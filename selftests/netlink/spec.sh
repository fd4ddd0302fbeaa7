#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Holds the netlink specification against the kernel's own schema and generator, which come out of Debian's
# linux-source package: the specification must validate, and what the generator makes of it must be, but for
# comments, our uapi header.
#
#	spec.sh [LINUX_SOURCE_DIR]	(a folder with Documentation/netlink and tools/net/ynl)
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
src=${1:-$("$top/selftests/lib/linux-source")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 1..2
# The generator looks for the schema beside the spec's folder, and for a MAINTAINERS file above it.
mkdir -p "$work/Documentation/netlink/specs"
touch "$work/MAINTAINERS"
cp "$src"/Documentation/netlink/*.yaml "$work/Documentation/netlink/"
cp "$top/Documentation/netlink/specs/ecc508a.yaml" "$work/Documentation/netlink/specs/"
gen=$src/tools/net/ynl/pyynl/ynl_gen_c.py
[ -e "$gen" ] || gen=$src/tools/net/ynl/ynl-gen-c.py
if timeout 60 /usr/bin/python3 "$gen" --spec "$work/Documentation/netlink/specs/ecc508a.yaml" --mode uapi --header \
	-o "$work/gen.h" >"$work/log" 2>&1 && [ -s "$work/gen.h" ]; then
	echo "ok 1 - the specification validates against the kernel's schema"
else
	sed 's/^/# /' "$work/log"
	echo "not ok 1 - the specification validates against the kernel's schema"
fi

# What the preprocessor leaves, our macros included, one word a line
plain() {
	gcc -dD -E -P -x c "$1" | grep -v '^#define [^E]' | tr -s ' \t' '\n'
}
if plain "$work/gen.h" >"$work/a" && plain "$top/uapi/linux/ecc508a_netlink.h" >"$work/b" &&
	grep -q ECC508A_A_CHIP_HEALTH "$work/a" && cmp -s "$work/a" "$work/b"; then
	echo "ok 2 - the uapi header is what the generator makes of it"
else
	diff "$work/a" "$work/b" | head -20 | sed 's/^/# /'
	echo "not ok 2 - the uapi header is what the generator makes of it"
fi
