/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The command-line tool: one verb a file, each with the same shape.  What a verb prints on
 * standard output is its result and nothing else; everything for the person goes to
 * standard error.  Exit status: 0 done, 1 failed, 2 wrong words, 3 not done because a
 * confirmation is missing.
 */
#ifndef TOOL_VERB_H
#define TOOL_VERB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <getopt.h>

#define EXIT_USAGE	 2
#define EXIT_UNCONFIRMED 3

/**
 * struct verb - one verb
 * @name:    as typed
 * @args:    for the usage line
 * @summary: one line
 * @help:    the options of its own, one a line
 * @run:     argv[0] is the verb; returns the exit status
 */
struct verb {
	const char *name;
	const char *args;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_info, verb_doctor, verb_random, verb_pubkey, verb_csr, verb_sign;
extern const struct verb verb_verify, verb_key, verb_config, verb_provision;
extern const struct verb verb_status, verb_pub, verb_sub;

/* Options that every verb takes; see common_option() */
struct common {
	const struct verb *verb;
	const char *device;
	bool json;
	unsigned int verbose;
};
extern struct common common;

#define COMMON_SHORT "d:jvh"
/* clang-format off */
#define COMMON_LONG \
	{ "device", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' }, \
	{ "verbose", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' }, \
	{ NULL, 0, NULL, 0 }
/* clang-format on */

/* For the default: of an option switch; exits on -h and on what nobody knows */
void common_option(int c);
void usage(int status) __attribute__((noreturn));
/* "ecc508a VERB: text" on standard error */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void die_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

struct ecc508a_dev;
/* Opens what -d says; dies with the library's text */
struct ecc508a_dev *open_device(unsigned int flags);
void die_device(struct ecc508a_dev *dev) __attribute__((noreturn));

unsigned int parse_number(const char *what, const char *text, unsigned long min, unsigned long max);
size_t parse_hex(const char *what, const char *text, uint8_t *out, size_t size);
char *hex(const uint8_t *data, size_t len, char *out); /* returns out; 2 * len + 1 */

/* Whole file, or standard input for "-" or NULL; dies if it has more than max bytes */
uint8_t *read_input(const char *path, size_t max, size_t *len);
/*
 * Standard output for NULL or "-"; else a new file that appears complete or not at all.
 * Dies on errors; an existing file is replaced only with force.
 */
void write_output(const char *path, const void *data, size_t len, bool force);

struct cJSON;
/* Prints and frees */
void print_json(struct cJSON *json);

#endif
