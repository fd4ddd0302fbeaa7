/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Tells when the network may have come back: a new address or a new default route. */
#ifndef ECC508AD_NETWATCH_H
#define ECC508AD_NETWATCH_H

#include <netlink/netlink.h>
#include <stdbool.h>

struct netwatch {
	struct nl_sock *sock;
	bool hit;
};

/* Returns a descriptor to watch for reading, or a negative errno. */
int netwatch_open(struct netwatch *w);
/* Read what is there; true if it was news. */
bool netwatch_read(struct netwatch *w);
void netwatch_close(struct netwatch *w);

#endif
