#!/bin/bash
# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# Unmodified programs speak TLS with the chip's key, and the chip's own trace shows one Sign for each handshake.
. "$(dirname "$0")/common.sh"
start_chip --part 508a
pki
# one NAME COMMAND...: succeeds, with exactly one signature
one()
{
	local name=$1 before after rc
	shift
	before=$(signs)
	"$@" >out 2>err </dev/null
	rc=$?
	after=$(signs)
	if [ $rc = 0 ] && [ $((after - before)) = 1 ]; then
		ok 0 "$name: one signature"
	else
		sed 's/^/# /' err | tail -n 8
		echo "# exit status $rc, $((after - before)) signatures"
		ok 1 "$name: one signature"
	fi
}

client()
{
	ossl "$1" openssl s_client -connect "127.0.0.1:$PORT" -servername localhost -verify_hostname localhost \
		-CAfile ca.pem -cert client.pem -key "$3" -groups "$2" -verify_return_error -quiet -no_ign_eof
}

for v in tls1_2 tls1_3; do
	PORT=$(port)
	referee openssl s_server -accept "$PORT" -cert server.pem -key server.key -CAfile ca.pem -Verify 1 \
		-verify_return_error -$v -www >server.out 2>&1 &
	SERVER=$!
	PIDS+=("$SERVER")
	soon listens "$PORT"
	for o in last first; do
		for g in X25519:P-256 P-256 P-384:P-256; do
			one "s_client, $v, $o, $g" client $o $g ref.pem
		done
		one "s_client, $v, $o, key by URI" client $o P-256 ecc508a:slot=0
		one "curl, $v, $o" env OPENSSL_CONF=$o.cnf curl -sS --cacert ca.pem --cert client.pem --key ref.pem \
			https://localhost:"$PORT"/
	done
	kill $SERVER

	for o in last first; do
		PORT=$(port)
		ossl $o openssl s_server -accept "$PORT" -cert client.pem -key ref.pem -$v -www >server.out 2>&1 &
		SERVER=$!
		PIDS+=("$SERVER")
		soon listens "$PORT"
		one "s_server with the chip's key, $v, $o" referee curl -sS --cacert ca.pem https://localhost:"$PORT"/
		kill $SERVER
	done
done

# mosquitto_pub to a broker that wants a certificate, and is told whose it is
PORT=$(port)
BROKER=$PORT
cat >broker.conf <<END
listener $PORT 127.0.0.1
cafile $TMP/ca.pem
certfile $TMP/server.pem
keyfile $TMP/server.key
require_certificate true
use_identity_as_username true
allow_anonymous false
user $(id -un)
log_type all
END
mosquitto -c broker.conf >broker.log 2>&1 &
PIDS+=($!)
soon listens "$PORT"
for o in last first; do
	for v in tlsv1.2 tlsv1.3; do
		one "mosquitto_pub, $v, $o" env OPENSSL_CONF=$o.cnf mosquitto_pub -h localhost -p "$PORT" --cafile ca.pem \
			--cert client.pem --key ref.pem --tls-version $v -t a/b -m hello -q 1
	done
done
grep -q "u'localhost'" broker.log
ok $? "the broker saw the certificate's name"

# The broker itself with the chip's key, and a bridge of it
PORT=$(port)
cat >chipbroker.conf <<END
listener $PORT 127.0.0.1
cafile $TMP/ca.pem
certfile $TMP/client.pem
keyfile $TMP/ref.pem
allow_anonymous true
user $(id -un)

connection up
address 127.0.0.1:$BROKER
bridge_cafile $TMP/ca.pem
bridge_certfile $TMP/client.pem
bridge_keyfile $TMP/ref.pem
remote_clientid bridge
cleansession true
notifications false
try_private false
topic up/# out 1
END
BRIDGED=$(signs)
OPENSSL_CONF=last.cnf mosquitto -c chipbroker.conf >chipbroker.log 2>&1 &
PIDS+=($!)
soon listens "$PORT"
soon grep -q 'New client connected .* as bridge' broker.log
[ $(($(signs) - BRIDGED)) = 1 ]
ok $? "mosquitto bridge: one signature"
mosquitto_sub -h localhost -p "$BROKER" --cafile ca.pem --cert server.pem --key server.key -t 'up/#' -C 1 -W 60 \
	>got 2>sub.err &
SUB=$!
soon grep -q 'Sending SUBACK' broker.log
one "mosquitto as a server" mosquitto_pub -h localhost -p "$PORT" --cafile ca.pem -t up/x -m through -q 1
wait $SUB
grep -q through got
ok $? "mosquitto bridge: the message came through"

# nginx: two workers, forked after the key was loaded
if command -v nginx >/dev/null; then
	PORT=$(port)
	mkdir -p ngx
	cat >ngx.conf <<END
daemon off;
worker_processes 2;
pid $TMP/ngx/pid;
error_log $TMP/ngx/error.log info;
$([ "$(id -u)" = 0 ] && echo "user root;")
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path $TMP/ngx/a; proxy_temp_path $TMP/ngx/b; fastcgi_temp_path $TMP/ngx/c;
	uwsgi_temp_path $TMP/ngx/d; scgi_temp_path $TMP/ngx/e;
	ssl_session_cache off;
	ssl_session_tickets off;
	server {
		listen 127.0.0.1:$PORT ssl reuseport;
		ssl_certificate $TMP/client.pem;
		ssl_certificate_key $TMP/ref.pem;
		location / { return 200 "\$pid\n"; }
	}
}
END
	OPENSSL_CONF=last.cnf nginx -e ngx/error.log -c "$TMP/ngx.conf" -p "$TMP/ngx" >ngx.log 2>&1 &
	PIDS+=($!)
	soon listens "$PORT"
	BEFORE=$(signs)
	cat >fetch <<END
#!/bin/sh
OPENSSL_CONF=/dev/null curl -sS --cacert $TMP/ca.pem https://localhost:$PORT/
END
	chmod +x fetch
	COUNT=${ECC508A_NGINX_CONNECTIONS:-60}
	seq "$COUNT" | xargs -P 8 -I{} ./fetch >pids 2>fetch.err
	[ "$(wc -l <pids)" = "$COUNT" ]
	ok $? "nginx: $COUNT connections, 8 at a time"
	[ "$(sort -u pids | wc -l)" = 2 ]
	ok $? "nginx: by two workers"
	[ $(($(signs) - BEFORE)) = "$COUNT" ]
	ok $? "nginx: one signature each"
	! grep -E '\[(alert|crit|emerg)\]|stale' ngx/error.log | sed 's/^/# /' | head -n 3 | grep .
	ok $? "nginx: nothing in its error log"
else
	skip "nginx" "not installed"
fi

! grep -h '"ev":"cmd"' chip.trace | grep '"op":"\(Lock\|GenKey\|Write\|PrivWrite\)"' |
	grep -v '"op":"GenKey","opcode":64,"p1":0,' | grep -q .
ok $? "nothing was written, generated or locked meanwhile"
plan
