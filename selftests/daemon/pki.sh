#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced: certificates for the tests, made with the openssl command, not with our own code.
# Everything is made in the directory $1.

pki_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null && chmod 600 "$1"; }

# pki_ca DIR NAME SUBJECT: a self-signed CA
pki_ca() {
	pki_key "$1/$2.key"
	openssl req -x509 -new -key "$1/$2.key" -subj "$3" -days 3650 -sha256 \
		-addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign,cRLSign -out "$1/$2.pem" 2>/dev/null
}

# pki_sign DIR NAME CA CSR START END [EXTENSION...]: dates as 20250101000000Z
pki_sign() {
	_d=$1 _name=$2 _ca=$3 _csr=$4 _start=$5 _end=$6
	shift 6
	rm -rf "$_d/ca.$_name" && mkdir "$_d/ca.$_name" && : >"$_d/ca.$_name/index.txt"
	{
		echo "[ca]"
		echo "default_ca=c"
		echo "[c]"
		echo "database=$_d/ca.$_name/index.txt"
		echo "new_certs_dir=$_d/ca.$_name"
		echo "rand_serial=yes"
		echo "default_md=sha256"
		echo "policy=p"
		echo "unique_subject=no"
		echo "[p]"
		echo "commonName=supplied"
		echo "organizationName=optional"
		echo "[x]"
		for _e in "$@"; do echo "$_e"; done
	} >"$_d/ca.$_name/conf"
	openssl ca -batch -notext -config "$_d/ca.$_name/conf" -extensions x -cert "$_d/$_ca.pem" \
		-keyfile "$_d/$_ca.key" -startdate "$_start" -enddate "$_end" -in "$_csr" \
		-out "$_d/$_name.pem" 2>"$_d/ca.$_name/log" || { cat "$_d/ca.$_name/log" >&2; return 1; }
}

# pki_leaf DIR NAME CA SUBJECT [START END]: NAME.key, NAME.pem, and NAME-chain.pem with its signer
pki_leaf() {
	[ -e "$1/$2.key" ] || pki_key "$1/$2.key"
	openssl req -new -key "$1/$2.key" -subj "$4" -out "$1/$2.csr" 2>/dev/null
	pki_sign "$1" "$2" "$3" "$1/$2.csr" "${5:-20250101000000Z}" "${6:-20450101000000Z}" \
		basicConstraints=CA:FALSE extendedKeyUsage=clientAuth
	cat "$1/$2.pem" "$1/$3.pem" >"$1/$2-chain.pem"
}
