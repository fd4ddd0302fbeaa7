#!/bin/bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Bad references, absent chips, slots that do not sign: each refused with the cause.
. "$(dirname "$0")/common.sh"
start_chip --state "$TMP/chip.state"
printf 'hello\n' >msg

# edit OFFSET HEX FROM TO: a DER reference with some bytes changed, as PEM
edit()
{
	openssl base64 -d -in <(grep -v -- ----- "$3") -out edit.der
	xxd -r -p <<<"$2" | dd of=edit.der bs=1 seek="$1" conv=notrunc 2>/dev/null
	{
		echo "-----BEGIN ECC508A KEY REFERENCE-----"
		openssl base64 -in edit.der
		echo "-----END ECC508A KEY REFERENCE-----"
	} >"$4"
}

for o in last first; do
	pkey=(ossl "$o" openssl pkey -noout -in)
	: >empty.pem
	refused "$o: empty file" 'Could not (read|find)' "${pkey[@]}" empty.pem
	printf -- '-----BEGIN ECC508A KEY REFERENCE-----\n-----END ECC508A KEY REFERENCE-----\n' >hollow.pem
	refused "$o: empty reference" 'key reference: empty' "${pkey[@]}" hollow.pem
	head -n 2 ref.pem >cut.pem
	refused "$o: cut short" 'key reference: cut short, the END line is missing' "${pkey[@]}" cut.pem
	edit 6 08 ref.pem len.pem
	refused "$o: wrong length inside" 'serial number has 8 bytes, want 9' "${pkey[@]}" len.pem
	edit 4 02 ref.pem version.pem
	refused "$o: of a later version" 'version 2, this program knows only version 1' "${pkey[@]}" version.pem
	edit 18 10 ref.pem slot16.pem
	refused "$o: slot 16" 'slot 16 does not exist' "${pkey[@]}" slot16.pem
	edit 85 00 ref.pem curve.pem
	edit 84 00 curve.pem curve.pem
	refused "$o: a point off the curve" 'not a point on P-256|Could not (read|find)' "${pkey[@]}" curve.pem
	sed 's/^M/!/' ref.pem >base64.pem
	refused "$o: not base64" 'byte 21 is not a base64 character' "${pkey[@]}" base64.pem
	edit 12 77 ref.pem foreign.pem
	refused "$o: for another chip, both named" \
		'names chip 012345678977cdefee, this is chip 0123456789abcdefee' "${pkey[@]}" foreign.pem
	refused "$o: a URI for another chip, both named" \
		'names chip 0123456789aaaaaaee, this is chip 0123456789abcdefee' \
		"${pkey[@]}" 'ecc508a:serial=0123456789aaaaaaee'
	refused "$o: a bad URI" 'slot=99 is not a slot' "${pkey[@]}" ecc508a:slot=99
	t "$o: a certificate by URI" ossl $o openssl storeutl ecc508a:type=cert
	said "$o: ... there is none, and why" 'no certificate stored.*use a file'

	# a key that is not in the slot: the reference of slot 0 made to say slot 2
	edit 18 02 ref.pem other.pem
	refused "$o: slot holds another key (sign)" 'write the key reference again' \
		ossl $o openssl dgst -sha256 -sign other.pem -out sig msg
	refused "$o: slot holds another key (check)" 'slot holds another key|[Kk]ey is invalid' \
		ossl $o openssl pkey -in other.pem -noout -check
	# slot 4 has no private key in this configuration
	edit 18 04 ref.pem nokey.pem
	refused "$o: slot without a private key" 'slot 4' ossl $o openssl dgst -sha256 -sign nokey.pem -out sig msg

	refused "$o: PKCS#8" 'private key cannot leave the chip' \
		ossl $o openssl pkcs8 -topk8 -nocrypt -in ref.pem
	refused "$o: with a passphrase" 'takes no passphrase' \
		ossl $o openssl pkey -in ref.pem -aes256 -passout pass:x -out x.pem
	refused "$o: a message where a digest is expected" . \
		ossl $o openssl pkeyutl -sign -inkey ref.pem -in ref.pem -out sig

	ossl $o openssl req -x509 -key ref.pem -subj /CN=self -days 3 -out self.pem 2>/dev/null
	referee openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout alien.key \
		-subj /CN=alien -out alien.pem 2>/dev/null
	refused "$o: certificate of another key" 'key values mismatch|private key.*match' \
		ossl $o openssl s_client -connect 127.0.0.1:1 -cert alien.pem -key ref.pem

	refused "$o: no chip there" 'chip cannot be reached' \
		env ECC508A_DEVICE="emu:$TMP/nowhere.sock" OPENSSL_CONF=$o.cnf openssl pkey -in ref.pem -noout
	t "$o: the public half needs no chip" \
		env ECC508A_DEVICE="emu:$TMP/nowhere.sock" OPENSSL_CONF=$o.cnf openssl pkey -pubin -in pub.pem -noout
done

EXTRA_CONF='[ecc508a_section]
check-on-load = no' config lazy default ecc508a
t "check-on-load = no: loading needs no chip" \
	env ECC508A_DEVICE="emu:$TMP/nowhere.sock" OPENSSL_CONF=lazy.cnf openssl pkey -in ref.pem -pubout -out out.pub
t "... and gives the public key" cmp out.pub pub.pem
refused "... but signing does" 'chip cannot be reached' \
	env ECC508A_DEVICE="emu:$TMP/nowhere.sock" OPENSSL_CONF=lazy.cnf openssl dgst -sha256 -sign ref.pem -out sig msg
EXTRA_CONF="[ecc508a_section]
device = emu:$TMP/chip.sock" config device default ecc508a
t "device = in openssl.cnf wins over the environment" \
	env ECC508A_DEVICE="emu:$TMP/nowhere.sock" OPENSSL_CONF=device.cnf openssl pkey -in ref.pem -noout
EXTRA_CONF='[ecc508a_section]
check-on-load = maybe' config wrong default ecc508a
refused "a bad setting" 'maybe, want yes or no' env OPENSSL_CONF=wrong.cnf openssl pkey -in ref.pem -noout

# A chip that goes away under a running server, and comes back
fetch()
{
	referee curl -sS --max-time 60 --cacert self.pem --connect-to "self:$PORT:127.0.0.1:$PORT" "https://self:$PORT/"
}
PORT=$(port)
OPENSSL_CONF=last.cnf openssl req -x509 -key ref.pem -subj /CN=self -addext subjectAltName=DNS:self -days 3 -out self.pem 2>pki.err
OPENSSL_CONF=last.cnf openssl s_server -accept "$PORT" -cert self.pem -key ref.pem -www >server.out 2>server.err &
PIDS+=($!)
soon grep -q ACCEPT server.out
t "a server with the chip's key" fetch
kill "${PIDS[0]}"
wait "${PIDS[0]}" 2>/dev/null
refused "chip gone: new programs are told" 'chip cannot be reached' \
	ossl last openssl dgst -sha256 -sign ref.pem -out sig msg
refused "chip gone: no handshake" . fetch
soon grep -q 'chip cannot be reached' server.err server.out
ok $? "chip gone: the server says why"
rm -f chip.sock
emulator chip --state "$TMP/chip.state"
t "chip back: the same server goes on" fetch
plan
