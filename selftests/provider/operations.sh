#!/bin/bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs operations.c in both orders, with sanitizers and under valgrind. 8 threads sign 100 times each.
. "$(dirname "$0")/common.sh"
start_chip --time zero --wire-time off
export ECC508A_TEST_REF=$TMP/ref.pem ECC508A_TEST_PUB=$TMP/pub.pem
unset CMOCKA_MESSAGE_OUTPUT

# program NAME ORDER ROUNDS COMMAND...: its tests, as our lines
program()
{
	local name=$1 rc=0 start=$SECONDS
	export ECC508A_TEST_ORDER=$2 ECC508A_TEST_ROUNDS=$3
	shift 3
	CMOCKA_MESSAGE_OUTPUT=TAP "$@" >prog.out 2>prog.err || rc=$?
	while read -r line; do
		case $line in
		"ok "*) ok 0 "$name: ${line#* - }" ;;
		"not ok "*) ok 1 "$name: ${line#* - }" ;;
		esac
	done <prog.out
	echo "# $name: $((SECONDS - start)) s"
	[ $rc = 0 ] || sed 's/^/# /' prog.out prog.err | grep -v '^# ok' | tail -n 30
	ok $rc "$name: exit status 0"
}

program "default first" last 100 "$BUILD/selftests/provider/operations"
program "ecc508a first" first 5 "$BUILD/selftests/provider/operations"
if [ -x "$BUILD/selftests/provider/operations-san" ]; then
	program "sanitizers" last 5 "$BUILD/selftests/provider/operations-san"
	program "sanitizers, ecc508a first" first 5 "$BUILD/selftests/provider/operations-san"
else
	skip "sanitizers" "the compiler has none"
fi
if command -v valgrind >/dev/null; then
	program "valgrind" last 2 valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
		"$BUILD/selftests/provider/operations"
else
	skip "valgrind" "not installed"
fi
plan
