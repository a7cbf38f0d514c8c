// Loaded before TensorFlow (LD_PRELOAD), whose server listens on every address of the machine and takes
// no other: a socket that is bound to any address and the port of ALEXNET_BIND, "port address", is bound
// to that address. Everything else is as it was.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*bind_function)(int, const struct sockaddr *, socklen_t);

extern "C" int bind(int socket, const struct sockaddr *address, socklen_t length) noexcept {
  static bind_function system_bind;
  if (!system_bind) system_bind = (bind_function)dlsym(RTLD_NEXT, "bind");
  const char *wanted = getenv("ALEXNET_BIND");
  unsigned port;
  char host[INET6_ADDRSTRLEN];
  if (!wanted || sscanf(wanted, "%u %45s", &port, host) != 2) return system_bind(socket, address, length);
  if (address->sa_family == AF_INET) {
    struct sockaddr_in own = *(const struct sockaddr_in *)address;
    if (ntohs(own.sin_port) == port && own.sin_addr.s_addr == INADDR_ANY &&
        inet_pton(AF_INET, host, &own.sin_addr) == 1) {
      return system_bind(socket, (struct sockaddr *)&own, sizeof own);
    }
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 own = *(const struct sockaddr_in6 *)address;
    const struct in6_addr *any = &own.sin6_addr;
    const int is_any = IN6_IS_ADDR_UNSPECIFIED(any) ||
                       (IN6_IS_ADDR_V4MAPPED(any) && memcmp(any->s6_addr + 12, "\0\0\0\0", 4) == 0);
    if (ntohs(own.sin6_port) == port && is_any) {
      char mapped[INET6_ADDRSTRLEN + 8];
      snprintf(mapped, sizeof mapped, "%s%s", strchr(host, ':') ? "" : "::ffff:", host);
      if (inet_pton(AF_INET6, mapped, &own.sin6_addr) == 1) {
        return system_bind(socket, (struct sockaddr *)&own, sizeof own);
      }
    }
  }
  return system_bind(socket, address, length);
}
