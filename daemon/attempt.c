// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "attempt.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[STATE_COUNT] = {
	[STATE_STARTING] = "starting",
	[STATE_NO_CHIP] = "no chip",
	[STATE_NOT_PROVISIONED] = "not provisioned",
	[STATE_BAD_IDENTITY] = "identity unusable",
	[STATE_CLOCK_WRONG] = "clock wrong",
	[STATE_NO_NETWORK] = "no network",
	[STATE_UNREACHABLE] = "broker unreachable",
	[STATE_NOT_TRUSTED] = "server not trusted",
	[STATE_TLS_FAILED] = "handshake failed",
	[STATE_REFUSED] = "certificate refused",
	[STATE_PENDING] = "pending activation",
	[STATE_REJECTED] = "connection rejected",
	[STATE_CONNECTING] = "connecting",
	[STATE_CONNECTED] = "connected",
	[STATE_LOST] = "connection lost",
	[STATE_STOPPING] = "stopping",
};

const char *state_name(enum state s)
{
	return s < STATE_COUNT ? state_names[s] : "unknown";
}

static enum state attempt_no_tcp(const struct attempt *a, char *why, size_t size)
{
	if (a->dns_failed) {
		snprintf(why, size, "the name %s cannot be resolved: check the network and DNS",
			 a->host);
		return STATE_NO_NETWORK;
	}
	switch (a->sys_errno) {
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
		snprintf(why, size, "there is no route to %s: waiting for a network", a->host);
		return STATE_NO_NETWORK;
	case 0:
		if (a->timed_out)
			snprintf(why, size,
				 "%s does not answer on port %d: a firewall may block the port",
				 a->host, a->port);
		else
			snprintf(why, size, "%s port %d cannot be reached", a->host, a->port);
		return STATE_UNREACHABLE;
	case ECONNREFUSED:
		snprintf(why, size,
			 "%s refuses connections on port %d: check host and port, or the broker",
			 a->host, a->port);
		return STATE_UNREACHABLE;
	default:
		snprintf(why, size, "%s port %d cannot be reached: %s", a->host, a->port,
			 strerror(a->sys_errno));
		return STATE_UNREACHABLE;
	}
}

static enum state attempt_bad_server(const struct attempt *a, char *why, size_t size)
{
	const char *reason = X509_verify_cert_error_string(a->verify_error);

	switch (a->verify_error) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
		snprintf(why, size,
			 "the certificate of %s is not valid yet by this machine's clock: "
			 "set the clock (NTP)",
			 a->host);
		return STATE_CLOCK_WRONG;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		snprintf(why, size,
			 "the certificate of %s has expired: if this machine's clock is right, "
			 "the server has to be repaired",
			 a->host);
		return STATE_NOT_TRUSTED;
	case X509_V_ERR_HOSTNAME_MISMATCH:
		snprintf(why, size,
			 "the server's certificate is not for the name %s: check host in the "
			 "configuration; a captive portal does this too",
			 a->host);
		return STATE_NOT_TRUSTED;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		snprintf(why, size,
			 "%s is not signed by a CA of %s (%s): check ca_file; for AWS IoT it "
			 "holds the Amazon root CAs",
			 a->host, a->ca_file ? a->ca_file : "ca_file", reason);
		return STATE_NOT_TRUSTED;
	default:
		snprintf(why, size, "the certificate of %s is refused: %s", a->host, reason);
		return STATE_NOT_TRUSTED;
	}
}

/* The alerts with which a server says that it does not want our certificate (RFC 8446 6.2). */
static bool attempt_alert_is_certificate(int code)
{
	switch (code) {
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
	case SSL_AD_CERTIFICATE_REVOKED:
	case SSL_AD_CERTIFICATE_EXPIRED:
	case SSL_AD_CERTIFICATE_UNKNOWN:
	case SSL_AD_UNKNOWN_CA:
	case SSL_AD_ACCESS_DENIED:
	case SSL_AD_CERTIFICATE_REQUIRED:
	case SSL_AD_DECRYPT_ERROR:
		return true;
	default:
		return false;
	}
}

static const char *attempt_alert_remedy(int code)
{
	switch (code) {
	case SSL_AD_UNKNOWN_CA:
		return "register the signer CA with the cloud";
	case SSL_AD_CERTIFICATE_REVOKED:
		return "it is revoked: the device needs a new certificate";
	case SSL_AD_CERTIFICATE_EXPIRED:
		return "it has expired: the device needs a new certificate";
	case SSL_AD_DECRYPT_ERROR:
		return "the signature does not fit it: check the key and its certificate";
	default:
		return "check its registration in the cloud";
	}
}

static enum state attempt_alerted(const struct attempt *a, char *why, size_t size)
{
	const char *text = SSL_alert_desc_string_long(a->alert_in_code);

	if (attempt_alert_is_certificate(a->alert_in_code)) {
		snprintf(why, size, "the broker refuses our certificate %.16s... (alert: %s): %s",
			 a->cert_id ? a->cert_id : "?", text,
			 attempt_alert_remedy(a->alert_in_code));
		return STATE_REFUSED;
	}
	snprintf(why, size, "the broker ended the TLS handshake (alert: %s)", text);
	return STATE_TLS_FAILED;
}

static const char *attempt_connack_text(int code)
{
	/* MQTT 3.1.1 table 3.1 */
	switch (code) {
	case 1:
		return "it does not speak this MQTT version";
	case 2:
		return "it does not like the client id: check client_id";
	case 3:
		return "its service is unavailable";
	case 4:
		return "it wants a user name and password";
	case 5:
		return "it does not authorize this client: check the policy of the certificate";
	default:
		return "unknown reason";
	}
}

enum state attempt_classify(const struct attempt *a, char *why, size_t size)
{
	if (a->connack) {
		if (a->connack_code) {
			snprintf(why, size, "the broker answered CONNECT with code %d: %s",
				 a->connack_code, attempt_connack_text(a->connack_code));
			return STATE_REJECTED;
		}
		if (a->timed_out)
			snprintf(why, size, "%s stopped answering", a->host);
		else if (a->sys_errno)
			snprintf(why, size, "the connection to %s broke: %s", a->host,
				 strerror(a->sys_errno));
		else
			snprintf(why, size, "%s closed the connection", a->host);
		return STATE_LOST;
	}
	if (!a->tcp_up)
		return attempt_no_tcp(a, why, size);
	if (a->verify_error && !a->handshake_done)
		return attempt_bad_server(a, why, size);
	if (a->key_failed && !a->handshake_done) {
		snprintf(why, size,
			 "the key could not sign the handshake (%s): check the chip with "
			 "`ecc508a doctor`",
			 a->key_text[0] ? a->key_text : "no reason given");
		return STATE_NO_CHIP;
	}
	if (a->alert_in)
		return attempt_alerted(a, why, size);
	if (a->handshake_done) {
		/*
		 * TLS is content, MQTT is not, and nobody says why: that is how AWS IoT
		 * treats a certificate that is not ACTIVE, or whose policy denies it.
		 */
		snprintf(why, size,
			 "%s %s: certificate %.16s... is not activated yet, inactive, revoked, "
			 "or its policy denies connect",
			 a->host, a->timed_out ? "does not answer CONNECT" : "hung up on CONNECT",
			 a->cert_id ? a->cert_id : "?");
		return STATE_PENDING;
	}
	if (a->timed_out)
		snprintf(why, size, "%s port %d accepts connections but does not answer in TLS",
			 a->host, a->port);
	else
		snprintf(why, size,
			 "%s port %d broke off the TLS handshake: check that the port speaks TLS",
			 a->host, a->port);
	return STATE_TLS_FAILED;
}
