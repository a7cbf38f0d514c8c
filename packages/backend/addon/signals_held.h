// Signals wait while TensorFlow computes.
//
// oneDNN's products of small matrices move the stack pointer to a buffer from malloc (its cpu/x64/gemm/f32/
// jit_avx512_common_gemm_f32.cpp: mov(rsp, ARG_WS)). A signal that the thread handles in that moment, Node's own of
// Ctrl-C, of a child that ended, of a terminal's new size or of the profiler, puts its frame below that buffer and
// over whatever lies there. Threads take over the mask of the one that starts them, so TensorFlow's never handle any.
//
// Included before everything that calls TensorFlow by these names.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/c_api_experimental.h"
#include "tensorflow/c/eager/c_api.h"

namespace alexnet {

// For as long as it lives, on this thread: all signals but those of a fault of its own.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    sigfillset(&held);
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&held, fault);
    pthread_sigmask(SIG_BLOCK, &held, &before);
  }
  SignalsHeld(const SignalsHeld &) = delete;
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

 private:
  sigset_t before;
};

template <auto Function, typename... Arguments>
auto WithSignalsHeld(Arguments &&...arguments) {
  const SignalsHeld held;
  return Function(std::forward<Arguments>(arguments)...);
}

}  // namespace alexnet

// What computes, and what starts threads.
#define TFE_Execute alexnet::WithSignalsHeld<&TFE_Execute>
#define TF_SessionRun alexnet::WithSignalsHeld<&TF_SessionRun>
#define TFE_NewContext alexnet::WithSignalsHeld<&TFE_NewContext>
#define TFE_EnableCollectiveOps alexnet::WithSignalsHeld<&TFE_EnableCollectiveOps>
#define TF_NewSession alexnet::WithSignalsHeld<&TF_NewSession>
#define TF_LoadSessionFromSavedModel alexnet::WithSignalsHeld<&TF_LoadSessionFromSavedModel>
