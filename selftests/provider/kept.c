// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The provider keeps a kernel device open; what can happen to it in the meantime.  Run by `kept`,
 * in the VM, with the chip's sysfs name ("1-0058") as its argument.  The referee is the default
 * provider, which gets the public key.
 */
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "ecc508a-provider.h"

static const char *chip;
static EVP_PKEY *key;

static EVP_PKEY *load(void)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open("ecc508a:slot=0", NULL, NULL, NULL, NULL);
	OSSL_STORE_INFO *info = store ? OSSL_STORE_load(store) : NULL;
	EVP_PKEY *pkey = info ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

	OSSL_STORE_INFO_free(info);
	OSSL_STORE_close(store);
	return pkey;
}

static bool signs(void)
{
	static const uint8_t message[] = "kept";
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[80];
	size_t len = sizeof(sig);
	bool ok;

	ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(ctx, sig, &len, message, sizeof(message)) == 1;
	EVP_MD_CTX_reset(ctx);
	ok = ok && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestVerify(ctx, sig, len, message, sizeof(message)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* Descriptors of this process that lead to a chip; @one: the number of one of them */
static int descriptors(int *one)
{
	DIR *dir = opendir("/proc/self/fd");
	char path[300], to[64];
	struct dirent *e;
	int n = 0;

	while (dir && (e = readdir(dir))) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%s", e->d_name);
		len = readlink(path, to, sizeof(to) - 1);
		if (len < 0)
			continue;
		to[len] = 0;
		if (strncmp(to, "/dev/ecc508a", 12))
			continue;
		*one = atoi(e->d_name);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool driver(const char *what)
{
	char path[64];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), "/sys/bus/i2c/drivers/ecc508a/%s", what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, chip, strlen(chip)) == (ssize_t)strlen(chip);
	if (fd >= 0)
		close(fd);
	return ok;
}

TEST(one_descriptor_for_many_signatures)
{
	int fd;

	for (int i = 0; i < 3; i++)
		CHECK(signs());
	CHECK(descriptors(&fd) == 1);
}

TEST(the_chip_is_bound_anew)
{
	int fd;

	for (int i = 0; i < 3; i++) {
		REQUIRE(driver("unbind"));
		CHECK(!signs());
		REQUIRE(driver("bind"));
		CHECK(signs());
		CHECK(signs());
	}
	CHECK(descriptors(&fd) == 1);
}

TEST(bound_anew_between_two_signatures)
{
	int fd;

	REQUIRE(driver("unbind"));
	REQUIRE(driver("bind"));
	CHECK(signs());
	CHECK(descriptors(&fd) == 1);
}

/* What programs do that become daemons */
TEST(the_descriptor_was_closed)
{
	int fd = -1;

	REQUIRE(descriptors(&fd) == 1);
	close(fd);
	CHECK(signs());
	CHECK(descriptors(&fd) == 1);
}

/* ... and then open something else: that must neither be taken for the chip nor be closed */
TEST(the_number_is_somebody_elses)
{
	struct stat before, after;
	int fd = -1, other;

	REQUIRE(descriptors(&fd) == 1);
	other = open("/dev/null", O_RDWR);
	REQUIRE(dup2(other, fd) == fd);
	REQUIRE(!fstat(fd, &before));
	CHECK(signs());
	CHECK(!fstat(fd, &after) && after.st_rdev == before.st_rdev);
	close(other);
	close(fd);
	CHECK(signs());
}

TEST(a_child_signs_too)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(signs() ? 0 : 1);
	CHECK(signs());
	CHECK(waitpid(pid, &status, 0) == pid && !status);
	CHECK(signs());
}

int main(int argc, char **argv)
{
	int ret;

	if (argc != 2)
		return 2;
	chip = argv[1];
	OSSL_PROVIDER_add_builtin(NULL, "ecc508a", ecc508a_provider_init);
	if (!OSSL_PROVIDER_load(NULL, "ecc508a") || !OSSL_PROVIDER_load(NULL, "default")) {
		puts("Bail out! no provider");
		return 1;
	}
	key = load();
	if (!key) {
		puts("Bail out! no key");
		return 1;
	}
	ret = tap_run();
	EVP_PKEY_free(key);
	return ret;
}
