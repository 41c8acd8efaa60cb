// SPDX-License-Identifier: Apache-2.0
// The parts of Asio and Beast that are no templates, compiled once instead of in each file that includes them (room.cmake).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
