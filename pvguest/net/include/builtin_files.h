/* SPDX-License-Identifier: MIT */
/*
 * builtin_files.h - the files built into lwIP's HTTP server: none.
 */
#ifndef NET_BUILTIN_FILES_H
#define NET_BUILTIN_FILES_H

#define FS_ROOT	((const struct fsdata_file *)0)

#endif
