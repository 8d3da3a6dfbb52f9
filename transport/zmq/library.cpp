// Loads libzmq when the first of its functions is called. libzmq pulls in a dozen libraries
// (libsodium, Kerberos, ...), which costs a process 3 ms and a hundred page faults before main, and
// most commands never open a socket. So the program is not linked with libzmq. This file defines
// the functions of libzmq that the program uses; each forwards to the function of the same name in
// the library. A function that is missing here is a linker error.

#include <dlfcn.h>
#include <zmq.h>

#include "runtime/core/check.hpp"

namespace {

void* library() {
  static void* const opened = ::dlopen(TROUPE_ZMQ_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) troupe::check(false, ::dlerror());
  return opened;
}

template <typename Function>
Function* in_library(const char* name) {
  void* const found = ::dlsym(library(), name);
  troupe::check(found != nullptr, name);
  return reinterpret_cast<Function*>(found);
}

}  // namespace

extern "C" {

int zmq_bind(void* socket, const char* address) {
  static const auto call = in_library<decltype(zmq_bind)>("zmq_bind");
  return call(socket, address);
}

int zmq_close(void* socket) {
  static const auto call = in_library<decltype(zmq_close)>("zmq_close");
  return call(socket);
}

int zmq_connect(void* socket, const char* address) {
  static const auto call = in_library<decltype(zmq_connect)>("zmq_connect");
  return call(socket, address);
}

void* zmq_ctx_new() {
  static const auto call = in_library<decltype(zmq_ctx_new)>("zmq_ctx_new");
  return call();
}

int zmq_ctx_set(void* context, int option, int value) {
  static const auto call = in_library<decltype(zmq_ctx_set)>("zmq_ctx_set");
  return call(context, option, value);
}

int zmq_ctx_term(void* context) {
  static const auto call = in_library<decltype(zmq_ctx_term)>("zmq_ctx_term");
  return call(context);
}

int zmq_curve_keypair(char* z85_public_key, char* z85_secret_key) {
  static const auto call = in_library<decltype(zmq_curve_keypair)>("zmq_curve_keypair");
  return call(z85_public_key, z85_secret_key);
}

int zmq_curve_public(char* z85_public_key, const char* z85_secret_key) {
  static const auto call = in_library<decltype(zmq_curve_public)>("zmq_curve_public");
  return call(z85_public_key, z85_secret_key);
}

int zmq_errno() {
  static const auto call = in_library<decltype(zmq_errno)>("zmq_errno");
  return call();
}

int zmq_getsockopt(void* socket, int option, void* value, size_t* value_size) {
  static const auto call = in_library<decltype(zmq_getsockopt)>("zmq_getsockopt");
  return call(socket, option, value, value_size);
}

int zmq_msg_close(zmq_msg_t* message) {
  static const auto call = in_library<decltype(zmq_msg_close)>("zmq_msg_close");
  return call(message);
}

void* zmq_msg_data(zmq_msg_t* message) {
  static const auto call = in_library<decltype(zmq_msg_data)>("zmq_msg_data");
  return call(message);
}

int zmq_msg_get(const zmq_msg_t* message, int property) {
  static const auto call = in_library<decltype(zmq_msg_get)>("zmq_msg_get");
  return call(message, property);
}

const char* zmq_msg_gets(const zmq_msg_t* message, const char* property) {
  static const auto call = in_library<decltype(zmq_msg_gets)>("zmq_msg_gets");
  return call(message, property);
}

int zmq_msg_init(zmq_msg_t* message) {
  static const auto call = in_library<decltype(zmq_msg_init)>("zmq_msg_init");
  return call(message);
}

int zmq_msg_init_data(zmq_msg_t* message, void* bytes, size_t size, zmq_free_fn* free, void* hint) {
  static const auto call = in_library<decltype(zmq_msg_init_data)>("zmq_msg_init_data");
  return call(message, bytes, size, free, hint);
}

int zmq_msg_more(const zmq_msg_t* message) {
  static const auto call = in_library<decltype(zmq_msg_more)>("zmq_msg_more");
  return call(message);
}

int zmq_msg_recv(zmq_msg_t* message, void* socket, int flags) {
  static const auto call = in_library<decltype(zmq_msg_recv)>("zmq_msg_recv");
  return call(message, socket, flags);
}

int zmq_msg_send(zmq_msg_t* message, void* socket, int flags) {
  static const auto call = in_library<decltype(zmq_msg_send)>("zmq_msg_send");
  return call(message, socket, flags);
}

size_t zmq_msg_size(const zmq_msg_t* message) {
  static const auto call = in_library<decltype(zmq_msg_size)>("zmq_msg_size");
  return call(message);
}

int zmq_send(void* socket, const void* bytes, size_t size, int flags) {
  static const auto call = in_library<decltype(zmq_send)>("zmq_send");
  return call(socket, bytes, size, flags);
}

int zmq_setsockopt(void* socket, int option, const void* value, size_t value_size) {
  static const auto call = in_library<decltype(zmq_setsockopt)>("zmq_setsockopt");
  return call(socket, option, value, value_size);
}

void* zmq_socket(void* context, int type) {
  static const auto call = in_library<decltype(zmq_socket)>("zmq_socket");
  return call(context, type);
}

int zmq_socket_monitor(void* socket, const char* address, int events) {
  static const auto call = in_library<decltype(zmq_socket_monitor)>("zmq_socket_monitor");
  return call(socket, address, events);
}

const char* zmq_strerror(int error) {
  static const auto call = in_library<decltype(zmq_strerror)>("zmq_strerror");
  return call(error);
}

uint8_t* zmq_z85_decode(uint8_t* dest, const char* string) {
  static const auto call = in_library<decltype(zmq_z85_decode)>("zmq_z85_decode");
  return call(dest, string);
}

char* zmq_z85_encode(char* dest, const uint8_t* data, size_t size) {
  static const auto call = in_library<decltype(zmq_z85_encode)>("zmq_z85_encode");
  return call(dest, data, size);
}

}  // extern "C"
