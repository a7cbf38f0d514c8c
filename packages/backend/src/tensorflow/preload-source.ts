/**
 * A second, tiny addon, used first: `load(paths)` opens libraries by their absolute paths and returns
 * a line for each that does not load. For that moment stderr is closed: oneDNN announces itself while
 * libtensorflow_framework is being loaded (tsl/platform/port.cc), before TF_CPP_MIN_LOG_LEVEL is
 * read; every later line respects that variable. What failed is tried once more, since libraries may
 * need each other in any order.
 */
export const PRELOAD_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>
#include <string>
#include <vector>
static napi_value load(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value paths;
  uint32_t count = 0;
  napi_get_cb_info(env, info, &argc, &paths, nullptr, nullptr);
  napi_get_array_length(env, paths, &count);
  std::vector<std::string> left, failed, reasons;
  for (uint32_t i = 0; i < count; i++) {
    napi_value value;
    char path[4096];
    size_t length = 0;
    napi_get_element(env, paths, i, &value);
    napi_get_value_string_utf8(env, value, path, sizeof path, &length);
    left.emplace_back(path, length);
  }
  int saved = dup(2), null = open("/dev/null", O_WRONLY);
  if (saved >= 0 && null >= 0) dup2(null, 2);
  for (int pass = 0; pass < 2; pass++) {
    failed.clear();
    reasons.clear();
    for (const std::string& path : left) {
      if (dlopen(path.c_str(), RTLD_NOW)) continue;
      failed.push_back(path);
      reasons.emplace_back(dlerror());
    }
    left = failed;
  }
  if (saved >= 0) dup2(saved, 2), close(saved);
  if (null >= 0) close(null);
  napi_value result;
  napi_create_array_with_length(env, reasons.size(), &result);
  for (uint32_t i = 0; i < reasons.size(); i++) {
    napi_value text;
    napi_create_string_utf8(env, reasons[i].c_str(), reasons[i].size(), &text);
    napi_set_element(env, result, i, text);
  }
  return result;
}
static napi_value init(napi_env env, napi_value exports) {
  napi_value function;
  napi_create_function(env, "load", NAPI_AUTO_LENGTH, load, nullptr, &function);
  napi_set_named_property(env, exports, "load", function);
  return exports;
}
NAPI_MODULE(alexnet_preload, init)
`;
