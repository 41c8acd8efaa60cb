# SPDX-License-Identifier: Apache-2.0
# libpq is opened at the first need (libpq.h): its header is compiled with, its library is never linked.
target_include_directories(sql SYSTEM PRIVATE ${PostgreSQL_INCLUDE_DIRS})
