/* SPDX-License-Identifier: MIT */
/*
 * vif.h - a network card: the front end of the domain's first vif.
 */
#ifndef VIF_H
#define VIF_H

#include <stdint.h>

#define VIF_FRAME_MAX	1514

/* Its own address, once vif_init() has returned 0. */
extern uint8_t vif_mac[6];

/* Finds the vif in the store.  0 or a negated error. */
int vif_init(void);

/* Connects to the back end, as soon as that is ready.  0 or an error. */
int vif_connect(void);

/*
 * Gives each frame that comes to FN, which may write an answer over it and
 * returns the answer's length, or 0.  Returns when the back end has gone.
 */
void vif_serve(unsigned int (*fn)(uint8_t *frame, unsigned int len));

/* Takes back all that was lent; then vif_connect() may come again. */
int vif_close(void);

#endif
