/* SPDX-License-Identifier: MIT */
/*
 * stdio.h - lwIP includes it, and uses nothing of it.
 */
