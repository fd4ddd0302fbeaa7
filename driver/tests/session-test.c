// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Sessions, on a chip that acknowledges everything and is on a bus of its own: when they end,
 * and that the chip is asleep whenever one begins or has ended.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/i2c.h>

#include "../core.h"

#define ADDRESS 0x60
#define PATIENCE (60 * HZ)
/* Longer than any of these tests takes */
#define LONG_MS 60000

struct bench {
	struct i2c_adapter adap;
	struct i2c_client *client;
	struct ecc508a_chip *chip;
	struct ecc508a_file a, b;
	unsigned int sleeps; /* word address "sleep" on the bus; under chip->lock */
	unsigned int others;
};

static int bus_xfer(struct i2c_adapter *adap, struct i2c_msg *msgs, int num)
{
	struct bench *b = i2c_get_adapdata(adap);
	int i;

	for (i = 0; i < num; i++) {
		if (msgs[i].flags & I2C_M_RD)
			memset(msgs[i].buf, 0xff, msgs[i].len);
		if (!(msgs[i].flags & I2C_M_RD) && msgs[i].len == 1 && msgs[i].buf[0] == 0x01)
			b->sleeps++;
		else
			b->others++;
	}
	return num;
}

static u32 bus_func(struct i2c_adapter *adap)
{
	return I2C_FUNC_I2C;
}

static const struct i2c_algorithm bus_algo = {
	.master_xfer = bus_xfer,
	.functionality = bus_func,
};

static void file_init(struct ecc508a_file *file, struct ecc508a_chip *chip)
{
	file->chip = chip;
	mutex_init(&file->lock);
}

static int bench_init(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->adap.owner = THIS_MODULE;
	b->adap.algo = &bus_algo;
	strscpy(b->adap.name, "ecc508a-kunit", sizeof(b->adap.name));
	i2c_set_adapdata(&b->adap, b);
	KUNIT_ASSERT_EQ(test, i2c_add_adapter(&b->adap), 0);
	test->priv = b;
	b->client = i2c_new_dummy_device(&b->adap, ADDRESS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b->client));
	b->chip = ecc508a_chip_alloc(b->client);
	KUNIT_ASSERT_NOT_NULL(test, b->chip);
	KUNIT_ASSERT_EQ(test, ecc508a_bus_init(b->chip), 0);
	/* As after identification: known, and nothing to read again */
	b->chip->eng.power = ECC_POWER_ASLEEP;
	b->chip->eng.config_valid = true;
	i2c_set_clientdata(b->client, b->chip);
	ecc508a_pm_init(b->chip);
	file_init(&b->a, b->chip);
	file_init(&b->b, b->chip);
	return 0;
}

static void bench_exit(struct kunit *test)
{
	struct bench *b = test->priv;

	if (!b)
		return;
	if (!IS_ERR_OR_NULL(b->client)) {
		if (b->chip) {
			ecc508a_arbiter_kill(&b->chip->arb);
			mutex_lock(&b->chip->lock);
			ecc508a_session_revoke(b->chip);
			ecc508a_pm_exit(b->client);
			b->chip->client = NULL;
			mutex_unlock(&b->chip->lock);
			ecc508a_session_cancel(b->chip);
			put_device(&b->chip->dev);
		}
		i2c_unregister_device(b->client);
	}
	i2c_del_adapter(&b->adap);
}

/* A sequence leaves the chip awake, as far as the engine knows */
static void use(struct kunit *test, struct bench *b, struct ecc508a_file *file)
{
	KUNIT_ASSERT_EQ(test, ecc508a_use_begin(b->chip, file, 0), 0);
	b->chip->eng.power = ECC_POWER_AWAKE;
	b->chip->eng.status = ECC_STATUS_OK;
	ecc508a_use_end(b->chip, file, 0, 0);
}

static bool expires(struct ecc508a_file *file)
{
	unsigned long end = jiffies + PATIENCE;

	while (!READ_ONCE(file->expired)) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

static void limits(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->a, 0, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->a, 60001, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->a, U32_MAX, false), -EINVAL);
	KUNIT_EXPECT_FALSE(test, b->chip->arb.busy);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->a, 60000, false), 0);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->a, 60000, false), -EBUSY);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->b, 60000, true), -EAGAIN);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->b), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), 0);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), -ENOTCONN);
	KUNIT_EXPECT_FALSE(test, b->chip->arb.busy);
}

static void time_limit(struct kunit *test)
{
	struct bench *b = test->priv;
	unsigned long began = jiffies;

	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, 200, false), 0);
	KUNIT_ASSERT_TRUE(test, expires(&b->a));
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, began + msecs_to_jiffies(200)));
	KUNIT_EXPECT_EQ(test, b->chip->snap.session_timeouts, 1);
	KUNIT_EXPECT_FALSE(test, b->chip->arb.busy);
	/* and the holder is told at every request, until he takes note */
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->a, 0), -ETIME);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->a, ECC508A_USE_SESSION), -ETIME);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), -ETIME);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->a, ECC508A_USE_SESSION), -ENOTCONN);
	use(test, b, &b->a);
}

/* The time of one session does not end the next one, nor does that of the first file's */
static void limits_do_not_mix(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, 100, false), 0);
	KUNIT_ASSERT_EQ(test, ecc508a_session_finish(&b->a), 0);
	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->b, LONG_MS, false), 0);
	msleep(300);
	KUNIT_EXPECT_FALSE(test, b->b.expired);
	KUNIT_EXPECT_EQ(test, b->chip->snap.session_timeouts, 0);
	use(test, b, &b->b);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->b), 0);
}

static void nobody_else_meanwhile(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, LONG_MS, false), 0);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->b, ECC508A_USE_NONBLOCK), -EAGAIN);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, NULL, ECC508A_USE_NONBLOCK), -EAGAIN);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->b, ECC508A_USE_SESSION), -ENOTCONN);
	use(test, b, &b->a);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), 0);
	use(test, b, &b->b);
}

/* What TempKey holds is for one user only: the chip sleeps before and after each session */
static void asleep_before_and_after(struct kunit *test)
{
	struct bench *b = test->priv;
	struct ecc_dev *eng = &b->chip->eng;
	unsigned int before;

	use(test, b, NULL);
	mutex_lock(&b->chip->lock);
	eng->power = ECC_POWER_AWAKE;
	before = b->sleeps;
	mutex_unlock(&b->chip->lock);
	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, LONG_MS, false), 0);
	mutex_lock(&b->chip->lock);
	KUNIT_EXPECT_EQ(test, eng->power, ECC_POWER_ASLEEP);
	KUNIT_EXPECT_EQ(test, b->sleeps, before + 1);
	mutex_unlock(&b->chip->lock);

	use(test, b, &b->a);
	KUNIT_EXPECT_EQ(test, ecc508a_session_finish(&b->a), 0);
	mutex_lock(&b->chip->lock);
	KUNIT_EXPECT_EQ(test, eng->power, ECC_POWER_ASLEEP);
	KUNIT_EXPECT_EQ(test, b->sleeps, before + 2);
	mutex_unlock(&b->chip->lock);
}

static void asleep_after_time_limit(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, 500, false), 0);
	use(test, b, &b->a);
	KUNIT_ASSERT_TRUE(test, expires(&b->a));
	mutex_lock(&b->chip->lock);
	KUNIT_EXPECT_EQ(test, b->chip->eng.power, ECC_POWER_ASLEEP);
	KUNIT_EXPECT_GT(test, b->sleeps, 0);
	mutex_unlock(&b->chip->lock);
}

static void the_chip_goes(struct kunit *test)
{
	struct bench *b = test->priv;

	KUNIT_ASSERT_EQ(test, ecc508a_session_begin(&b->a, LONG_MS, false), 0);
	use(test, b, &b->a);
	ecc508a_arbiter_kill(&b->chip->arb);
	mutex_lock(&b->chip->lock);
	ecc508a_session_revoke(b->chip);
	mutex_unlock(&b->chip->lock);
	KUNIT_EXPECT_EQ(test, ecc508a_use_begin(b->chip, &b->a, 0), -ENODEV);
	KUNIT_EXPECT_EQ(test, ecc508a_session_begin(&b->b, LONG_MS, false), -ENODEV);
	KUNIT_EXPECT_EQ(test, b->chip->eng.power, ECC_POWER_ASLEEP);
}

static struct kunit_case session_cases[] = {
	KUNIT_CASE(limits),
	KUNIT_CASE(time_limit),
	KUNIT_CASE(limits_do_not_mix),
	KUNIT_CASE(nobody_else_meanwhile),
	KUNIT_CASE(asleep_before_and_after),
	KUNIT_CASE(asleep_after_time_limit),
	KUNIT_CASE(the_chip_goes),
	{}
};

static struct kunit_suite session_suite = {
	.name = "ecc508a-session",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
