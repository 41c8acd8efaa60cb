# SPDX-License-Identifier: Apache-2.0
# Boost: its non-templates are in boost_sources.cpp (a heavy source takes 11 s and 620 MB: no unity build here). Its shared libraries aren't needed.
target_compile_definitions(
  http PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)
target_include_directories(http SYSTEM PRIVATE ${BOOST_HEADERS} ${CURL_HEADERS})
