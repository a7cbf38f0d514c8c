// Errors inside the addon, TensorFlow's status turned into them, and the border no exception crosses.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "tensorflow/c/tf_status.h"

namespace alexnet {

// Thrown in C++ and handed over at the border, to JavaScript or to TensorFlow.
struct Failure {
  std::string message;
};

struct Status {
  TF_Status *status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  void Check() const {
    if (TF_GetCode(status) != TF_OK) throw Failure{TF_Message(status)};
  }
};

// Calls work(), and report(code, message) where it throws: for callbacks of C, which knows no exceptions.
template <typename Work, typename Report>
void Guard(Work work, Report report) noexcept {
  try {
    work();
  } catch (const Failure &failure) {
    report(TF_INVALID_ARGUMENT, failure.message.c_str());
  } catch (const std::bad_alloc &) {
    report(TF_RESOURCE_EXHAUSTED, "there is no memory left");
  } catch (const std::exception &error) {
    report(TF_INTERNAL, error.what());
  } catch (...) {
    report(TF_UNKNOWN, "an unknown error");
  }
}

}  // namespace alexnet
