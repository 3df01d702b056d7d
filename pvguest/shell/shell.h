/* SPDX-License-Identifier: MIT */
/*
 * shell.h - between the parts of the shell.
 */
#ifndef PVGUEST_SHELL_H
#define PVGUEST_SHELL_H

void cmd_run(char *line);

#endif
