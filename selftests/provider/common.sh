# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the provider and of the PKCS#11 module share: a chip, its files, and TAP.
#
# In the environment: ECC508A_BUILD, the build folder (default build/). Each test gets an emulated ATECC508A with the AWS
# kit's configuration (keys that sign in slots 0 and 2), a key reference, and the public key as an independent reader sees it.
set -u
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOP=$(dirname "$(dirname "$HERE")")
BUILD=$(readlink -f "${ECC508A_BUILD:-$TOP/build}")
TMP=$(mktemp -d)
chmod 755 "$TMP"
cd "$TMP" || exit 1
N=0
BAD=0
PIDS=()

finish()
{
	for p in "${PIDS[@]}"; do kill "$p" 2>/dev/null; done
	wait 2>/dev/null
	if [ -n "${ECC508A_LOG:-}" ] && [ "$BAD" != 0 ]; then
		cp -r "$TMP" "$ECC508A_LOG/${0##*/}.files" 2>/dev/null
	fi
	rm -rf "$TMP"
}
trap finish EXIT
trap 'exit 143' TERM INT

# ok STATUS NAME: one TAP line
ok()
{
	N=$((N + 1))
	if [ "$1" = 0 ]; then
		echo "ok $N - $2"
	else
		echo "not ok $N - $2"
		BAD=1
	fi
}

skip()
{
	N=$((N + 1))
	echo "ok $N - $1 # SKIP $2"
}

# t NAME COMMAND...: the command must succeed; what it said is shown if it does not
t()
{
	local name=$1 rc
	shift
	"$@" >out 2>err </dev/null
	rc=$?
	[ $rc = 0 ] || sed 's/^/# /' out err | tail -n 12
	ok $rc "$name"
}

# said NAME PATTERN: the last command of t printed it
said()
{
	grep -qE -- "$2" out err
	ok $? "$1"
}

# refused NAME PATTERN COMMAND...: the command must fail and say PATTERN
refused()
{
	local name=$1 pattern=$2 rc
	shift 2
	"$@" >out 2>err </dev/null
	rc=$?
	if [ $rc != 0 ] && [ $rc -lt 124 ] && grep -qE -- "$pattern" out err; then
		ok 0 "$name"
	else
		echo "# exit status $rc, wanted a failure that says: $pattern"
		sed 's/^/# /' out err | tail -n 12
		ok 1 "$name"
	fi
}

# soon COMMAND...: wait until it succeeds; how long that takes is the machine's affair
soon()
{
	for _ in $(seq 1200); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

# port: one that nobody listens on, below those that the kernel gives to clients
port()
{
	local p

	while p=$((20000 + RANDOM % 12000)); (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null; do :; done
	echo $p
}

# listens PORT
listens()
{
	(exec 3<>/dev/tcp/127.0.0.1/"$1") 2>/dev/null
}

plan()
{
	echo "1..$N"
	exit $BAD
}

# Referee: only the default provider, no configuration of ours
referee()
{
	env -u ECC508A_DEVICE OPENSSL_CONF=/dev/null "$@"
}

# ossl first|last|only COMMAND...: with the provider before or after default
ossl()
{
	local order=$1
	shift
	OPENSSL_CONF=$TMP/$order.cnf "$@"
}

# config NAME PROVIDER...: an openssl.cnf with these providers, in this order
config()
{
	local name=$1
	shift
	{
		printf 'openssl_conf = init\n[init]\nproviders = list\n[list]\n'
		for p in "$@"; do printf '%s = %s_section\n' "$p" "$p"; done
		printf '[default_section]\nactivate = 1\n'
		printf '[ecc508a_section]\nmodule = %s\nactivate = 1\n' "$BUILD/lib/provider/ecc508a.so"
		printf '%s\n' "${EXTRA_CONF:-}"
		printf '[req]\ndistinguished_name = dn\n[dn]\n'
	} >"$name.cnf"
}

# emulator NAME OPTION...: a chip at $TMP/NAME.sock, its trace in NAME.trace
emulator()
{
	local name=$1
	shift
	"$BUILD/emulator/ecc508a-emu" --quiet --socket "$TMP/$name.sock" --trace "$TMP/$name.trace" \
		--trace-no-data --addr 0x60 "$@" >"$name.log" 2>&1 &
	PIDS+=($!)
	soon test -S "$TMP/$name.sock" && return 0
	sed 's/^/# /' "$name.log"
	echo "Bail out! the emulator does not start"
	exit 1
}

raw()
{
	"$HERE/rawchip.py" "$TMP/$1.sock" 0x60 "${@:2}"
}

# reference NAME SLOT FILE: the key reference, from what the independent reader finds
reference()
{
	local point
	raw "$1" pubkey "$2" >"$3.pub" || return 1
	point=$(referee openssl pkey -pubin -in "$3.pub" -outform DER | tail -c 65 | od -An -v -tx1 | tr -d ' \n')
	"$BUILD/lib/keyref-cat" --make pem "$(raw "$1" serial)" "$2" "$point" >"$3"
}

# signs: how many Sign commands the chip has executed so far
signs()
{
	grep -c '"ev":"cmd".*"op":"Sign"' chip.trace
}

start_chip()
{
	emulator chip --preset aws --serial 0123456789abcdefee "$@"
	export ECC508A_DEVICE=emu:$TMP/chip.sock
	reference chip 0 ref.pem
	mv ref.pem.pub pub.pem
	config last default ecc508a
	config first ecc508a default
}

# pki: a CA, a server certificate, and a client certificate for the chip's key
pki()
{
	local name
	{
		referee openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
			-subj /CN=ca -addext basicConstraints=critical,CA:TRUE -out ca.pem -days 10
		printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >san
		referee openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key \
			-subj /CN=localhost -out server.csr
		ossl last openssl req -new -key ref.pem -subj /CN=localhost -out client.csr
		for name in server client; do
			referee openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
				-out $name.pem -days 5 -extfile san
		done
	} >pki.log 2>&1
	[ -s client.pem ] && return 0
	sed 's/^/# /' pki.log
	echo "Bail out! no certificates"
	exit 1
}
