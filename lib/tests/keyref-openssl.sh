#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# The reference as an independent DER and PEM implementation sees it: what we write, openssl asn1parse
# reads, and what openssl asn1parse -genconf writes, we read.
set -u
cat=$1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
ok() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
echo "TAP version 13"
echo "1..7"

serial=0123456789abcdefee
slot=9
openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/key.pem" 2>/dev/null
# the last 65 bytes of a P-256 SubjectPublicKeyInfo are the point
point=$(openssl pkey -in "$tmp/key.pem" -pubout -outform DER | tail -c 65 |
	od -An -v -tx1 | tr -d ' \n')

"$cat" --make der $serial $slot "$point" >"$tmp/ref.der"
openssl asn1parse -inform DER -in "$tmp/ref.der" >"$tmp/parse" 2>&1
ok $? "openssl parses our DER"
sed 's/^.*\(prim\|cons\): *//' "$tmp/parse" | tr -d ' ' | tr '[:upper:]' '[:lower:]' >"$tmp/have"
cat >"$tmp/want" <<END
sequence
integer:01
octetstring[hexdump]:$serial
integer:09
octetstring[hexdump]:$point
END
cmp "$tmp/have" "$tmp/want" | sed 's/^/# /'
cmp -s "$tmp/have" "$tmp/want"
ok $? "and finds version, serial number, slot and public key"

cat >"$tmp/conf" <<END
asn1 = SEQUENCE:ref
[ref]
version = INTEGER:1
serial = FORMAT:HEX,OCTETSTRING:$serial
slot = INTEGER:$slot
point = FORMAT:HEX,OCTETSTRING:$point
END
openssl asn1parse -genconf "$tmp/conf" -noout -out "$tmp/theirs.der"
cmp "$tmp/ref.der" "$tmp/theirs.der" | sed 's/^/# /'
cmp -s "$tmp/ref.der" "$tmp/theirs.der"
ok $? "openssl's encoder writes the same bytes"

printf 'serial %s\nslot %s\npoint %s\n' $serial $slot "$point" >"$tmp/want"
"$cat" "$tmp/theirs.der" >"$tmp/have" && cmp -s "$tmp/have" "$tmp/want"
ok $? "we read what openssl wrote"

"$cat" --make pem $serial $slot "$point" >"$tmp/ref.pem"
{
	echo "-----BEGIN ECC508A KEY REFERENCE-----"
	openssl base64 -in "$tmp/theirs.der"
	echo "-----END ECC508A KEY REFERENCE-----"
} >"$tmp/theirs.pem"
cmp -s "$tmp/ref.pem" "$tmp/theirs.pem"
ok $? "PEM: same text as openssl base64 makes"

{ echo "0 comment before"; sed 's/$/\r/' "$tmp/theirs.pem"; } >"$tmp/crlf.pem"
"$cat" "$tmp/crlf.pem" >"$tmp/have" && cmp -s "$tmp/have" "$tmp/want"
ok $? "PEM: CR LF and a comment are read"

sed 's/slot = .*/slot = INTEGER:16/' "$tmp/conf" >"$tmp/conf16"
openssl asn1parse -genconf "$tmp/conf16" -noout -out "$tmp/16.der"
"$cat" "$tmp/16.der" 2>"$tmp/err"
[ $? -eq 1 ] && grep -q 'slot 16 does not exist' "$tmp/err"
ok $? "slot 16 is refused by name"
