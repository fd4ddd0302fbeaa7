/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The two queues between the main thread and the MQTT thread. */
#ifndef ECC508AD_QUEUE_H
#define ECC508AD_QUEUE_H

#include <pthread.h>
#include <stddef.h>

/* Every element begins with this. */
struct queue_item {
	struct queue_item *next;
};

struct queue {
	pthread_mutex_t lock;
	struct queue_item *head;
	struct queue_item **tail;
	size_t count;
	int fd; /* an eventfd: readable while there may be elements */
};

int queue_init(struct queue *q);
void queue_put(struct queue *q, void *item);
/* The oldest element or NULL; when it was the last, the descriptor falls silent. */
void *queue_get(struct queue *q);
size_t queue_count(struct queue *q);
/* free() what is left. */
void queue_destroy(struct queue *q);

#endif
