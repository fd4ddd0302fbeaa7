// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Runs the fuzz target without a fuzzer: pseudo-random inputs of all lengths, always the same. */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(void)
{
	static uint8_t buf[4096];
	uint32_t x = 1;

	for (unsigned int round = 0; round < 4000; round++) {
		size_t len = round % sizeof(buf);

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			buf[i] = x >> 24;
		}
		LLVMFuzzerTestOneInput(buf, len);
	}
	return 0;
}
