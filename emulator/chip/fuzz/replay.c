// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The fuzz targets without a fuzzer: the files of the corpus as they are, and each with a few bytes
 * changed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t x = 1;

static uint32_t draw(void)
{
	x = x * 1664525 + 1013904223;
	return x >> 8;
}

int main(int argc, char **argv)
{
	static uint8_t buf[16384], copy[sizeof(buf)];
	struct dirent *e;
	unsigned int files = 0, rounds = argc > 2 ? (unsigned int)atoi(argv[2]) : 20;
	DIR *dir = argc > 1 ? opendir(argv[1]) : NULL;

	if (!dir) {
		fprintf(stderr, "usage: %s CORPUS [ROUNDS]\n", argv[0]);
		return 2;
	}
	while ((e = readdir(dir))) {
		char path[4096];
		size_t n;
		FILE *f;

		if (e->d_name[0] == '.' || strstr(e->d_name, ".license") ||
		    snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name) >= (int)sizeof(path))
			continue;
		f = fopen(path, "rb");
		if (!f)
			continue;
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		files++;
		LLVMFuzzerTestOneInput(buf, n);
		for (unsigned int r = 0; n && r < rounds; r++) {
			memcpy(copy, buf, n);
			for (unsigned int k = draw() % 8 + 1; k; k--)
				copy[draw() % n] = (uint8_t)draw();
			LLVMFuzzerTestOneInput(copy, r % 4 ? n : draw() % n + 1);
		}
	}
	closedir(dir);
	printf("# %u files, %u mutations of each\n", files, rounds);
	return files ? 0 : 1;
}
