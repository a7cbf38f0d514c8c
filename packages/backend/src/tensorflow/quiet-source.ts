/**
 * A second, tiny addon, loaded first: it loads libtensorflow_framework with stderr closed for that
 * moment. oneDNN announces itself while the library is being loaded (tsl/platform/port.cc), before
 * TF_CPP_MIN_LOG_LEVEL is read; every later line respects that variable.
 */
export const QUIET_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>
static napi_value init(napi_env env, napi_value exports) {
  int saved = dup(2), null = open("/dev/null", O_WRONLY);
  if (saved >= 0 && null >= 0) dup2(null, 2);
  void* library = dlopen("libtensorflow_framework.so.2", RTLD_NOW);
  if (saved >= 0) dup2(saved, 2), close(saved);
  if (null >= 0) close(null);
  if (!library) napi_throw_error(env, nullptr, dlerror());
  return exports;
}
NAPI_MODULE(alexnet_quiet, init)
`;
