# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# lib.sh: chips on virtual buses for the tests of the driver, and TAP. To be sourced, inside the VM, as root.

: "${ECC508A_TOP:?runs in the VM: selftests/vm/run -- $0}"
: "${ECC508A_BUILD:?}"
EMU=$ECC508A_BUILD/emulator/ecc508a-emu
BIN=$ECC508A_BUILD/selftests/driver
DIR=$(mktemp -d /tmp/driver-test.XXXXXX)
TESTS=0 FAILED=0
# how much slower than usual (make check-debug)
SCALE=${ECC508A_TIME_SCALE:-1}

# report NAME STATUS: one TAP line; what the test wrote to $DIR/say explains a failure.
report()
{
	TESTS=$((TESTS + 1))
	if [ "$2" = 0 ]; then
		echo "ok $TESTS $1"
	else
		sed 's/^/# /' "$DIR/say" 2>/dev/null
		echo "not ok $TESTS $1"
		FAILED=1
	fi
}

# check NAME COMMAND...: the command succeeds.
check()
{
	local name=$1

	shift
	"$@" >"$DIR/say" 2>&1
	report "$name" $?
}

finish()
{
	echo "1..$TESTS"
	exit $FAILED
}

# emu_start NAME OPTION...: a server with the control socket $DIR/NAME.ctl and the trace $DIR/NAME.trace; prints i2c-N.
emu_start()
{
	local name=$1

	shift
	# the data sheet's tWHI: a driver that is too early is to be seen
	"$EMU" --bus --set twhi=1500us --control "$DIR/$name.ctl" --trace "$DIR/$name.trace" --pidfile "$DIR/$name.pid" --daemon --quiet "$@"
}

emu_ctl()
{
	local name=$1

	shift
	"$EMU" ctl "$DIR/$name.ctl" "$@"
}

emu_stop()
{
	[ ! -e "$DIR/$1.ctl" ] || emu_ctl "$1" quit >/dev/null 2>&1
}

# chip_bind I2C-N ADDRESS: the driver gets the chip.
chip_bind()
{
	echo "ecc508a $2" >"/sys/bus/i2c/devices/$1/new_device"
}

chip_unbind()
{
	echo "$2" >"/sys/bus/i2c/devices/$1/delete_device"
}

# modules_load PARAMETER...
modules_load()
{
	modprobe i2c-vbus && modprobe ecc508a "$@"
}

modules_remove()
{
	local i

	for i in $(seq $((10 * SCALE))); do
		! modprobe -r ecc508a 2>"$DIR/say" || return 0
		sleep 0.2
	done
	return 1
}

# chip_start_at ADDRESS [OPTION...]: one server called "a", one chip ("aws" if the options do not say), bound.
chip_start_at()
{
	local address=$1

	shift
	[ $# -gt 0 ] || set -- --preset aws
	modules_load && BUS=$(emu_start a "$@") && chip_bind "$BUS" "$address" && [ -c /dev/ecc508a0 ]
}

# chip_start [OPTION...]: the usual one
chip_start()
{
	chip_start_at 0x58 --preset aws "$@"
}

# in_trace NAME OPCODE: how often the chip was sent that command
in_trace()
{
	grep -c "\"ev\":\"cmd\".*\"op\":\"$2\"" "$DIR/$1.trace"
}

attr()
{
	cat "/sys/class/ecc508a/${2:-ecc508a0}/$1"
}

# asleep [NODE]: within two seconds
asleep()
{
	local i

	for i in $(seq $((40 * SCALE))); do
		[ "$(attr power_state "${1:-ecc508a0}")" = asleep ] && return
		sleep 0.05
	done
	echo "power_state $(attr power_state "${1:-ecc508a0}")"
	return 1
}

# emu_asleep: what the chip itself says
emu_asleep()
{
	local i

	for i in $(seq $((40 * SCALE))); do
		emu_ctl a status | grep -qw sleep && return
		sleep 0.05
	done
	emu_ctl a status
	return 1
}

cleanup()
{
	local f

	for f in "$DIR"/*.ctl; do
		[ ! -e "$f" ] || "$EMU" ctl "$f" quit >/dev/null 2>&1
	done
	if [ -n "${ECC508A_LOG:-}" ]; then
		for f in "$DIR"/*.trace; do
			[ ! -e "$f" ] || tail -n 2000 "$f" >"$ECC508A_LOG/${f##*/}"
		done
	fi
	modprobe -r ecc508a 2>/dev/null
	rm -rf "$DIR"
}
trap cleanup EXIT
