// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Runs a fuzz target without libFuzzer: the files given, or a few seeds, and for each of them every
 * truncation, every single-bit flip, and a fixed pseudo-random walk of edits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX   2048
#define WALKS 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long runs;

static void run(const uint8_t *data, size_t size)
{
	/* an exact copy, so that a sanitizer sees the first byte read past the end */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static uint32_t rnd(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void mutate(const uint8_t *seed, size_t len)
{
	uint32_t state = 0x9e3779b9;
	uint8_t buf[MAX];
	size_t i, n, bit;

	for (i = 0; i <= len; i++)
		run(seed, i);
	for (bit = 0; bit < 8 * len; bit++) {
		memcpy(buf, seed, len);
		buf[bit / 8] ^= 1U << bit % 8;
		run(buf, len);
	}
	memcpy(buf, seed, len);
	for (n = len, i = 0; i < WALKS; i++) {
		size_t at = n ? rnd(&state) % n : 0;

		switch (rnd(&state) % 6) {
		case 0:
			if (n < MAX)
				memmove(buf + at + 1, buf + at, n++ - at);
			break;
		case 1:
			if (n)
				memmove(buf + at, buf + at + 1, --n - at);
			break;
		case 2:
			memcpy(buf, seed, len);
			n = len;
			break;
		default:
			if (n)
				buf[at] = rnd(&state);
		}
		run(buf, n);
	}
}

static const char *const seeds[] = {
	"ecc508a:serial=0123456789abcdefee;slot=15;object=signer;type=cert",
	"# comment\n"
	"-----BEGIN ECC508A KEY REFERENCE-----\n"
	"MFQCAQEECQEjRWeJq83v7gIBAARBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPSh\n"
	"OUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=\n"
	"-----END ECC508A KEY REFERENCE-----\n",
	"\x30\x54\x02\x01\x01\x04\x09\x01\x23\x45\x67\x89\xab\xcd\xef\xee\x02\x01\x00\x04\x41\x04"
	"ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGH",
};

int main(int argc, char **argv)
{
	static const size_t der_len = 86;
	size_t i;
	int a;

	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		mutate((const uint8_t *)seeds[i], i == 2 ? der_len : strlen(seeds[i]));
	for (a = 1; a < argc; a++) {
		uint8_t buf[MAX];
		FILE *f = fopen(argv[a], "rb");

		if (!f) {
			perror(argv[a]);
			return 1;
		}
		mutate(buf, fread(buf, 1, sizeof(buf), f));
		fclose(f);
	}
	printf("%lu inputs\n", runs);
	return 0;
}
