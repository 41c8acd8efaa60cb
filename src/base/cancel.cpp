// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"

#include <csignal>
#include <cstdio>
#include <iostream>

#include "base/assert.h"

namespace holdfast {
namespace {

constinit Cancel g_cancel;  // no function-local static: a signal handler may not initialise one
constinit std::atomic<int> g_signal{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  int none = 0;
  if (g_signal.compare_exchange_strong(none, signal)) {
    g_cancel.request();
    return;
  }
  // The second: the default action takes hold as soon as this handler returns and the signal is no
  // longer blocked.
  static_cast<void>(std::signal(signal, SIG_DFL));
  static_cast<void>(std::raise(signal));
}

void set_action(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  HOLDFAST_ASSERT(::sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

Cancel& process_cancel() {
  return g_cancel;
}

void watch_signals() {
  set_action(SIGINT, on_signal);
  set_action(SIGTERM, on_signal);
}

int received_signal() {
  return g_signal.load();
}

void exit_by_received_signal() {
  const int signal = received_signal();
  if (signal == 0) return;
  std::cout.flush();
  static_cast<void>(std::fflush(nullptr));  // dying by a signal runs no exit handlers
  set_action(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  static_cast<void>(std::raise(signal));
}

}  // namespace holdfast
