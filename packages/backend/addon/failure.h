// Errors inside the addon, and TensorFlow's status turned into them.
#pragma once

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

}  // namespace alexnet
