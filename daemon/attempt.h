/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was seen of one connection attempt, and what it means. The error numbers of
 * libmosquitto are no help here (one cause has three numbers in three versions), so the
 * meaning is taken from what crossed the wire: how far TCP, TLS and MQTT came, and alerts.
 */
#ifndef ECC508AD_ATTEMPT_H
#define ECC508AD_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>

enum state {
	STATE_STARTING,
	STATE_NO_CHIP,
	STATE_NOT_PROVISIONED,
	STATE_BAD_IDENTITY,
	STATE_CLOCK_WRONG,
	STATE_NO_NETWORK,
	STATE_UNREACHABLE,
	STATE_NOT_TRUSTED,
	STATE_TLS_FAILED,
	STATE_REFUSED,
	STATE_PENDING,
	STATE_REJECTED,
	STATE_CONNECTING,
	STATE_CONNECTED,
	STATE_LOST,
	STATE_STOPPING,
	STATE_COUNT,
};

const char *state_name(enum state s);

struct attempt {
	bool dns_failed;
	bool tcp_up;
	bool handshake_done;
	bool alert_in;
	bool alert_out;
	bool connack;
	bool timed_out;
	bool key_failed; /* our own CertificateVerify could not be made */
	int alert_in_code;
	int connack_code;
	int verify_error; /* X509_V_ERR_* of the server's certificate, 0 if it was fine */
	int verify_depth;
	int sys_errno;
	char key_text[160]; /* what the key said when it failed */
	const char *host;
	int port;
	const char *cert_id; /* hex, for the text */
	const char *ca_file;
};

/* The state that explains why attempt @a ended; @why gets cause and remedy in one sentence. */
enum state attempt_classify(const struct attempt *a, char *why, size_t size);

#endif
