// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Runs a fuzz target without libFuzzer: each file given, each of its truncations, and a fixed walk
 * of edits. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX   8192u
#define WALKS 1500u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long runs;

/* An exact copy, so that a sanitizer sees the first byte read past the end. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static uint32_t rnd(void)
{
	static uint32_t state = 0x2545f491;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* The first byte chooses the target and stays. */
static void mutate(const uint8_t *seed, size_t len)
{
	uint8_t buf[MAX];
	size_t i, n, at;
	uint32_t edits;

	for (i = 0; i <= len; i += 1 + len / 500)
		run(seed, i);
	for (i = 0; i < WALKS; i++) {
		memcpy(buf, seed, len);
		n = len;
		for (edits = 1 + rnd() % 8; edits && n > 2; edits--) {
			at = 1 + rnd() % (n - 1);
			switch (rnd() % 4) {
			case 0:
				buf[at] = (uint8_t)rnd();
				break;
			case 1:
				buf[at] ^= (uint8_t)(1u << rnd() % 8);
				break;
			case 2:
				memmove(buf + at, buf + at + 1, n - at - 1);
				n--;
				break;
			case 3:
				if (n < MAX) {
					memmove(buf + at + 1, buf + at, n - at);
					n++;
				}
				break;
			}
		}
		run(buf, n);
	}
}

int main(int argc, char **argv)
{
	uint8_t buf[MAX];
	int i;

	printf("TAP version 13\n1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "re");
		size_t n = f ? fread(buf, 1, sizeof(buf), f) : 0;

		if (f)
			fclose(f);
		if (n)
			mutate(buf, n);
		printf("%sok %d - %s (%lu inputs so far)\n", n ? "" : "not ", i, argv[i], runs);
	}
	return 0;
}
