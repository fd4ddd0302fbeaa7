#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The ecc508a authors
#
# symbols.sh LIBRARY HEADER... - what the headers declare is exported, and nothing else.
set -u
lib=$1
shift
want=$(cat "$@" | tr '\n' ' ' | sed 's|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g' | grep -o 'ecc508a_[a-z0-9_]*(' | tr -d '(' | sort -u)
have=$(nm -D --defined-only "$lib" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u)
echo 1..2
if [ "$want" = "$have" ]; then
	echo "ok 1 - $(echo "$have" | wc -l) functions are declared and exported"
else
	echo "# declared: $(echo "$want" | tr '\n' ' ')"
	echo "# exported: $(echo "$have" | tr '\n' ' ')"
	echo "not ok 1 - declared is not exported"
fi
if nm -D --defined-only "$lib" | awk '$2 == "T" && $3 !~ /@@ECC508A_/ { bad = 1 } END { exit bad }'; then
	echo "ok 2 - every one has a version"
else
	echo "not ok 2 - a symbol without a version"
fi
