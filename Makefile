# SPDX-FileCopyrightText: 2026 The ecc508a authors
# SPDX-License-Identifier: Apache-2.0
#
# The front door. Everything behind it can be run by hand as well: meson for userspace, Kbuild for the modules,
# selftests/ for the tests.

BUILD ?= build
# One kernel for `make vm`, `make check` and `make modules`: 6.1, 6.12, 7.x or a whole version. Without a word from the user
# it is the kernel of this Debian release, and `make check` runs the newest as well.
KERNEL ?= default
MATRIX ?= 6.1 6.12 7.x 6.1-arm64 6.12-arm64 7.x-arm64
PREFIX ?= /usr/local

export ECC508A_BUILD := $(abspath $(BUILD))

.DEFAULT_GOAL := help
.NOTPARALLEL:

help:
	@echo 'make demo              from a blank chip to a message in the cloud, in a virtual machine (root, Debian 12 or 13)'
	@echo 'make check             every test, kernel tests on the default and the newest kernel; ends with "N passed, N failed, N skipped"'
	@echo 'make check SUITES="a b"    only these suites of selftests/suites.list'
	@echo 'make check-matrix      the suites of the VM on the kernels 6.1, 6.12 and 7.x, amd64 and arm64'
	@echo 'make check-debug       the same on a kernel with KASAN, UBSAN, lockdep, kmemleak, KUnit and failing allocations'
	@echo 'make soak-driver       COUNT=500000 random requests to the driver while its users and the bus die; about an hour'
	@echo 'make lint              licences, style, and modules without a warning'
	@echo 'make coccicheck        the semantic patches of the kernel over the driver (wants the package coccinelle)'
	@echo 'make all               the programs, in $(BUILD)/'
	@echo 'make modules           ecc508a.ko and i2c-vbus.ko in $(BUILD)/modules/, for the headers in KDIR=...,'
	@echo '                       or for the Debian kernel KERNEL=... (default: the one of this release)'
	@echo 'make install           programs to PREFIX=$(PREFIX), with DESTDIR= if set'
	@echo 'make modules_install   modules for KDIR=... (default: the running kernel) to its module tree'
	@echo 'make bench             how fast the driver is, held against the chip and against atmel-ecc, and the emulator'
	@echo 'make docs              the documentation as HTML, in $(BUILD)/docs/ (wants the package python3-sphinx)'
	@echo 'make vm                a shell in the virtual machine, with the modules built for it; KERNEL=6.1, 6.12, 7.x'
	@echo 'make deps              the Debian packages that all this needs (done by demo and check)'
	@echo 'make clean             removes $(BUILD)/; make distclean: the kernels and folders kept in the cache, too'

deps:
	@selftests/deps

$(BUILD)/build.ninja:
	meson setup --prefix=$(PREFIX) $(BUILD)

all: deps $(BUILD)/build.ninja
	ninja -C $(BUILD)

modules: deps
	@d=$$(selftests/build-modules $(if $(KDIR),--kdir $(KDIR),--kernel $(KERNEL))) && mkdir -p $(BUILD)/modules && \
		for m in $$d/ko/*.ko; do [ ! -e "$$m" ] || cp -v "$$m" $(BUILD)/modules/; done

install: all
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

modules_install: KDIR := $(or $(KDIR),/lib/modules/$(shell uname -r)/build)
modules_install: modules
	install -D -m 644 -t $(DESTDIR)/lib/modules/$$(cat $(KDIR)/include/config/kernel.release)/updates $(BUILD)/modules/*.ko
	[ -n "$(DESTDIR)" ] || depmod $$(cat $(KDIR)/include/config/kernel.release)

docs:
	sphinx-build -q -b html Documentation $(BUILD)/docs

vm: all
	@selftests/vm/run --kernel $(KERNEL) --shell

check: all
	@selftests/check $(if $(filter-out file,$(origin KERNEL)),--kernel $(KERNEL)) $(SUITES)

check-matrix: all
	@selftests/deps $(abspath selftests/arm64/deps.list)
	@selftests/check --vm $(MATRIX:%=--kernel %) $(SUITES)

# The debug kernel is built when it is not in the cache
check-debug: all
	@selftests/check --debug $(SUITES)

# Another seed each time; the first line says which, and SEED=... runs it again.
soak-driver: COUNT ?= 500000
soak-driver: SEED ?= $(shell date +%s)
soak-driver: all
	@ECC508A_RANDOM_COUNT=$(COUNT) ECC508A_RANDOM_SEED=$(SEED) selftests/vm/run --kernel $(KERNEL) --timeout 86400 -- \
		selftests/driver/random-test

lint: deps
	@selftests/check --kernel $(KERNEL) lint modules

coccicheck:
	@selftests/coccicheck

bench: all
	@bench/driver-bench --kernel $(if $(filter default,$(KERNEL)),6.1,$(KERNEL))
	@$(BUILD)/bench/emulator-bench 3

demo: all
	@selftests/demo/demo

clean:
	rm -rf $(BUILD)

distclean: clean
	selftests/clean-cache

.PHONY: help deps all modules install modules_install vm check check-matrix check-debug soak-driver lint coccicheck docs bench demo clean distclean
