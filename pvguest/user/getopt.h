/* SPDX-License-Identifier: MIT */
/*
 * getopt.h - options of one letter, as getopt() of C libraries gives them.
 */
#ifndef GETOPT_H
#define GETOPT_H

#include "user.h"

extern char *optarg;		/* the value of the last one */
extern int optind;		/* the first word that is no option */

/* The next letter, '?' for a wrong one, -1 at the end. */
int getopt(int argc, char **argv, const char *letters);

#endif
