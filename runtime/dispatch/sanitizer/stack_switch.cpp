// Tells the address and thread sanitizers about every stack switch of Boost.Context, which Debian's
// build of the library does not do. Linked into sanitized programs only: the linker's --wrap
// replaces the three entry points of Boost.Context, munmap and the mutexes of Boost.Fiber with
// the functions below (see CMakeLists.txt). This file is compiled without a sanitizer.
//
// Protocol: a Stack describes each context. `suspended` maps the handle of a suspended context to
// its Stack. `by_bottom` maps a stack's memory to its latest Stack: when the memory is used again,
// the earlier context is dead. A spin lock guards both tables; a mutex would show the thread
// sanitizer orderings that the program does not have. The current Stack is kept for each thread.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <unordered_map>

#include <pthread.h>

namespace {

struct Transfer {
  void* context;
  void* data;
};
using Entry = void (*)(Transfer);
using OnTop = Transfer (*)(Transfer);

}  // namespace

extern "C" {
Transfer __real_jump_fcontext(void* to, void* data);
Transfer __real_ontop_fcontext(void* to, void* data, OnTop function);
void* __real_make_fcontext(void* top, std::size_t bytes, Entry entry);
int __real_munmap(void* address, std::size_t bytes);

[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom,
                                                  std::size_t bytes);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                                   std::size_t* bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const void* address, std::size_t bytes);
}

namespace {

struct Stack {
  void* tsan_fiber = nullptr;
  const void* bottom = nullptr;
  std::size_t bytes = 0;
  void* fake_stack = nullptr;
  Entry entry = nullptr;
  void* context = nullptr;
};

class SpinLock {
 public:
  explicit SpinLock(std::atomic_flag& flag) : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) __builtin_ia32_pause();
  }
  ~SpinLock() { flag_.clear(std::memory_order_release); }
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

 private:
  std::atomic_flag& flag_;
};

struct Tables {
  std::atomic_flag busy;
  std::unordered_map<void*, Stack*> suspended;
  std::unordered_map<const void*, Stack*> by_bottom;
};

Tables& tables() {
  static Tables& instance = *new Tables;  // Never destroyed: threads may switch to the very end.
  return instance;
}

struct ThreadState {
  Stack own;
  Stack* current = nullptr;
  Stack* previous = nullptr;
  OnTop on_top = nullptr;
  bool arrived = false;
};

/// Not inlined, so that the compiler does not keep the address across a stack switch.
[[gnu::noinline]] ThreadState& thread_state() {
  thread_local ThreadState state;
  asm volatile("" ::: "memory");
  return state;
}

Stack* current_stack() {
  ThreadState& state = thread_state();
  if (state.current != nullptr) return state.current;
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t bytes = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &bytes);
  pthread_attr_destroy(&attributes);
  state.own.bottom = bottom;
  state.own.bytes = bytes;
  if (__tsan_get_current_fiber) state.own.tsan_fiber = __tsan_get_current_fiber();
  return state.current = &state.own;
}

void suspend(void* context, Stack* stack) {
  const SpinLock lock(tables().busy);
  stack->context = context;
  tables().suspended[context] = stack;
}

Stack* claim(void* context) {
  const SpinLock lock(tables().busy);
  const auto found = tables().suspended.find(context);
  if (found == tables().suspended.end()) std::abort();
  Stack* const stack = found->second;
  tables().suspended.erase(found);
  return stack;
}

void depart(void* to) {
  Stack* const from = current_stack();
  Stack* const next = claim(to);
  ThreadState& state = thread_state();
  state.previous = from;
  state.current = next;
  state.arrived = false;
  if (__sanitizer_start_switch_fiber)
    __sanitizer_start_switch_fiber(&from->fake_stack, next->bottom, next->bytes);
  if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(next->tsan_fiber, 0);
}

void arrive(Transfer transfer) {
  ThreadState& state = thread_state();
  if (__sanitizer_finish_switch_fiber)
    __sanitizer_finish_switch_fiber(state.current->fake_stack, nullptr, nullptr);
  suspend(transfer.context, state.previous);
}

Transfer returned(Transfer transfer) {
  if (!thread_state().arrived) arrive(transfer);
  thread_state().arrived = false;
  return transfer;
}

void enter(Transfer transfer) {
  arrive(transfer);
  thread_state().current->entry(transfer);
  std::abort();  // A context never returns from its entry.
}

/// Runs on the stack that is entered. May throw, to unwind that stack.
Transfer enter_on_top(Transfer transfer) {
  arrive(transfer);
  thread_state().arrived = true;
  return thread_state().on_top(transfer);
}

}  // namespace

extern "C" {

Transfer __wrap_jump_fcontext(void* to, void* data) {
  depart(to);
  return returned(__real_jump_fcontext(to, data));
}

Transfer __wrap_ontop_fcontext(void* to, void* data, OnTop function) {
  depart(to);
  thread_state().on_top = function;
  return returned(__real_ontop_fcontext(to, data, enter_on_top));
}

void* __wrap_make_fcontext(void* top, std::size_t bytes, Entry entry) {
  const void* const bottom = static_cast<char*>(top) - bytes;
  auto* const stack = new Stack;
  {
    const SpinLock lock(tables().busy);
    Stack*& known = tables().by_bottom[bottom];
    if (known != nullptr) {
      tables().suspended.erase(known->context);
      if (__tsan_destroy_fiber) __tsan_destroy_fiber(known->tsan_fiber);
      delete known;
    }
    known = stack;
  }
  stack->bottom = bottom;
  stack->bytes = bytes;
  stack->entry = entry;
  if (__tsan_create_fiber) stack->tsan_fiber = __tsan_create_fiber(0);
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(bottom, bytes);
  void* const context = __real_make_fcontext(top, bytes, enter);
  suspend(context, stack);
  return context;
}

// A stack that is given back keeps marks of frames that were left without returning. The system may
// give its addresses to anybody, for example to a file that SQLite maps.
int __wrap_munmap(void* address, std::size_t bytes) {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(address, bytes);
  return __real_munmap(address, bytes);
}

// The mutexes of Boost.Fiber are not instrumented: the thread sanitizer is told what they order.
void __real__ZN5boost6fibers5mutex4lockEv(void* mutex);
bool __real__ZN5boost6fibers5mutex8try_lockEv(void* mutex);
void __real__ZN5boost6fibers5mutex6unlockEv(void* mutex);

void __wrap__ZN5boost6fibers5mutex4lockEv(void* mutex) {
  __real__ZN5boost6fibers5mutex4lockEv(mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

bool __wrap__ZN5boost6fibers5mutex8try_lockEv(void* mutex) {
  const bool locked = __real__ZN5boost6fibers5mutex8try_lockEv(mutex);
  if (locked && __tsan_acquire) __tsan_acquire(mutex);
  return locked;
}

void __wrap__ZN5boost6fibers5mutex6unlockEv(void* mutex) {
  if (__tsan_release) __tsan_release(mutex);
  __real__ZN5boost6fibers5mutex6unlockEv(mutex);
}

// ZeroMQ is not instrumented: the thread sanitizer does not see its orderings. It would report each
// received byte as a race, which takes a thousand times as long as reading the byte.
const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1";
}

// Boost 1.74 drops references with a release and an acquire fence, and the thread sanitizer of
// GCC 12 does not know fences.
const char* __tsan_default_suppressions() {
  return "race:boost::fibers::detail::intrusive_ptr_release\n"
         "race:boost::fibers::intrusive_ptr_release\n"
         "race:libzmq.so\n";
}
}
