#!/bin/bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Every openssl command that a user may try, with the provider before and after the default one.
. "$(dirname "$0")/common.sh"
start_chip --part 508a
printf 'hello\n' >msg
openssl dgst -sha256 -binary msg >md

for o in last first; do
	t "$o: provider is listed" sh -c "OPENSSL_CONF=$o.cnf openssl list -providers | grep -q 'ATECC508A'"
	t "$o: pkey -pubout" ossl $o openssl pkey -in ref.pem -pubout -out out.pub
	t "$o: ... is the key in the slot" cmp out.pub pub.pem
	t "$o: pkey from a DER reference" ossl $o openssl pkey -in ref.pem -outform DER -out ref.der
	t "$o: ... and back" ossl $o openssl pkey -inform DER -in ref.der -out back.pem
	t "$o: ... gives the same file" cmp back.pem ref.pem
	t "$o: ec -pubout" ossl $o openssl ec -in ref.pem -pubout -out out.pub
	t "$o: ... is the key in the slot" cmp out.pub pub.pem
	t "$o: ec writes the reference" ossl $o openssl ec -in ref.pem -out back.pem
	t "$o: ... gives the same file" cmp back.pem ref.pem
	t "$o: pkey -text" ossl $o openssl pkey -in ref.pem -noout -text
	said "$o: ... names slot and chip" 'slot 0 of chip 0123456789abcdefee'
	t "$o: pkey -check asks the chip" ossl $o openssl pkey -in ref.pem -noout -check
	t "$o: pkey from a URI" ossl $o openssl pkey -in ecc508a: -pubout -out out.pub
	t "$o: ... is the key in the slot" cmp out.pub pub.pem
	t "$o: pkey from a URI with slot and serial number" \
		ossl $o openssl pkey -in 'ecc508a:serial=0123456789abcdefee;slot=0' -pubout -out out.pub
	t "$o: ... is the key in the slot" cmp out.pub pub.pem
	t "$o: storeutl" ossl $o openssl storeutl -noout ecc508a:slot=0
	said "$o: ... finds one key" 'Total found: 1'

	t "$o: req makes a CSR" ossl $o openssl req -new -key ref.pem -subj /CN=device -out csr.pem
	t "$o: ... with a good signature" referee openssl req -in csr.pem -verify -noout
	t "$o: req with a URI" ossl $o openssl req -new -key ecc508a:slot=0 -subj /CN=device -out csr2.pem
	t "$o: ... with a good signature" referee openssl req -in csr2.pem -verify -noout
	t "$o: req -x509 -sha384" ossl $o openssl req -x509 -sha384 -key ref.pem -subj /CN=self -days 3 \
		-addext basicConstraints=critical,CA:TRUE -out self.pem
	t "$o: ... verifies" referee openssl verify -CAfile self.pem self.pem
	referee openssl asn1parse -in self.pem | grep -A1 'ecdsa-with-SHA384' | grep -q NULL
	ok $((!$?)) "$o: ... and its AlgorithmIdentifier has no parameters"
	t "$o: x509 -req, the chip as a CA" \
		ossl $o openssl x509 -req -in csr.pem -CA self.pem -CAkey ref.pem -CAcreateserial -out leaf.pem
	t "$o: ... verifies" referee openssl verify -CAfile self.pem leaf.pem

	for h in sha1 sha224 sha256 sha384 sha512 sha3-256; do
		t "$o: dgst -$h -sign" ossl $o openssl dgst -$h -sign ref.pem -out sig msg
		t "$o: ... verifies" referee openssl dgst -$h -verify pub.pem -signature sig msg
	done
	t "$o: dgst -prverify" ossl $o openssl dgst -sha3-256 -prverify ref.pem -signature sig msg
	t "$o: dgst -verify" ossl $o openssl dgst -sha3-256 -verify pub.pem -signature sig msg
	refused "$o: dgst -verify of another message" 'Verif.*[Ff]ail' \
		ossl $o openssl dgst -sha3-256 -verify pub.pem -signature sig pub.pem
	t "$o: pkeyutl -sign" ossl $o openssl pkeyutl -sign -inkey ref.pem -in md -out sig
	t "$o: ... verifies" referee openssl pkeyutl -verify -pubin -inkey pub.pem -in md -sigfile sig
	t "$o: pkeyutl -sign -rawin" ossl $o openssl pkeyutl -sign -rawin -digest sha256 -inkey ref.pem -in msg -out sig
	t "$o: ... verifies" referee openssl dgst -sha256 -verify pub.pem -signature sig msg
	t "$o: cms -sign" ossl $o openssl cms -sign -in msg -signer self.pem -inkey ref.pem -out msg.cms
	t "$o: ... verifies" referee openssl cms -verify -in msg.cms -CAfile self.pem -purpose any -out /dev/null

	# Nothing of it may get in the way of other keys
	t "$o: genpkey P-384" ossl $o openssl genpkey -algorithm EC -pkeyopt group:P-384 -out soft.pem
	t "$o: ... is a usable key" referee openssl pkey -in soft.pem -check -noout
	t "$o: genpkey encrypted" \
		ossl $o openssl genpkey -algorithm EC -pkeyopt group:P-256 -aes256 -pass pass:xyzzy -out enc.pem
	t "$o: ... is encrypted" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' enc.pem
	t "$o: ... with that passphrase" referee openssl pkey -in enc.pem -passin pass:xyzzy -check -noout
	t "$o: ecparam -genkey" ossl $o openssl ecparam -name secp384r1 -genkey -noout -out soft2.pem
	t "$o: ec -text" ossl $o openssl ec -in soft2.pem -text -noout
	t "$o: CSR of a software key" ossl $o openssl req -new -key soft.pem -subj /CN=soft -out soft.csr
	t "$o: ... with a good signature" referee openssl req -in soft.csr -verify -noout
	t "$o: RSA" ossl $o openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=rsa -out rsa.pem
	t "$o: Ed25519" ossl $o openssl genpkey -algorithm ed25519 -out ed.pem
	t "$o: a file with certificate and reference" \
		sh -c "cat self.pem ref.pem >both.pem; OPENSSL_CONF=$o.cnf openssl pkey -in both.pem -noout"
done

# ECDH: slot 2 of this configuration allows it with the result in the clear (ReadKey bits 2, 3)
reference chip 2 ref2.pem
referee openssl genpkey -algorithm EC -pkeyopt group:P-256 -out peer.pem 2>/dev/null
referee openssl pkey -in peer.pem -pubout -out peer.pub
if ossl last openssl pkeyutl -derive -inkey ref2.pem -peerkey peer.pub -out z.chip 2>err; then
	referee openssl pkeyutl -derive -inkey peer.pem -peerkey ref2.pem.pub -out z.soft
	t "ECDH with the chip is ECDH without" cmp z.chip z.soft
	# CMS: X9.63 KDF and key wrap on top of it
	ossl last openssl req -x509 -key ref2.pem -subj /CN=two -days 3 -out two.pem 2>/dev/null ||
		referee openssl x509 -new -force_pubkey ref2.pem.pub -subj /CN=two -CA self.pem -CAkey peer.pem \
			-days 3 -out two.pem 2>/dev/null
	if [ -s two.pem ]; then
		t "cms -encrypt to the chip" referee openssl cms -encrypt -aes128 -in msg -out enc.cms two.pem
		t "cms -decrypt in the chip" \
			ossl last openssl cms -decrypt -in enc.cms -recip two.pem -inkey ref2.pem -out dec
		tr -d '\r' <dec >dec.lf
		t "... gives the message back" cmp dec.lf msg
	fi
else
	grep -q 'ECDH' err
	ok $? "ECDH is refused by the slot's configuration, and says so"
	sed 's/^/# /' err
fi
referee openssl genpkey -algorithm EC -pkeyopt group:P-384 -out p384.pem 2>/dev/null
referee openssl pkey -in p384.pem -pubout -out p384.pub
refused "ECDH with a peer on another curve" . \
	ossl last openssl pkeyutl -derive -inkey ref2.pem -peerkey p384.pub -out z.chip
plan
