// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * still-open FD: FD is a descriptor of a chip that was unbound meanwhile.  Every request must
 * say ENODEV, poll must say so as well, and closing must be possible.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"

int main(int argc, char **argv)
{
	static const unsigned long requests[] = {
		ECC508A_IOC_INFO,	 ECC508A_IOC_RANDOM,   ECC508A_IOC_PUBKEY,
		ECC508A_IOC_GENKEY,	 ECC508A_IOC_SIGN,     ECC508A_IOC_VERIFY,
		ECC508A_IOC_ECDH,	 ECC508A_IOC_READ,     ECC508A_IOC_WRITE,
		ECC508A_IOC_LOCK,	 ECC508A_IOC_COUNTER,  ECC508A_IOC_SESSION_BEGIN,
		ECC508A_IOC_SESSION_END, ECC508A_IOC_EXCHANGE,
	};
	static uint8_t arg[1024];
	int fd = argc == 2 ? atoi(argv[1]) : -1;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		ret = dev_ioctl(fd, requests[i], arg);
		if (ret != ENODEV) {
			printf("request %u: %s\n", i, strerror(ret));
			return 1;
		}
	}
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLHUP) || !(p.revents & POLLERR)) {
		printf("poll says 0x%x\n", p.revents);
		return 1;
	}
	return close(fd) ? 1 : 0;
}
