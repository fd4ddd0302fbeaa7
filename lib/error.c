// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* The text of the last error, by thread and device. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* A thread rarely has more than one device in hand; the oldest is forgotten */
#define KEPT 4

static _Thread_local struct {
	const struct ecc508a_dev *dev;
	bool used;
	char text[768];
} kept[KEPT];
static _Thread_local unsigned int oldest;

static int find(const struct ecc508a_dev *dev)
{
	for (int i = 0; i < KEPT; i++) {
		if (kept[i].used && kept[i].dev == dev)
			return i;
	}
	return -1;
}

void error_set(const struct ecc508a_dev *dev, const char *fmt, ...)
{
	int i = find(dev);
	va_list ap;

	if (i < 0)
		i = oldest++ % KEPT;
	kept[i].dev = dev;
	kept[i].used = true;
	va_start(ap, fmt);
	vsnprintf(kept[i].text, sizeof(kept[i].text), fmt, ap);
	va_end(ap);
}

void error_forget(const struct ecc508a_dev *dev)
{
	int i = find(dev);

	if (i >= 0)
		kept[i].used = false;
}

ECC508A_API const char *ecc508a_error(const struct ecc508a_dev *dev)
{
	int i = find(dev);

	return i < 0 ? "no error" : kept[i].text;
}
