/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd wants to hear, sd_notify(3): one datagram a message. */
#ifndef ECC508AD_NOTIFY_H
#define ECC508AD_NOTIFY_H

#include <stdint.h>

/* Silently nothing if the program was not started by such a supervisor. */
void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Milliseconds between two pings of the watchdog, 0 if there is none. */
int64_t notify_watchdog_ms(void);

#endif
